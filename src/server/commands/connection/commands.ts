import type { CommandSpec } from '../command.js';
import { ping } from './ping.js';

export const CONNECTION_COMMANDS: readonly CommandSpec[] = [ping];
