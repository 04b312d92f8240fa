import type { CommandSpec } from '../command.js';
import { zcount, zlexcount, zremrangebylex, zremrangebyrank, zremrangebyscore } from './zcount-zremrange.js';
import { zadd, zincrby } from './zadd.js';
import { bzmpop, bzpopmax, bzpopmin, zmpop } from './zmpop.js';
import { zpopmax, zpopmin } from './zpop.js';
import {
  zrange,
  zrangebylex,
  zrangebyscore,
  zrangestore,
  zrevrange,
  zrevrangebylex,
  zrevrangebyscore,
} from './zrange.js';
import { zrandmember } from './zrandmember.js';
import { zrank, zrevrank } from './zrank.js';
import { zrem } from './zrem.js';
import { zscan } from './zscan.js';
import { zcard, zmscore, zscore } from './zscore.js';
import { zdiff, zdiffstore, zinter, zintercard, zinterstore, zunion, zunionstore } from './zunion.js';

export const SORTED_SET_COMMANDS: readonly CommandSpec[] = [
  bzmpop,
  bzpopmax,
  bzpopmin,
  zadd,
  zcard,
  zcount,
  zdiff,
  zdiffstore,
  zincrby,
  zinter,
  zintercard,
  zinterstore,
  zlexcount,
  zmpop,
  zmscore,
  zpopmax,
  zpopmin,
  zrandmember,
  zrange,
  zrangebylex,
  zrangebyscore,
  zrangestore,
  zrank,
  zrem,
  zremrangebylex,
  zremrangebyrank,
  zremrangebyscore,
  zrevrange,
  zrevrangebylex,
  zrevrangebyscore,
  zrevrank,
  zscan,
  zscore,
  zunion,
  zunionstore,
];
