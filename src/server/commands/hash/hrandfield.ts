import { Bytes } from '../../../bytes/bytes.js';
import * as errors from '../../../protocol/errors.js';
import type { ReplyWriter } from '../../../protocol/reply-writer.js';
import type { Request } from '../../../protocol/request.js';
import {
  type FieldVisitor,
  hashForEach,
  hashLength,
  hashRandom,
  hashSample,
} from '../../../storage/types/hash.js';
import { randomCount, repeatsTooOften } from '../../arguments/random-count.js';
import type { Session } from '../../clients/session.js';
import { WRONG_TYPE } from '../../arguments/typed-key.js';
import { type CommandSpec, Flag, key } from '../command.js';
import { readHash } from './hash-key.js';

export const hrandfield: CommandSpec = {
  name: 'hrandfield',
  group: 'hash',
  summary: 'Returns random fields of a hash.',
  since: '6.2.0',
  complexity: 'O(N), N being the number of fields returned.',
  syntax: 'key [count [WITHVALUES]]',
  arity: -2,
  flags: Flag.READONLY | Flag.TIMED,
  keys: [key('RO ACCESS')],
  tips: ['nondeterministic_output'],
  handler: hrandfieldCommand,
};

const field = new Bytes(new Uint8Array(0));
const value = new Bytes(new Uint8Array(0));

function hrandfieldCommand(session: Session, request: Request): void {
  if (request.count === 2) return replyOne(session, request);
  const withValues = request.count === 4 && request.is(3, 'withvalues');
  const count = randomCount(session, request, withValues);
  if (count === null) return;
  if (request.count > 3 && !withValues) return session.reply.error(errors.SYNTAX);
  const ref = readHash(session, request.arg(1));
  if (ref === WRONG_TYPE) return;
  if (ref === 0 || count === 0) return session.reply.array(0);
  if (count < 0) replyRepeated(session, ref, -count, withValues);
  else replyDistinct(session, ref, count, withValues);
}

function replyOne(session: Session, request: Request): void {
  const ref = readHash(session, request.arg(1));
  if (ref === WRONG_TYPE) return;
  if (ref === 0) return session.reply.null();
  hashRandom(session.db, ref, field, value);
  session.reply.bulk(field);
}

function replyRepeated(session: Session, ref: number, count: number, withValues: boolean): void {
  const { db, reply } = session;
  if (repeatsTooOften(session, count)) return reply.error(errors.OUT_OF_RANGE);
  const write = writer(reply, withValues);
  arrayHeader(reply, count, withValues);
  for (let i = 0; i < count && !reply.dropped; i++) {
    hashRandom(db, ref, field, value);
    write(field, value);
  }
}

function replyDistinct(session: Session, ref: number, count: number, withValues: boolean): void {
  const { db, reply } = session;
  const length = hashLength(db, ref);
  arrayHeader(reply, Math.min(count, length), withValues);
  if (count >= length) hashForEach(db, ref, writer(reply, withValues));
  else hashSample(db, ref, count, writer(reply, withValues));
}

/** Fields with their values are pairs in RESP3, and stand in one row in RESP2. */
function arrayHeader(reply: ReplyWriter, count: number, withValues: boolean): void {
  reply.array(withValues && !reply.resp3 ? 2 * count : count);
}

function writer(reply: ReplyWriter, withValues: boolean): FieldVisitor {
  return (name, text) => {
    if (withValues && reply.resp3) reply.array(2);
    reply.bulk(name);
    if (withValues) reply.bulk(text);
  };
}
