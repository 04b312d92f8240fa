import type { Bytes } from '../../../bytes/bytes.js';
import * as errors from '../../../protocol/errors.js';
import type { Request } from '../../../protocol/request.js';
import { Type } from '../../../storage/representation.js';
import type { SortedSet } from '../../../storage/types/sorted-set.js';
import { rangedArgument } from '../../arguments/arguments.js';
import { type BlockingCommand, timeoutSeconds } from '../../clients/blocking.js';
import type { Session } from '../../clients/session.js';
import { type CommandSpec, Flag, keys, numkeys } from '../command.js';
import { openSortedSet } from './open.js';
import { type End, pop } from './zpop.js';

const COMPLEXITY =
  'O(K) + O(M*log(N)) with K being the number of keys, N the size of the sorted set and M the number of members taken.';

export const zmpop: CommandSpec = {
  name: 'zmpop',
  group: 'sorted-set',
  summary: 'Removes and returns members from one end of the first sorted set that has any.',
  since: '7.0.0',
  complexity: COMPLEXITY,
  syntax: 'numkeys key [key ...] <MIN | MAX> [COUNT count]',
  arity: -4,
  flags: Flag.WRITE | Flag.MOVABLEKEYS | Flag.TIMED,
  keys: [numkeys('RW ACCESS DELETE', 1)],
  handler: (session, request) => {
    const given = readPop(session, request, 1);
    if (given === null || popFirst(session, request, given)) return;
    session.reply.nullArray();
  },
};

export const bzmpop: CommandSpec = {
  name: 'bzmpop',
  group: 'sorted-set',
  summary: 'As ZMPOP; waits for a member where there is none.',
  since: '7.0.0',
  complexity: COMPLEXITY,
  syntax: 'timeout numkeys key [key ...] <MIN | MAX> [COUNT count]',
  arity: -5,
  flags: Flag.WRITE | Flag.BLOCKING | Flag.MOVABLEKEYS | Flag.TIMED,
  keys: [numkeys('RW ACCESS DELETE', 2)],
  handler: (session, request) => {
    const given = readPop(session, request, 2);
    if (given === null) return;
    const timeoutMs = timeoutSeconds(session, request, 1);
    if (timeoutMs === null || popFirst(session, request, given)) return;
    session.server.blocking.wait(session, request, waitingMany, given.firstKey, given.keyCount, timeoutMs);
  },
};

export const bzpopmin = blockingPop('bzpopmin', 'min', 'lowest');
export const bzpopmax = blockingPop('bzpopmax', 'max', 'highest');

function blockingPop(name: string, end: End, extreme: string): CommandSpec {
  const waiting: BlockingCommand = {
    type: Type.ZSET,
    serve: (session, _request, key) => take(session, key, end, -1),
    timedOut,
  };
  return {
    name,
    group: 'sorted-set',
    summary: `Removes and returns the member with the ${extreme} score; waits for one where there is none.`,
    since: '5.0.0',
    complexity: 'O(log(N)) with N being the size of the sorted set.',
    syntax: 'key [key ...] timeout',
    arity: -3,
    flags: Flag.WRITE | Flag.NOSCRIPT | Flag.BLOCKING | Flag.FAST,
    keys: [keys('RW ACCESS DELETE', 1, -2)],
    history: [['6.0.0', '`timeout` is a double.']],
    handler: (session, request) => {
      const timeoutMs = timeoutSeconds(session, request, request.count - 1);
      if (timeoutMs === null) return;
      const keyCount = request.count - 2;
      if (popFirst(session, request, { firstKey: 1, keyCount, end, count: -1 })) return;
      session.server.blocking.wait(session, request, waiting, 1, keyCount, timeoutMs);
    },
  };
}

/** What a pop takes: from which keys, which end, and how many members; -1 is one, replied without a list. */
interface Pop {
  readonly firstKey: number;
  readonly keyCount: number;
  readonly end: End;
  readonly count: number;
}

const NUMKEYS = 'ERR numkeys should be greater than 0';
const COUNT = 'ERR count should be greater than 0';

/** Reads `numkeys key [key ...] <MIN | MAX> [COUNT count]` from argument `at`; null after the error reply. */
function readPop(session: Session, request: Request, at: number): Pop | null {
  const keyCount = rangedArgument(session, request, at, 1, Infinity, NUMKEYS);
  if (keyCount === null) return null;
  const endAt = at + keyCount + 1;
  const minimum = endAt < request.count && request.is(endAt, 'min');
  if (!minimum && (endAt >= request.count || !request.is(endAt, 'max'))) return syntaxError(session);
  let count = 1;
  if (request.count > endAt + 1) {
    if (request.count === endAt + 2 || !request.is(endAt + 1, 'count')) return syntaxError(session);
    const given = rangedArgument(session, request, endAt + 2, 1, Infinity, COUNT);
    if (given === null) return null;
    if (request.count > endAt + 3) return syntaxError(session);
    count = given;
  }
  return { firstKey: at + 1, keyCount, end: minimum ? 'min' : 'max', count };
}

function syntaxError(session: Session): null {
  session.reply.error(errors.SYNTAX);
  return null;
}

/** Pops from the first key that has members. True when a reply was written, be it an error. */
function popFirst(session: Session, request: Request, { firstKey, keyCount, end, count }: Pop): boolean {
  for (let i = firstKey; i < firstKey + keyCount; i++) {
    const ref = session.write(request.arg(i));
    if (ref === 0) continue;
    const set = openSortedSet(session, ref);
    if (set !== null) popFrom(session, request.arg(i), set, end, count);
    return true;
  }
  return false;
}

function take(session: Session, key: Bytes, end: End, count: number): boolean {
  const set = openSortedSet(session, session.write(key));
  if (set === null) return false;
  popFrom(session, key, set, end, count);
  return true;
}

/** Pops from a sorted set with members, and says how to repeat it: without waiting, and by the number really taken. */
function popFrom(session: Session, name: Bytes, set: SortedSet, end: End, count: number): void {
  const { reply, server, db } = session;
  const popped = count < 0 ? 1 : Math.min(count, set.size);
  reply.array(count < 0 ? 3 : 2);
  reply.bulk(name);
  if (count >= 0) reply.array(popped);
  pop(session, name, set, end, popped, count >= 0);
  const command = end === 'min' ? 'ZPOPMIN' : 'ZPOPMAX';
  if (count < 0) server.propagation.replace(db.number, command, name);
  else server.propagation.replace(db.number, command, name, popped);
}

const waitingMany: BlockingCommand = {
  type: Type.ZSET,
  serve: (session, request, key) => {
    const given = readPop(session, request, 2);
    return given !== null && take(session, key, given.end, given.count);
  },
  timedOut,
};

function timedOut(session: Session): void {
  session.reply.nullArray();
}
