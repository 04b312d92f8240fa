import type { CommandSpec } from '../command.js';
import { config } from './config.js';
import { debug } from './debug.js';
import { info } from './info.js';

export const SERVER_COMMANDS: readonly CommandSpec[] = [config, debug, info];
