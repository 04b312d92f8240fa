import type { CommandSpec } from '../command.js';

export const HASH_COMMANDS: readonly CommandSpec[] = [];
