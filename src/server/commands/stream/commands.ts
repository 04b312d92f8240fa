import type { CommandSpec } from '../command.js';
import { xack } from './xack.js';
import { xadd, xtrim } from './xadd.js';
import { xautoclaim } from './xautoclaim.js';
import { xclaim } from './xclaim.js';
import { xackdel, xdelex } from './xdelex.js';
import { xgroup } from './xgroup.js';
import { xinfo } from './xinfo.js';
import { xpending } from './xpending.js';
import { xdel, xlen, xrange, xrevrange } from './xrange.js';
import { xread } from './xread.js';
import { xreadgroup } from './xreadgroup.js';
import { xsetid } from './xsetid.js';

export const STREAM_COMMANDS: readonly CommandSpec[] = [
  xadd,
  xtrim,
  xrange,
  xrevrange,
  xlen,
  xdel,
  xdelex,
  xread,
  xreadgroup,
  xack,
  xackdel,
  xclaim,
  xautoclaim,
  xpending,
  xgroup,
  xinfo,
  xsetid,
];
