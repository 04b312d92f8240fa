import type { CommandSpec } from '../command.js';

export const SET_COMMANDS: readonly CommandSpec[] = [];
