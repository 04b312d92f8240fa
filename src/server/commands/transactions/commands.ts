import type { CommandSpec } from '../command.js';

export const TRANSACTION_COMMANDS: readonly CommandSpec[] = [];
