import type { CommandSpec } from '../command.js';

export const SORTED_SET_COMMANDS: readonly CommandSpec[] = [];
