import type { Bytes } from '../../../bytes/bytes.js';
import type { Request } from '../../../protocol/request.js';
import { Type } from '../../../storage/representation.js';
import { StreamId } from '../../../storage/types/stream-id.js';
import { advance } from '../../../storage/types/stream-lag.js';
import type { BlockingCommand } from '../../clients/blocking.js';
import type { Session } from '../../clients/session.js';
import { type CommandSpec, Flag } from '../command.js';
import { idArgument } from './id-arguments.js';
import {
  consumer,
  cursor,
  group,
  openConsumer,
  Opened,
  openCounted,
  openForWrite,
  openGroup,
  propagateClaim,
  propagateGroupId,
  replyEntry,
  replyEntryParts,
  replyId,
  stream,
} from './open-stream.js';
import { idleEntries } from './idle-entries.js';
import { readOptions, type ReadOptions } from './read-options.js';
import { hasEntriesAfter, StreamReplies, WOKEN_COUNT_DEFAULT } from './xread.js';

export const xreadgroup: CommandSpec = {
  name: 'xreadgroup',
  group: 'stream',
  summary:
    'Returns new entries of several streams to a consumer of a group, or those it has not acknowledged.',
  since: '5.0.0',
  complexity:
    'O(N) for each stream, N being the number of entries returned. For entries not acknowledged, O(M), M being the number of those of the group behind the id.',
  syntax:
    'GROUP <group consumer> [COUNT count] [BLOCK milliseconds] [CLAIM min-idle-time] [NOACK] STREAMS <key [key ...] id [id ...]>',
  arity: -7,
  flags: Flag.WRITE | Flag.BLOCKING | Flag.MOVABLEKEYS | Flag.TIMED,
  keys: [
    { flags: 'RO ACCESS', find: { kind: 'keyword', word: 'STREAMS', from: 4, last: -1, step: 1, limit: 2 } },
  ],
  history: [['8.4.0', 'The option `CLAIM`.']],
  handler: xreadgroupCommand,
};

const LAST_ID =
  'ERR The $ ID is meaningless in the context of XREADGROUP: you want to read the history of this consumer by specifying a proper ID, or use the > ID to get new messages. The $ ID would just return an empty result set.';

const MAX_ID = new StreamId().setMax();
const start = new StreamId();
const lastRead = new StreamId();
const pendingId = new StreamId();

const XREADGROUP: BlockingCommand = {
  type: Type.STREAM,
  serve(session, request, name) {
    const options = readOptions(session, request, true);
    if (options === null || openForWrite(session, name) !== Opened.YES) return true;
    session.server.propagation.suppress();
    if (!openGroup(request.arg(options.groupAt))) {
      session.reply.error('NOGROUP the consumer group this client was blocked on no longer exists');
      return true;
    }
    if (!hasNews(session, options)) return false;
    const streams = new StreamReplies(session);
    streams.begin(name);
    seeConsumer(session, request, options, name);
    replyNews(session, request, options, name, options.count || WOKEN_COUNT_DEFAULT);
    streams.end();
    return true;
  },
  timedOut: (session) => session.reply.nullArray(),
  keyGone: (session) => {
    session.reply.error('UNBLOCKED the stream key no longer exists');
  },
};

const XREADGROUP_CLAIM: BlockingCommand = { ...XREADGROUP, polls: true };

function xreadgroupCommand(session: Session, request: Request): void {
  const options = readOptions(session, request, true);
  if (options === null || !check(session, request, options)) return;
  // What it does is propagated by its effects: claims, and how far the group has read.
  session.server.propagation.suppress();
  const { firstKey, keyCount, timeoutMs } = options;
  const streams = new StreamReplies(session);
  for (let i = firstKey; i < firstKey + keyCount; i++) {
    const name = request.arg(i);
    openCounted(session, name);
    openGroup(request.arg(options.groupAt));
    const history = !request.is(i + keyCount, '>');
    if (!history && !hasNews(session, options)) continue;
    streams.begin(name);
    seeConsumer(session, request, options, name);
    if (history) {
      idArgument(session, request, i + keyCount, start);
      replyHistory(session, start.increment(), options.count);
    } else replyNews(session, request, options, name, options.count);
  }
  if (streams.count > 0) return streams.end();
  if (timeoutMs < 0) return session.reply.nullArray();
  const command = options.minIdleMs < 0 ? XREADGROUP : XREADGROUP_CLAIM;
  session.server.blocking.wait(session, request, command, firstKey, keyCount, timeoutMs);
}

/** Checks keys, groups and ids before anything is done; false after a reply with the error. */
function check(session: Session, request: Request, options: ReadOptions): boolean {
  const { firstKey, keyCount, groupAt } = options;
  for (let i = firstKey; i < firstKey + keyCount; i++) {
    const opened = openCounted(session, request.arg(i));
    if (opened === Opened.REFUSED) return false;
    if (opened === Opened.MISSING || !openGroup(request.arg(groupAt))) {
      session.reply.error(
        `NOGROUP No such key '${request.string(i)}' or consumer group '${request.string(groupAt)}' in XREADGROUP with GROUP option`,
      );
      return false;
    }
    const idAt = i + keyCount;
    if (request.is(idAt, '$')) {
      session.reply.error(LAST_ID);
      return false;
    }
    if (!request.is(idAt, '>') && !idArgument(session, request, idAt, start)) return false;
  }
  return true;
}

/** Opens the consumer of the request; a new one that will not own anything is propagated by itself. */
function seeConsumer(session: Session, request: Request, options: ReadOptions, name: Bytes): void {
  const { db, server } = session;
  const consumerName = request.arg(options.groupAt + 1);
  if (!openConsumer(session, name, consumerName) || !options.noAck) return;
  const groupName = request.arg(options.groupAt);
  server.propagation.also(db.number, 'XGROUP', 'CREATECONSUMER', name, groupName, consumerName);
}

/** True when `>` of the open group has something to give. */
function hasNews(session: Session, { minIdleMs }: ReadOptions): boolean {
  if (hasEntriesAfter(group.readLastId(lastRead))) return true;
  return minIdleMs >= 0 && idleEntries(session.now - minIdleMs, 1).length > 0;
}

/** Replies with up to `count` entries (0: all): with CLAIM those pending for long, then those not read yet. */
function replyNews(
  session: Session,
  request: Request,
  options: ReadOptions,
  name: Bytes,
  count: number,
): void {
  const { reply, server } = session;
  const mark = reply.beginDeferred();
  const claimed = claimIdle(session, request, options, name, count);
  const read =
    count > 0 && claimed === count ? 0 : replyNew(session, request, options, name, count - claimed);
  reply.endDeferred(mark, 'array', claimed + read);
  server.dirty++;
}

/** Claims entries that have been pending for long, the longest first, and replies with them; how many. */
function claimIdle(
  session: Session,
  request: Request,
  { groupAt, minIdleMs }: ReadOptions,
  name: Bytes,
  count: number,
): number {
  if (minIdleMs < 0) return 0;
  const groupName = request.arg(groupAt);
  const entries = idleEntries(session.now - minIdleMs, count);
  for (const { id, deliveredAtMs, deliveries } of entries) {
    stream.range(cursor, id, id).next();
    session.reply.array(4);
    replyEntryParts(session, cursor);
    session.reply.integer(session.now - deliveredAtMs);
    session.reply.integer(deliveries);
    group.deliver(id, consumer.ref, session.now, deliveries + 1);
    propagateClaim(session, name, groupName, id);
  }
  return entries.length;
}

/** Replies with entries the group has not read, and makes them pending for the open consumer; how many. */
function replyNew(
  session: Session,
  request: Request,
  { groupAt, noAck, minIdleMs }: ReadOptions,
  name: Bytes,
  count: number,
): number {
  const groupName = request.arg(groupAt);
  let replied = 0;
  if (!hasEntriesAfter(group.readLastId(lastRead))) return 0;
  start.copy(lastRead).increment();
  stream.range(cursor, start, MAX_ID);
  while ((count <= 0 || replied < count) && cursor.next()) {
    advance(stream, group, cursor.id);
    if (minIdleMs < 0) replyEntry(session, cursor);
    else replyNeverDelivered(session);
    replied++;
    if (noAck) continue;
    group.deliver(cursor.id, consumer.ref, session.now, 1);
    propagateClaim(session, name, groupName, cursor.id);
  }
  if (noAck && replied > 0) propagateGroupId(session, name, groupName);
  return replied;
}

/** With CLAIM every entry tells for how long it was pending and how often it was delivered. */
function replyNeverDelivered(session: Session): void {
  session.reply.array(4);
  replyEntryParts(session, cursor);
  session.reply.integer(0);
  session.reply.integer(0);
}

/** Replies with entries that are pending for the open consumer, from `start` on, and counts them as delivered again. */
function replyHistory(session: Session, some: boolean, count: number): void {
  const { reply, server } = session;
  const { pending } = group;
  const mark = reply.beginDeferred();
  let replied = 0;
  let more = some && pending.seek(start);
  for (; more && (count === 0 || replied < count); more = pending.next()) {
    if (pending.consumer !== consumer.ref) continue;
    pending.readId(pendingId);
    replied++;
    if (stream.range(cursor, pendingId, pendingId).next()) {
      replyEntry(session, cursor);
      pending.deliveredAtMs = session.now;
      pending.deliveries++;
    } else {
      reply.array(2);
      replyId(session, pendingId);
      reply.nullArray();
    }
  }
  reply.endDeferred(mark, 'array', replied);
  server.dirty++;
}
