import type { CommandSpec } from '../command.js';

export const BITMAP_COMMANDS: readonly CommandSpec[] = [];
