import { Bytes } from '../../../bytes/bytes.js';
import * as errors from '../../../protocol/errors.js';
import { Type } from '../../../storage/representation.js';
import { StreamCursor } from '../../../storage/types/stream-cursor.js';
import { groupNames, StreamConsumer, StreamGroup } from '../../../storage/types/stream-groups.js';
import { StreamId } from '../../../storage/types/stream-id.js';
import { Stream } from '../../../storage/types/stream.js';
import { NotifyClass } from '../../pubsub/notifications.js';
import type { Session } from '../../clients/session.js';

/*
 * What all stream commands work with: the stream, group and consumer that a command has opened. Commands run one at a
 * time, so one of each serves all of them.
 */

export const stream = new Stream();
export const group = new StreamGroup();
export const consumer = new StreamConsumer();
export const cursor = new StreamCursor();
export const groups = groupNames();

const view = new Bytes(new Uint8Array(0));
const text = new Uint8Array(48);
const lastId = new StreamId();

/** What `openForRead` and `openForWrite` found. */
export const Opened = { MISSING: 0, REFUSED: 1, YES: 2 } as const;
export type Opened = (typeof Opened)[keyof typeof Opened];

/** Opens the stream at a key for reading; REFUSED after a reply with WRONGTYPE. */
export function openForRead(session: Session, name: Bytes): Opened {
  return open(session, session.read(name));
}

/** As `openForRead`, for a command that may change the stream or its groups. */
export function openForWrite(session: Session, name: Bytes): Opened {
  return open(session, session.write(name));
}

/** As `openForWrite`, counted as a hit or a miss: as Redis does where a command changes a group, not the stream. */
export function openCounted(session: Session, name: Bytes): Opened {
  const opened = openForWrite(session, name);
  if (opened === Opened.MISSING) session.read(name);
  else session.db.keyspace.hits++;
  return opened;
}

function open(session: Session, ref: number): Opened {
  const { db } = session;
  if (ref === 0) return Opened.MISSING;
  if (db.type(ref) !== Type.STREAM) {
    session.reply.error(errors.WRONGTYPE);
    return Opened.REFUSED;
  }
  stream.open(db, ref);
  return Opened.YES;
}

/** Opens a group of the open stream; false when there is none of that name. */
export function openGroup(name: Bytes): boolean {
  groups.open(stream.slab, stream.groups);
  const ref = groups.find(name);
  if (ref === 0) return false;
  group.open(stream.slab, ref);
  return true;
}

/** Opens a consumer of the open group, creating it if need be, and notes that it was seen; true when it is new. */
export function openConsumer(session: Session, streamName: Bytes, name: Bytes): boolean {
  let ref = group.findConsumer(name);
  const created = ref === 0;
  if (created) {
    ref = group.createConsumer(name, session.now);
    session.changed(streamName, NotifyClass.STREAM, 'xgroup-createconsumer');
  }
  consumer.open(stream.slab, ref).seenAtMs = session.now;
  return created;
}

export function replyId(session: Session, id: StreamId): void {
  session.reply.bulkRange(text, 0, id.print(text, 0));
}

/** Replies with the entry a cursor stands on: id, and fields with values. */
export function replyEntry(session: Session, at: StreamCursor): void {
  session.reply.array(2);
  replyEntryParts(session, at);
}

/** The two elements of an entry's reply, the array of which has begun. */
export function replyEntryParts(session: Session, at: StreamCursor): void {
  const { reply } = session;
  replyId(session, at.id);
  reply.array(2 * at.fieldCount);
  for (let i = 2 * at.fieldCount; i > 0; i--) reply.bulk(at.part(view));
}

/** Replies with up to `count` entries (0: all) of a range of the open stream. */
export function replyRange(
  session: Session,
  start: StreamId,
  end: StreamId,
  count: number,
  reverse = false,
): void {
  const { reply } = session;
  const mark = reply.beginDeferred();
  let replied = 0;
  stream.range(cursor, start, end, reverse);
  while ((count === 0 || replied < count) && cursor.next()) {
    replyEntry(session, cursor);
    replied++;
  }
  reply.endDeferred(mark, 'array', replied);
}

/** Propagates the pending entry the open group stands on as a claim that sets all of it. */
export function propagateClaim(session: Session, streamName: Bytes, groupName: Bytes, id: StreamId): void {
  const { propagation } = session.server;
  if (!propagation.active) return;
  const { pending } = group;
  const owner = group.consumers.name(pending.consumer, view);
  propagation.also(
    session.db.number,
    ...['XCLAIM', streamName, groupName, owner, 0, id.toString(), 'TIME', pending.deliveredAtMs],
    ...['RETRYCOUNT', pending.deliveries, 'FORCE', 'JUSTID', 'LASTID', group.readLastId(lastId).toString()],
  );
}

/** Propagates how far the open group has read. */
export function propagateGroupId(session: Session, streamName: Bytes, groupName: Bytes): void {
  const { propagation } = session.server;
  if (!propagation.active) return;
  const read = group.readLastId(lastId).toString();
  propagation.also(
    session.db.number,
    ...['XGROUP', 'SETID', streamName, groupName, read, 'ENTRIESREAD', group.entriesRead],
  );
}
