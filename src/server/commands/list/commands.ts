import type { CommandSpec } from '../command.js';

export const LIST_COMMANDS: readonly CommandSpec[] = [];
