import type { CommandSpec } from '../command.js';
import { get } from './get.js';
import { set } from './set.js';

export const STRING_COMMANDS: readonly CommandSpec[] = [get, set];
