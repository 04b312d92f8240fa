import type { CommandSpec } from '../command.js';
import { sadd, smove, srem } from './sadd.js';
import { sdiffcard, sintercard, sunioncard } from './set-cardinality.js';
import { sinter, sinterstore } from './sinter.js';
import { scard, sismember, smembers, smismember } from './sismember.js';
import { spop, srandmember } from './spop.js';
import { sscan } from './sscan.js';
import { sdiff, sdiffstore, sunion, sunionstore } from './sunion.js';

export const SET_COMMANDS: readonly CommandSpec[] = [
  sadd,
  scard,
  sdiff,
  sdiffcard,
  sdiffstore,
  sinter,
  sintercard,
  sinterstore,
  sismember,
  smembers,
  smismember,
  smove,
  spop,
  srandmember,
  srem,
  sscan,
  sunion,
  sunioncard,
  sunionstore,
];
