import { Bytes } from '../../../bytes/bytes.js';
import * as errors from '../../../protocol/errors.js';
import type { Request } from '../../../protocol/request.js';
import { randomIndexes } from '../../../storage/random-sample.js';
import type { SortedSet } from '../../../storage/types/sorted-set.js';
import { randomCount, repeatsTooOften } from '../../arguments/random-count.js';
import type { Session } from '../../clients/session.js';
import { type CommandSpec, Flag, key } from '../command.js';
import { openSortedSet } from './open.js';
import { replyRange } from './zrange.js';

export const zrandmember: CommandSpec = {
  name: 'zrandmember',
  group: 'sorted-set',
  summary: 'Returns random members of a sorted set.',
  since: '6.2.0',
  complexity: 'O(N*log(M)) with N being the number of members returned and M the size of the sorted set.',
  syntax: 'key [count [WITHSCORES]]',
  arity: -2,
  flags: Flag.READONLY | Flag.TIMED,
  keys: [key('RO ACCESS')],
  tips: ['nondeterministic_output'],
  handler: randomCommand,
};

const view = new Bytes(new Uint8Array(0));

function randomCommand(session: Session, request: Request): void {
  const { reply } = session;
  if (request.count === 2) return replyOne(session, request);
  const withScores = request.count === 4 && request.is(3, 'withscores');
  const count = randomCount(session, request, withScores);
  if (count === null) return;
  if (request.count > 3 && !withScores) return reply.error(errors.SYNTAX);
  const ref = session.read(request.arg(1));
  if (ref === 0) return reply.array(0);
  const set = openSortedSet(session, ref);
  if (set === null) return;
  // Redis walks backwards here.
  if (count >= set.size) return replyRange(session, set, 0, set.size, true, withScores);
  if (count >= 0) replyDistinct(session, set, count, withScores);
  else replyRepeated(session, set, -count, withScores);
}

function replyOne(session: Session, request: Request): void {
  const ref = session.read(request.arg(1));
  if (ref === 0) return session.reply.null();
  const set = openSortedSet(session, ref);
  if (set === null) return;
  set.seek(randomRank(session, set));
  session.reply.bulk(set.member(view));
}

function randomRank(session: Session, set: SortedSet): number {
  return Math.floor(session.db.keyspace.options.random() * set.size);
}

function replyDistinct(session: Session, set: SortedSet, count: number, withScores: boolean): void {
  beginReply(session, count, withScores);
  for (const rank of randomIndexes(set.size, count, session.db.keyspace.options.random)) {
    replyEntry(session, set, rank, withScores);
  }
}

function replyRepeated(session: Session, set: SortedSet, count: number, withScores: boolean): void {
  if (repeatsTooOften(session, count)) return session.reply.error(errors.OUT_OF_RANGE);
  beginReply(session, count, withScores);
  for (let i = 0; i < count && !session.reply.dropped; i++) {
    replyEntry(session, set, randomRank(session, set), withScores);
  }
}

/** Members with their scores are pairs in RESP3, and stand in one row in RESP2. */
function beginReply({ reply }: Session, count: number, withScores: boolean): void {
  reply.array(withScores && !reply.resp3 ? 2 * count : count);
}

function replyEntry({ reply }: Session, set: SortedSet, rank: number, withScores: boolean): void {
  set.seek(rank);
  if (withScores && reply.resp3) reply.array(2);
  reply.bulk(set.member(view));
  if (withScores) reply.double(set.score);
}
