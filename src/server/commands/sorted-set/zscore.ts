import type { Request } from '../../../protocol/request.js';
import type { Session } from '../../clients/session.js';
import { type CommandSpec, Flag, key } from '../command.js';
import { openSortedSet } from './open.js';

export const zcard: CommandSpec = {
  name: 'zcard',
  group: 'sorted-set',
  summary: 'Counts the members of a sorted set.',
  since: '1.2.0',
  complexity: 'O(1)',
  syntax: 'key',
  arity: 2,
  flags: Flag.READONLY | Flag.FAST,
  keys: [key('RO')],
  handler: (session, request) => {
    const ref = session.read(request.arg(1));
    if (ref === 0) return session.reply.integer(0);
    const set = openSortedSet(session, ref);
    if (set !== null) session.reply.integer(set.size);
  },
};

export const zscore: CommandSpec = {
  name: 'zscore',
  group: 'sorted-set',
  summary: 'Returns the score of a member.',
  since: '1.2.0',
  complexity: 'O(1)',
  syntax: 'key member',
  arity: 3,
  flags: Flag.READONLY | Flag.FAST,
  keys: [key('RO ACCESS')],
  member: 2,
  handler: (session, request) => {
    const ref = session.read(request.arg(1));
    if (ref === 0) return session.reply.null();
    const set = openSortedSet(session, ref);
    if (set === null) return;
    const score = set.find(request.arg(2));
    if (Number.isNaN(score)) session.reply.null();
    else session.reply.double(score);
  },
};

export const zmscore: CommandSpec = {
  name: 'zmscore',
  group: 'sorted-set',
  summary: 'Returns the scores of several members.',
  since: '6.2.0',
  complexity: 'O(N) with N being the number of members asked for.',
  syntax: 'key member [member ...]',
  arity: -3,
  flags: Flag.READONLY | Flag.FAST,
  keys: [key('RO ACCESS')],
  member: 2,
  handler: scoresCommand,
};

function scoresCommand(session: Session, request: Request): void {
  const { reply } = session;
  const ref = session.read(request.arg(1));
  const set = ref === 0 ? null : openSortedSet(session, ref);
  if (ref !== 0 && set === null) return;
  reply.array(request.count - 2);
  for (let i = 2; i < request.count; i++) {
    const score = set === null ? NaN : set.find(request.arg(i));
    if (Number.isNaN(score)) reply.null();
    else reply.double(score);
  }
}
