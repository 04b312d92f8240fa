import type { CommandSpec } from '../command.js';
import { delex } from './delex.js';
import { digest } from './digest.js';
import { get } from './get.js';
import { getdel, getex } from './getex.js';
import { decr, decrby, incr, incrby, incrbyfloat } from './incr.js';
import { increx } from './increx.js';
import { lcs } from './lcs.js';
import { mget, mset, msetnx } from './mset.js';
import { msetex } from './msetex.js';
import { append, getrange, setrange, strlen, substr } from './range.js';
import { getset, psetex, set, setex, setnx } from './set.js';

export const STRING_COMMANDS: readonly CommandSpec[] = [
  append,
  decr,
  decrby,
  delex,
  digest,
  get,
  getdel,
  getex,
  getrange,
  getset,
  incr,
  incrby,
  incrbyfloat,
  increx,
  lcs,
  mget,
  mset,
  msetex,
  msetnx,
  psetex,
  set,
  setex,
  setnx,
  setrange,
  strlen,
  substr,
];
