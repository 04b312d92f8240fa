import type { CommandSpec } from '../command.js';

export const HYPERLOGLOG_COMMANDS: readonly CommandSpec[] = [];
