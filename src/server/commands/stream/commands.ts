import type { CommandSpec } from '../command.js';

export const STREAM_COMMANDS: readonly CommandSpec[] = [];
