import type { CommandSpec } from '../command.js';
import { debug } from './debug.js';

export const SERVER_COMMANDS: readonly CommandSpec[] = [debug];
