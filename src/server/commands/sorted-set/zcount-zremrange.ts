import type { Request } from '../../../protocol/request.js';
import { NotifyClass } from '../../pubsub/notifications.js';
import type { Session } from '../../clients/session.js';
import { type CommandSpec, Flag, key } from '../command.js';
import { openSortedSet, removeIfEmpty } from './open.js';
import { range, RangeKind } from './range.js';

export const zcount: CommandSpec = {
  name: 'zcount',
  group: 'sorted-set',
  summary: 'Counts the members in a range of scores.',
  since: '2.0.0',
  complexity: 'O(log(N)) with N being the size of the sorted set.',
  syntax: 'key min max',
  arity: 4,
  flags: Flag.READONLY | Flag.FAST,
  keys: [key('RO ACCESS')],
  handler: (session, request) => {
    countCommand(session, request, RangeKind.SCORE);
  },
};

export const zlexcount: CommandSpec = {
  name: 'zlexcount',
  group: 'sorted-set',
  summary: 'Counts the members in a range of members, where all have the same score.',
  since: '2.8.9',
  complexity: 'O(log(N)) with N being the size of the sorted set.',
  syntax: 'key min max',
  arity: 4,
  flags: Flag.READONLY | Flag.FAST,
  keys: [key('RO ACCESS')],
  handler: (session, request) => {
    countCommand(session, request, RangeKind.LEX);
  },
};

export const zremrangebyrank = removal('zremrangebyrank', RangeKind.RANK, {
  summary: 'Removes the members in a range of ranks.',
  since: '2.0.0',
  syntax: 'key start stop',
});

export const zremrangebyscore = removal('zremrangebyscore', RangeKind.SCORE, {
  summary: 'Removes the members in a range of scores.',
  since: '1.2.0',
  syntax: 'key min max',
});

export const zremrangebylex = removal('zremrangebylex', RangeKind.LEX, {
  summary: 'Removes the members in a range of members, where all have the same score.',
  since: '2.8.9',
  syntax: 'key min max',
});

function removal(
  name: string,
  kind: RangeKind,
  about: { summary: string; since: string; syntax: string },
): CommandSpec {
  return {
    ...about,
    name,
    group: 'sorted-set',
    complexity: 'O(log(N)+M) with N being the size of the sorted set and M the number of members removed.',
    arity: 4,
    flags: Flag.WRITE | Flag.TIMED,
    keys: [key('RW DELETE')],
    handler: (session, request) => {
      removeCommand(session, request, kind, name);
    },
  };
}

function countCommand(session: Session, request: Request, kind: RangeKind): void {
  if (!range.read(session, request, kind, 2, 3)) return;
  const ref = session.read(request.arg(1));
  if (ref === 0) return session.reply.integer(0);
  const set = openSortedSet(session, ref);
  if (set === null) return;
  range.apply(set, false);
  session.reply.integer(range.to - range.from);
}

function removeCommand(session: Session, request: Request, kind: RangeKind, event: string): void {
  if (!range.read(session, request, kind, 2, 3)) return;
  const name = request.arg(1);
  const ref = session.write(name);
  if (ref === 0) return session.reply.integer(0);
  const set = openSortedSet(session, ref);
  if (set === null) return;
  range.apply(set, false);
  const removed = range.to - range.from;
  if (removed > 0) {
    set.removeRanks(range.from, range.to);
    session.changed(name, NotifyClass.ZSET, event, removed);
    removeIfEmpty(session, name, set);
  }
  session.reply.integer(removed);
}
