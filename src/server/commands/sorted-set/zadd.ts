import * as errors from '../../../protocol/errors.js';
import type { Request } from '../../../protocol/request.js';
import type { SortedSet } from '../../../storage/types/sorted-set.js';
import { doubleArgument } from '../../arguments/arguments.js';
import { NotifyClass } from '../../pubsub/notifications.js';
import type { Session } from '../../clients/session.js';
import { type CommandSpec, Flag, key } from '../command.js';
import { openSortedSet } from './open.js';

export const zadd: CommandSpec = {
  name: 'zadd',
  group: 'sorted-set',
  summary: 'Adds members to a sorted set, or changes their scores.',
  since: '1.2.0',
  complexity: 'O(log(N)) for each member, N being the size of the sorted set.',
  syntax: 'key [NX | XX] [GT | LT] [CH] [INCR] score member [score member ...]',
  arity: -4,
  flags: Flag.WRITE | Flag.DENYOOM | Flag.FAST,
  keys: [key('RW UPDATE')],
  member: 3,
  history: [
    ['2.4.0', 'Takes more than one member.'],
    ['3.0.2', 'Added `XX`, `NX`, `CH` and `INCR`.'],
    ['6.2.0', 'Added `GT` and `LT`.'],
  ],
  handler: (session, request) => {
    addCommand(session, request, 0);
  },
};

export const zincrby: CommandSpec = {
  name: 'zincrby',
  group: 'sorted-set',
  summary: 'Increments the score of a member.',
  since: '1.2.0',
  complexity: 'O(log(N)) with N being the size of the sorted set.',
  syntax: 'key increment member',
  arity: 4,
  flags: Flag.WRITE | Flag.DENYOOM | Flag.FAST,
  keys: [key('RW ACCESS UPDATE')],
  member: 3,
  handler: (session, request) => {
    addCommand(session, request, AddOption.INCR);
  },
};

/** Bits of what ZADD is asked to do. */
export const AddOption = { NX: 1, XX: 2, GT: 4, LT: 8, CH: 16, INCR: 32 } as const;
const { NX, XX, GT, LT, CH, INCR } = AddOption;

const NX_AND_XX = 'ERR XX and NX options at the same time are not compatible';
const GT_LT_NX = 'ERR GT, LT, and/or NX options at the same time are not compatible';
const INCR_PAIRS = 'ERR INCR option supports a single increment-element pair';
const NOT_A_NUMBER = 'ERR resulting score is not a number (NaN)';

/** Scores of the running request, read before anything changes. */
let scores = new Float64Array(16);

function addCommand(session: Session, request: Request, preset: number): void {
  let options = preset;
  let first = 2;
  for (let option = optionAt(request, first); option !== 0; option = optionAt(request, first)) {
    options |= option;
    first++;
  }
  const pairs = (request.count - first) / 2;
  if (pairs === 0 || !Number.isInteger(pairs)) return session.reply.error(errors.SYNTAX);
  const conflict = conflictOf(options, pairs);
  if (conflict !== null) return session.reply.error(conflict);
  if (!readScores(session, request, first, pairs)) return;

  members.first = first + 1;
  members.count = pairs;
  addMembers(session, request, options, scores, members);
}

/** Where the members stand in a request. */
interface MemberArguments {
  first: number;
  readonly step: number;
  count: number;
}

/** Those of the running ZADD. */
const members: MemberArguments = { first: 0, step: 2, count: 0 };

/** Adds or updates members with as many scores as `options` tell, and replies as ZADD does. */
export function addMembers(
  session: Session,
  request: Request,
  options: number,
  newScores: Float64Array,
  given: MemberArguments,
): void {
  const name = request.arg(1);
  const ref = session.write(name);
  if (ref === 0 && (options & XX) !== 0) {
    if ((options & INCR) !== 0) session.reply.null();
    else session.reply.integer(0);
    return;
  }
  const set =
    ref === 0 ? session.db.keyspace.sortedSet.create(session.db, name) : openSortedSet(session, ref);
  if (set !== null) addTo(session, request, set, options, newScores, given);
}

function optionAt(request: Request, at: number): number {
  if (at >= request.count || request.length(at) > 4) return 0;
  if (request.is(at, 'nx')) return NX;
  if (request.is(at, 'xx')) return XX;
  if (request.is(at, 'gt')) return GT;
  if (request.is(at, 'lt')) return LT;
  if (request.is(at, 'ch')) return CH;
  return request.is(at, 'incr') ? INCR : 0;
}

function conflictOf(options: number, pairs: number): string | null {
  if ((options & NX) !== 0 && (options & XX) !== 0) return NX_AND_XX;
  const several =
    ((options & NX) !== 0 ? 1 : 0) + ((options & GT) !== 0 ? 1 : 0) + ((options & LT) !== 0 ? 1 : 0);
  if (several > 1) return GT_LT_NX;
  return (options & INCR) !== 0 && pairs > 1 ? INCR_PAIRS : null;
}

function readScores(session: Session, request: Request, first: number, pairs: number): boolean {
  if (scores.length < pairs) scores = new Float64Array(2 * pairs);
  for (let i = 0; i < pairs; i++) {
    const score = doubleArgument(session, request, first + 2 * i);
    if (score === null) return false;
    scores[i] = score;
  }
  return true;
}

function addTo(
  session: Session,
  request: Request,
  set: SortedSet,
  options: number,
  newScores: Float64Array,
  { first, step, count }: MemberArguments,
): void {
  const { reply } = session;
  let added = 0;
  let updated = 0;
  let result = NaN;
  let failed = false;
  for (let i = 0; i < count && !failed; i++) {
    const member = request.arg(first + step * i);
    const current = set.find(member);
    let score = newScores[i]!;
    if (Number.isNaN(current)) {
      if ((options & XX) !== 0) continue;
      set.insert(member, score);
      added++;
    } else {
      if ((options & NX) !== 0) continue;
      if ((options & INCR) !== 0) score += current;
      if (Number.isNaN(score)) {
        failed = true;
        continue;
      }
      if (((options & LT) !== 0 && score >= current) || ((options & GT) !== 0 && score <= current)) continue;
      if (score !== current) {
        set.update(member, score);
        updated++;
      }
    }
    result = score;
  }
  if (added + updated > 0) {
    const event = (options & INCR) !== 0 ? 'zincr' : 'zadd';
    session.changed(request.arg(1), NotifyClass.ZSET, event, added + updated);
  }
  if (failed) reply.error(NOT_A_NUMBER);
  else if ((options & INCR) === 0) reply.integer((options & CH) !== 0 ? added + updated : added);
  else if (Number.isNaN(result)) reply.null();
  else reply.double(result);
}
