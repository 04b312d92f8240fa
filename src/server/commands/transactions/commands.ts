import type { CommandSpec } from '../command.js';
import { discard, exec, multi, unwatch, watch } from './exec.js';

export const TRANSACTION_COMMANDS: readonly CommandSpec[] = [discard, exec, multi, unwatch, watch];
