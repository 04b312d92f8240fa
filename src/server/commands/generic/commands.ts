import type { CommandSpec } from '../command.js';

export const GENERIC_COMMANDS: readonly CommandSpec[] = [];
