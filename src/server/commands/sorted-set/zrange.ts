import { Bytes } from '../../../bytes/bytes.js';
import * as errors from '../../../protocol/errors.js';
import type { Request } from '../../../protocol/request.js';
import type { SortedSet } from '../../../storage/types/sorted-set.js';
import { ScoredMembers } from '../../../storage/types/scored-members.js';
import { integerArgument } from '../../arguments/arguments.js';
import type { Session } from '../../clients/session.js';
import { type CommandSpec, Flag, key } from '../command.js';
import { openSortedSet } from './open.js';
import { range, RangeKind } from './range.js';
import { storeResult } from './store.js';

const LOGN_M = 'O(log(N)+M) with N being the size of the sorted set and M the number of members returned.';

export const zrange: CommandSpec = {
  name: 'zrange',
  group: 'sorted-set',
  summary: 'Returns the members in a range of ranks, scores, or members of one score.',
  since: '1.2.0',
  complexity: LOGN_M,
  syntax: 'key start stop [BYSCORE | BYLEX] [REV] [LIMIT offset count] [WITHSCORES]',
  arity: -4,
  flags: Flag.READONLY | Flag.TIMED,
  keys: [key('RO ACCESS')],
  history: [['6.2.0', 'Added `REV`, `BYSCORE`, `BYLEX` and `LIMIT`.']],
  handler: (session, request) => {
    rangeCommand(session, request, null, null);
  },
};

export const zrangestore: CommandSpec = {
  name: 'zrangestore',
  group: 'sorted-set',
  summary: 'Stores the members in a range of a sorted set as another one.',
  since: '6.2.0',
  complexity: 'O(log(N)+M) with N being the size of the sorted set and M the number of members stored.',
  syntax: 'dst src min max [BYSCORE | BYLEX] [REV] [LIMIT offset count]',
  arity: -5,
  flags: Flag.WRITE | Flag.DENYOOM | Flag.TIMED,
  keys: [key('OW UPDATE'), key('RO ACCESS', 2)],
  handler: rangeStoreCommand,
};

export const zrevrange = legacy('zrevrange', RangeKind.RANK, true, {
  summary: 'Returns the members in a range of ranks, the highest score first.',
  since: '1.2.0',
  syntax: 'key start stop [WITHSCORES]',
  replacedBy: '`ZRANGE` with the `REV` argument',
});

export const zrangebyscore = legacy('zrangebyscore', RangeKind.SCORE, false, {
  summary: 'Returns the members in a range of scores.',
  since: '1.0.5',
  syntax: 'key min max [WITHSCORES] [LIMIT offset count]',
  replacedBy: '`ZRANGE` with the `BYSCORE` argument',
  history: [['2.0.0', 'Added `WITHSCORES`.']],
});

export const zrevrangebyscore = legacy('zrevrangebyscore', RangeKind.SCORE, true, {
  summary: 'Returns the members in a range of scores, the highest first.',
  since: '2.2.0',
  syntax: 'key max min [WITHSCORES] [LIMIT offset count]',
  replacedBy: '`ZRANGE` with the `REV` and `BYSCORE` arguments',
  history: [['2.1.6', '`min` and `max` may be exclusive.']],
});

export const zrangebylex = legacy('zrangebylex', RangeKind.LEX, false, {
  summary: 'Returns the members in a range of members, where all have the same score.',
  since: '2.8.9',
  syntax: 'key min max [LIMIT offset count]',
  replacedBy: '`ZRANGE` with the `BYLEX` argument',
});

export const zrevrangebylex = legacy('zrevrangebylex', RangeKind.LEX, true, {
  summary:
    'Returns the members in a range of members from the last to the first, where all have the same score.',
  since: '2.8.9',
  syntax: 'key max min [LIMIT offset count]',
  replacedBy: '`ZRANGE` with the `REV` and `BYLEX` arguments',
});

/** A command from before ZRANGE knew all kinds of range: kind and direction are in its name. */
function legacy(
  name: string,
  kind: RangeKind,
  reverse: boolean,
  about: {
    summary: string;
    since: string;
    syntax: string;
    replacedBy: string;
    history?: CommandSpec['history'] & {};
  },
): CommandSpec {
  const { summary, since, syntax, replacedBy, history = [] } = about;
  return {
    name,
    group: 'sorted-set',
    summary,
    since,
    complexity: LOGN_M,
    syntax,
    arity: -4,
    flags: Flag.READONLY | Flag.TIMED,
    keys: [key('RO ACCESS')],
    history,
    deprecated: { since: '6.2.0', replacedBy },
    handler: (session, request) => {
      rangeCommand(session, request, kind, reverse);
    },
  };
}

const LIMIT_BY_RANK = 'ERR syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX';
const WITHSCORES_BY_LEX = 'ERR syntax error, WITHSCORES not supported in combination with BYLEX';

/** Options of the running command. */
const options = {
  kind: RangeKind.RANK as RangeKind,
  reverse: false,
  withScores: false,
  offset: 0,
  count: -1,
};

const view = new Bytes(new Uint8Array(0));

function rangeCommand(
  session: Session,
  request: Request,
  kind: RangeKind | null,
  reverse: boolean | null,
): void {
  if (!readRange(session, request, 1, kind, reverse, false)) return;
  const ref = session.read(request.arg(1));
  if (ref === 0) return session.reply.array(0);
  const set = openSortedSet(session, ref);
  if (set === null) return;
  range.apply(set, options.reverse);
  range.limit(options.offset, options.count, options.reverse);
  replyRange(session, set, range.from, range.to, options.reverse, options.withScores);
}

/** Reads everything behind the source key; false after it has replied with the error. */
function readRange(
  session: Session,
  request: Request,
  source: number,
  kind: RangeKind | null,
  reverse: boolean | null,
  store: boolean,
): boolean {
  options.kind = kind ?? RangeKind.RANK;
  options.reverse = reverse ?? false;
  options.withScores = false;
  options.offset = 0;
  options.count = -1;
  let kindOpen = kind === null;
  let directionOpen = reverse === null;
  for (let i = source + 3; i < request.count; i++) {
    if (!store && request.is(i, 'withscores')) options.withScores = true;
    else if (request.is(i, 'limit') && i + 2 < request.count) {
      if (!readLimit(session, request, i + 1)) return false;
      i += 2;
    } else if (directionOpen && request.is(i, 'rev')) {
      options.reverse = true;
      directionOpen = false;
    } else if (kindOpen && (request.is(i, 'byscore') || request.is(i, 'bylex'))) {
      options.kind = request.is(i, 'bylex') ? RangeKind.LEX : RangeKind.SCORE;
      kindOpen = false;
    } else return refuse(session, errors.SYNTAX);
  }
  if (options.count !== -1 && options.kind === RangeKind.RANK) return refuse(session, LIMIT_BY_RANK);
  if (options.withScores && options.kind === RangeKind.LEX) return refuse(session, WITHSCORES_BY_LEX);
  const swapped = options.reverse && options.kind !== RangeKind.RANK;
  const first = source + 1;
  return range.read(session, request, options.kind, swapped ? first + 1 : first, swapped ? first : first + 1);
}

function readLimit(session: Session, request: Request, at: number): boolean {
  const offset = integerArgument(session, request, at);
  if (offset === null) return false;
  const count = integerArgument(session, request, at + 1);
  if (count === null) return false;
  options.offset = offset;
  options.count = count;
  return true;
}

function refuse(session: Session, error: string): false {
  session.reply.error(error);
  return false;
}

/** Replies with the entries of ranks `[from, to)`. */
export function replyRange(
  session: Session,
  set: SortedSet,
  from: number,
  to: number,
  reverse: boolean,
  withScores: boolean,
): void {
  const { reply } = session;
  const size = to - from;
  const pairs = withScores && reply.resp3;
  reply.array(withScores && !pairs ? 2 * size : size);
  if (size === 0) return;
  set.seek(reverse ? to - 1 : from);
  for (let left = size; left > 0;) {
    const run = set.readRun(left, reverse);
    for (let i = 0; i < run; i++) {
      if (pairs) reply.array(2);
      reply.bulk(set.runMember(i, view));
      if (withScores) reply.double(set.runScore(i));
    }
    left -= run;
  }
}

function rangeStoreCommand(session: Session, request: Request): void {
  if (!readRange(session, request, 2, null, null, true)) return;
  const result = new ScoredMembers();
  const ref = session.read(request.arg(2));
  if (ref !== 0) {
    const set = openSortedSet(session, ref);
    if (set === null) return;
    range.apply(set, options.reverse);
    range.limit(options.offset, options.count, options.reverse);
    collect(set, range.from, range.to, options.reverse, result);
  }
  const known = options.kind === RangeKind.RANK ? 'number' : 'nothing';
  storeResult(session, request.arg(1), result, 'zrangestore', 1, known);
}

function collect(set: SortedSet, from: number, to: number, reverse: boolean, result: ScoredMembers): void {
  if (from === to) return;
  set.seek(reverse ? to - 1 : from);
  for (let left = to - from; left > 0;) {
    const run = set.readRun(left, reverse);
    for (let i = 0; i < run; i++) result.add(set.runMember(i, view), set.runScore(i));
    left -= run;
  }
}
