import type { CommandSpec } from '../command.js';
import { pfadd } from './pfadd.js';
import { pfcount, pfmerge } from './pfcount.js';
import { pfdebug, pfselftest } from './pfdebug.js';

export const HYPERLOGLOG_COMMANDS: readonly CommandSpec[] = [pfadd, pfcount, pfdebug, pfmerge, pfselftest];
