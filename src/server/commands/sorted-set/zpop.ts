import { Bytes } from '../../../bytes/bytes.js';
import * as errors from '../../../protocol/errors.js';
import type { Request } from '../../../protocol/request.js';
import type { SortedSet } from '../../../storage/types/sorted-set.js';
import { rangedArgument } from '../../arguments/arguments.js';
import { NotifyClass } from '../../pubsub/notifications.js';
import type { Session } from '../../clients/session.js';
import { type CommandSpec, Flag, key } from '../command.js';
import { openSortedSet, removeIfEmpty } from './open.js';

/** The end of a sorted set that a command takes from. */
export type End = 'min' | 'max';

export const zpopmin: CommandSpec = {
  name: 'zpopmin',
  group: 'sorted-set',
  summary: 'Removes and returns the members with the lowest scores.',
  since: '5.0.0',
  complexity: 'O(log(N)*M) with N being the size of the sorted set and M the number of members taken.',
  syntax: 'key [count]',
  arity: -2,
  flags: Flag.WRITE | Flag.FAST,
  keys: [key('RW ACCESS DELETE')],
  handler: (session, request) => {
    popCommand(session, request, 'min');
  },
};

export const zpopmax: CommandSpec = {
  name: 'zpopmax',
  group: 'sorted-set',
  summary: 'Removes and returns the members with the highest scores.',
  since: '5.0.0',
  complexity: 'O(log(N)*M) with N being the size of the sorted set and M the number of members taken.',
  syntax: 'key [count]',
  arity: -2,
  flags: Flag.WRITE | Flag.FAST,
  keys: [key('RW ACCESS DELETE')],
  handler: (session, request) => {
    popCommand(session, request, 'max');
  },
};

const view = new Bytes(new Uint8Array(0));

function popCommand(session: Session, request: Request, end: End): void {
  const { reply } = session;
  if (request.count > 3) return reply.error(errors.SYNTAX);
  let count = 1;
  if (request.count === 3) {
    const given = rangedArgument(session, request, 2, 0, Infinity, errors.MUST_BE_POSITIVE);
    if (given === null) return;
    count = given;
  }
  const name = request.arg(1);
  const ref = session.write(name);
  const set = ref === 0 ? null : openSortedSet(session, ref);
  if (ref !== 0 && set === null) return;
  if (set === null || count === 0) return reply.array(0);
  const popped = Math.min(count, set.size);
  const pairs = reply.resp3 && request.count === 3;
  reply.array(pairs ? popped : 2 * popped);
  pop(session, name, set, end, popped, pairs);
}

/**
 * Takes `count` members, at least one and at most all, from one end of a sorted set: replies with each and its score, in
 * arrays of two if `pairs`, tells of the change, and removes the key with its last member.
 */
export function pop(
  session: Session,
  name: Bytes,
  set: SortedSet,
  end: End,
  count: number,
  pairs: boolean,
): void {
  const { reply } = session;
  const { size } = set;
  set.seek(end === 'min' ? 0 : size - 1);
  set.expectRemovals(end === 'max');
  for (let left = count; left > 0;) {
    const run = set.readRun(left, end === 'max');
    for (let i = 0; i < run; i++) {
      if (pairs) reply.array(2);
      reply.bulk(set.runMember(i, view));
      reply.double(set.runScore(i));
    }
    left -= run;
  }
  if (end === 'min') set.removeRanks(0, count);
  else set.removeRanks(size - count, size);
  session.changed(name, NotifyClass.ZSET, end === 'min' ? 'zpopmin' : 'zpopmax', count);
  removeIfEmpty(session, name, set);
}
