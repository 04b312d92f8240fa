import type { CommandSpec } from '../command.js';
import { del, unlink } from './del.js';
import { exists, touch, type } from './exists.js';
import { flushall, flushdb } from './flush.js';
import { dbsize, keysOf, randomkey } from './keys.js';
import { object } from './object.js';

export const GENERIC_COMMANDS: readonly CommandSpec[] = [
  dbsize,
  del,
  exists,
  flushall,
  flushdb,
  keysOf,
  object,
  randomkey,
  touch,
  type,
  unlink,
];
