import type { CommandSpec } from '../command.js';
import { linsert, lrem, lset, ltrim } from './change.js';
import { lpos } from './lpos.js';
import { blmove, brpoplpush, lmove, rpoplpush } from './move.js';
import { blmpop, blpop, brpop, lmpop } from './mpop.js';
import { lpop, rpop } from './pop.js';
import { lpush, lpushx, rpush, rpushx } from './push.js';
import { lindex, llen, lrange } from './range.js';

export const LIST_COMMANDS: readonly CommandSpec[] = [
  lpush,
  rpush,
  lpushx,
  rpushx,
  lpop,
  rpop,
  llen,
  lrange,
  lindex,
  lset,
  linsert,
  lrem,
  ltrim,
  lpos,
  lmove,
  rpoplpush,
  lmpop,
  blpop,
  brpop,
  blmove,
  brpoplpush,
  blmpop,
];
