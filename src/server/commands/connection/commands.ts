import type { CommandSpec } from '../command.js';
import { ping } from './ping.js';
import { select } from './select.js';

export const CONNECTION_COMMANDS: readonly CommandSpec[] = [ping, select];
