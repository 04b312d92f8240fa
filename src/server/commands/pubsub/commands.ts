import type { CommandSpec } from '../command.js';

export const PUBSUB_COMMANDS: readonly CommandSpec[] = [];
