import { Bytes } from '../../../bytes/bytes.js';
import * as errors from '../../../protocol/errors.js';
import type { Request } from '../../../protocol/request.js';
import { StreamId } from '../../../storage/types/stream-id.js';
import { integerArgument } from '../../arguments/arguments.js';
import type { Session } from '../../clients/session.js';
import { type CommandSpec, Flag, key } from '../command.js';
import { intervalArgument } from './id-arguments.js';
import { consumer, group, Opened, openForRead, openGroup, replyId, stream } from './open-stream.js';
import { noGroup } from './xclaim.js';

export const xpending: CommandSpec = {
  name: 'xpending',
  group: 'stream',
  summary: 'Tells which entries of a group were delivered and are not acknowledged.',
  since: '5.0.0',
  complexity:
    'O(N), N being the number of entries looked at; O(M) for the summary, M being the number of consumers.',
  syntax: 'key group [[IDLE min-idle-time] start end count [consumer]]',
  arity: -3,
  flags: Flag.READONLY | Flag.TIMED,
  keys: [key('RO ACCESS')],
  tips: ['nondeterministic_output'],
  history: [['6.2.0', 'Takes `IDLE`, and ends that do not belong to the range.']],
  handler: xpendingCommand,
};

interface Options {
  readonly minIdleMs: number;
  readonly count: number;
  /** Argument of the consumer's name; 0 is none. */
  readonly consumerAt: number;
}

const view = new Bytes(new Uint8Array(0));
const start = new StreamId();
const end = new StreamId();
const id = new StreamId();

function xpendingCommand(session: Session, request: Request): void {
  const { reply } = session;
  const summary = request.count === 3;
  if (!summary && (request.count < 6 || request.count > 9)) return reply.error(errors.SYNTAX);
  const options = summary ? null : parse(session, request);
  if (!summary && options === null) return;
  const opened = openForRead(session, request.arg(1));
  if (opened === Opened.REFUSED) return;
  if (opened === Opened.MISSING || !openGroup(request.arg(2))) return reply.error(noGroup(request));
  if (options === null) replySummary(session);
  else replyPending(session, request, options);
}

function parse(session: Session, request: Request): Options | null {
  let at = 3;
  let minIdleMs = 0;
  if (request.is(at, 'idle')) {
    const given = integerArgument(session, request, 4);
    if (given === null) return null;
    if (request.count < 8) {
      session.reply.error(errors.SYNTAX);
      return null;
    }
    minIdleMs = given;
    at = 5;
  }
  const count = integerArgument(session, request, at + 2);
  if (count === null) return null;
  if (!intervalArgument(session, request, at, start, 'start')) return null;
  if (!intervalArgument(session, request, at + 1, end, 'end')) return null;
  return { minIdleMs, count: Math.max(0, count), consumerAt: at + 3 < request.count ? at + 3 : 0 };
}

function replySummary(session: Session): void {
  const { reply } = session;
  const { pending, consumers } = group;
  reply.array(4);
  reply.integer(group.pendingCount);
  if (group.pendingCount === 0) {
    reply.null();
    reply.null();
    return reply.nullArray();
  }
  pending.seek(id.setMin());
  replyId(session, pending.readId(id));
  pending.seekLast();
  replyId(session, pending.readId(id));
  const mark = reply.beginDeferred();
  let replied = 0;
  for (let i = 0; i < consumers.count; i++) {
    consumer.open(stream.slab, consumers.at(i));
    if (consumer.pending === 0) continue;
    reply.array(2);
    reply.bulk(consumers.name(consumer.ref, view));
    reply.integerText(consumer.pending);
    replied++;
  }
  reply.endDeferred(mark, 'array', replied);
}

function replyPending(session: Session, request: Request, { minIdleMs, count, consumerAt }: Options): void {
  const { reply, now } = session;
  const { pending, consumers } = group;
  const owner = consumerAt === 0 ? 0 : group.findConsumer(request.arg(consumerAt));
  if (consumerAt !== 0 && owner === 0) return reply.array(0);
  const mark = reply.beginDeferred();
  let replied = 0;
  for (let more = pending.seek(start); more && replied < count; more = pending.next()) {
    if (pending.readId(id).compare(end) > 0) break;
    const idleMs = now - pending.deliveredAtMs;
    if ((owner !== 0 && pending.consumer !== owner) || (minIdleMs !== 0 && idleMs < minIdleMs)) continue;
    reply.array(4);
    replyId(session, id);
    reply.bulk(consumers.name(pending.consumer, view));
    reply.integer(Math.max(0, idleMs));
    reply.integer(pending.deliveries);
    replied++;
  }
  reply.endDeferred(mark, 'array', replied);
}
