import * as errors from '../../../protocol/errors.js';
import type { Request } from '../../../protocol/request.js';
import type { Session } from '../../clients/session.js';
import { type CommandSpec, Flag, key } from '../command.js';
import { openSortedSet } from './open.js';

export const zrank: CommandSpec = {
  name: 'zrank',
  group: 'sorted-set',
  summary: 'Returns the rank of a member, the one with the lowest score having 0.',
  since: '2.0.0',
  complexity: 'O(log(N))',
  syntax: 'key member [WITHSCORE]',
  arity: -3,
  flags: Flag.READONLY | Flag.FAST,
  keys: [key('RO ACCESS')],
  member: 2,
  ranked: true,
  history: [['7.2.0', 'Added `WITHSCORE`.']],
  handler: (session, request) => {
    rankCommand(session, request, false);
  },
};

export const zrevrank: CommandSpec = {
  name: 'zrevrank',
  group: 'sorted-set',
  summary: 'Returns the rank of a member, the one with the highest score having 0.',
  since: '2.0.0',
  complexity: 'O(log(N))',
  syntax: 'key member [WITHSCORE]',
  arity: -3,
  flags: Flag.READONLY | Flag.FAST,
  keys: [key('RO ACCESS')],
  member: 2,
  ranked: true,
  history: [['7.2.0', 'Added `WITHSCORE`.']],
  handler: (session, request) => {
    rankCommand(session, request, true);
  },
};

function rankCommand(session: Session, request: Request, reverse: boolean): void {
  const { reply } = session;
  if (request.count > 4) return reply.error(errors.wrongArity(reverse ? 'zrevrank' : 'zrank'));
  const withScore = request.count === 4;
  if (withScore && !request.is(3, 'withscore')) return reply.error(errors.SYNTAX);
  const ref = session.read(request.arg(1));
  const set = ref === 0 ? null : openSortedSet(session, ref);
  if (ref !== 0 && set === null) return;
  const score = set === null ? NaN : set.find(request.arg(2));
  if (set === null || Number.isNaN(score)) {
    if (withScore) reply.nullArray();
    else reply.null();
    return;
  }
  const rank = reverse ? set.size - 1 - set.rankOfFound() : set.rankOfFound();
  if (withScore) reply.array(2);
  reply.integer(rank);
  if (withScore) reply.double(score);
}
