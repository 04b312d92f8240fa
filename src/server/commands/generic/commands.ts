import type { CommandSpec } from '../command.js';
import { del, unlink } from './del.js';
import { dump, restore } from './dump.js';
import { exists, touch, type } from './exists.js';
import { expire, expireat, persist, pexpire, pexpireat } from './expire.js';
import { flushall, flushdb } from './flush.js';
import { dbsize, keysOf, randomkey } from './keys.js';
import { migrate } from './migrate.js';
import { object } from './object.js';
import { copy, move, rename, renamenx } from './rename.js';
import { scan } from './scan.js';
import { sort, sortRo } from './sort.js';
import { swapdb } from './swapdb.js';
import { expiretime, pexpiretime, pttl, ttl } from './ttl.js';
import { wait, waitaof } from './wait.js';

export const GENERIC_COMMANDS: readonly CommandSpec[] = [
  copy,
  dbsize,
  del,
  dump,
  exists,
  expire,
  expireat,
  expiretime,
  flushall,
  flushdb,
  keysOf,
  migrate,
  move,
  object,
  persist,
  pexpire,
  pexpireat,
  pexpiretime,
  pttl,
  randomkey,
  rename,
  renamenx,
  restore,
  scan,
  sort,
  sortRo,
  swapdb,
  touch,
  ttl,
  type,
  unlink,
  wait,
  waitaof,
];
