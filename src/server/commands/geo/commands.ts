import type { CommandSpec } from '../command.js';

export const GEO_COMMANDS: readonly CommandSpec[] = [];
