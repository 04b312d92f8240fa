import { Bytes } from '../../bytes/bytes.js';
import type { RdbVisitor, StreamInfo } from '../../persistence/rdb/rdb-visitor.js';
import type { Slab } from '../../storage/slab.js';
import { StreamCursor } from '../../storage/types/stream-cursor.js';
import type { StreamDirectory } from '../../storage/types/stream-directory.js';
import { groupNames, StreamConsumer, StreamGroup } from '../../storage/types/stream-groups.js';
import { StreamId } from '../../storage/types/stream-id.js';
import type { Stream } from '../../storage/types/stream.js';
import { idBytes } from './stream-id-bytes.js';

const FIRST = new StreamId();
const LAST = new StreamId().setMax();
/** Pending entries looked at between two places where the writing may rest. */
const PENDING_PER_LOOK = 1024;

/** What a stream knows about itself. */
export function streamInfo(stream: Stream): StreamInfo {
  const id = new StreamId();
  return {
    length: stream.length,
    lastId: idBytes(stream.readLastId(id)),
    firstId: idBytes(stream.readFirstId(id)),
    maxDeletedId: idBytes(stream.readMaxDeletedId(id)),
    entriesAdded: stream.entriesAdded,
    groups: groupNames().open(stream.slab, stream.groups).count,
  };
}

/** Tells a visitor the entries, counters and groups of a stream. */
export class StreamWriter {
  private readonly cursor = new StreamCursor();
  private readonly groups = groupNames();
  private readonly group = new StreamGroup();
  private readonly consumer = new StreamConsumer();
  private readonly id = new StreamId();
  private readonly name = new Bytes(new Uint8Array(0));
  private readonly pairs: Bytes[] = [];

  constructor(private readonly visitor: RdbVisitor) {}

  /** A whole stream, at once. */
  write(stream: Stream): void {
    this.entries(stream.slab, stream.directory);
    this.visitor.streamInfo(streamInfo(stream));
    const groups = this.writeGroups(stream.slab, stream.groups);
    while (groups.next().done !== true);
  }

  /** The entries of the blocks in a directory. */
  entries(slab: Slab, directory: StreamDirectory): void {
    const { cursor, pairs, visitor } = this;
    cursor.open(slab, directory, FIRST, LAST);
    while (cursor.next()) {
      const parts = 2 * cursor.fieldCount;
      while (pairs.length < parts) pairs.push(new Bytes(new Uint8Array(0)));
      for (let i = 0; i < parts; i++) cursor.part(pairs[i]!);
      visitor.streamEntry(idBytes(cursor.id), pairs, cursor.fieldCount);
    }
  }

  /** The groups of a table. Where it yields, nothing may change them, nor may this object write another stream. */
  *writeGroups(slab: Slab, table: number): Generator<void, void> {
    const groups = this.groups.open(slab, table);
    for (let i = 0; i < groups.count; i++) {
      const place = groups.at(i);
      yield* this.writeGroup(groups.name(place, this.name), this.group.open(slab, place));
    }
  }

  private *writeGroup(name: Bytes, group: StreamGroup): Generator<void, void> {
    const { visitor, consumer } = this;
    const { consumers, pending } = group;
    visitor.streamGroup({
      name,
      lastId: idBytes(group.readLastId(this.id)),
      entriesRead: group.entriesRead,
      pending: group.pendingCount,
    });
    let looked = 0;
    for (let more = pending.seek(FIRST); more; more = pending.next()) {
      visitor.streamPending(idBytes(pending.readId(this.id)), pending.deliveredAtMs, pending.deliveries);
      if (++looked % PENDING_PER_LOOK === 0) yield;
    }
    visitor.streamConsumers(consumers.count);
    for (let i = 0; i < consumers.count; i++) {
      const place = consumers.at(i);
      consumer.open(group.slab, place);
      visitor.streamConsumer({
        name: consumers.name(place, this.name),
        seenTimeMs: consumer.seenAtMs,
        activeTimeMs: consumer.seenAtMs,
        pending: consumer.pending,
      });
      let left = consumer.pending;
      for (let more = left > 0 && pending.seek(FIRST); more && left > 0; more = pending.next()) {
        if (pending.consumer === place) {
          visitor.streamConsumerPending(idBytes(pending.readId(this.id)));
          left--;
        }
        if (++looked % PENDING_PER_LOOK === 0) yield;
      }
    }
  }
}
