import { Bytes } from '../../bytes/bytes.js';
import type { RdbVisitor } from '../../persistence/rdb/rdb-visitor.js';
import type { Database } from '../../storage/database.js';
import { StreamCursor } from '../../storage/types/stream-cursor.js';
import { groupNames, StreamConsumer, StreamGroup } from '../../storage/types/stream-groups.js';
import { StreamId } from '../../storage/types/stream-id.js';
import { Stream } from '../../storage/types/stream.js';
import { idBytes } from './stream-id-bytes.js';

const FIRST = new StreamId();
const LAST = new StreamId().setMax();

/** Tells a visitor the entries, counters and groups of a stream. */
export class StreamWriter {
  private readonly stream = new Stream();
  private readonly cursor = new StreamCursor();
  private readonly groups = groupNames();
  private readonly group = new StreamGroup();
  private readonly consumer = new StreamConsumer();
  private readonly id = new StreamId();
  private readonly name = new Bytes(new Uint8Array(0));
  private readonly pairs: Bytes[] = [];

  constructor(private readonly visitor: RdbVisitor) {}

  write(db: Database, ref: number): void {
    const { visitor, groups, group } = this;
    const stream = this.stream.open(db, ref);
    this.entries(stream);
    groups.open(stream.slab, stream.groups);
    visitor.streamInfo({
      length: stream.length,
      lastId: idBytes(stream.readLastId(this.id)),
      firstId: idBytes(stream.readFirstId(this.id)),
      maxDeletedId: idBytes(stream.readMaxDeletedId(this.id)),
      entriesAdded: stream.entriesAdded,
      groups: groups.count,
    });
    for (let i = 0; i < groups.count; i++) {
      const place = groups.at(i);
      this.writeGroup(groups.name(place, this.name), group.open(stream.slab, place));
    }
  }

  private entries(stream: Stream): void {
    const { cursor, pairs, visitor } = this;
    stream.range(cursor, FIRST, LAST);
    while (cursor.next()) {
      const parts = 2 * cursor.fieldCount;
      while (pairs.length < parts) pairs.push(new Bytes(new Uint8Array(0)));
      for (let i = 0; i < parts; i++) cursor.part(pairs[i]!);
      visitor.streamEntry(idBytes(cursor.id), pairs, cursor.fieldCount);
    }
  }

  private writeGroup(name: Bytes, group: StreamGroup): void {
    const { visitor, consumer } = this;
    const { consumers, pending } = group;
    visitor.streamGroup({
      name,
      lastId: idBytes(group.readLastId(this.id)),
      entriesRead: group.entriesRead,
      pending: group.pendingCount,
    });
    pending.forEach(() => {
      visitor.streamPending(idBytes(pending.readId(this.id)), pending.deliveredAtMs, pending.deliveries);
    });
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
      pending.forEach(() => {
        if (pending.consumer === place) visitor.streamConsumerPending(idBytes(pending.readId(this.id)));
      });
    }
  }
}
