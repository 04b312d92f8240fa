import type { CommandSpec } from '../command.js';
import { hdel } from './hdel.js';
import { hexists, hget, hlen, hmget, hstrlen } from './hget.js';
import { hgetall, hkeys, hvals } from './hgetall.js';
import { hincrby, hincrbyfloat } from './hincrby.js';
import { hexpire, hexpireat, hpexpire, hpexpireat } from './hexpire.js';
import { hgetdel, hgetex } from './hgetex.js';
import { hrandfield } from './hrandfield.js';
import { hscan } from './hscan.js';
import { hsetex } from './hsetex.js';
import { hexpiretime, hpersist, hpexpiretime, hpttl, httl } from './httl.js';
import { hmset, hset, hsetnx } from './hset.js';

export const HASH_COMMANDS: readonly CommandSpec[] = [
  hdel,
  hexists,
  hexpire,
  hexpireat,
  hexpiretime,
  hget,
  hgetall,
  hgetdel,
  hgetex,
  hincrby,
  hincrbyfloat,
  hkeys,
  hlen,
  hmget,
  hmset,
  hpersist,
  hpexpire,
  hpexpireat,
  hpexpiretime,
  hpttl,
  hrandfield,
  hscan,
  hset,
  hsetex,
  hsetnx,
  hstrlen,
  httl,
  hvals,
];
