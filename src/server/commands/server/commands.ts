import type { CommandSpec } from '../command.js';

export const SERVER_COMMANDS: readonly CommandSpec[] = [];
