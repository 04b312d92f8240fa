import { Bytes } from '../../bytes/bytes.js';
import type {
  RdbVisitor,
  StreamConsumer,
  StreamGroup,
  StreamInfo,
} from '../../persistence/rdb/rdb-visitor.js';
import type { Database } from '../../storage/database.js';
import { StreamCursor } from '../../storage/types/stream-cursor.js';
import {
  groupNames,
  StreamConsumer as StoredConsumer,
  StreamGroup as StoredGroup,
} from '../../storage/types/stream-groups.js';
import { StreamId } from '../../storage/types/stream-id.js';
import { BLOCK_LIMITS_DEFAULT, Stream } from '../../storage/types/stream.js';

/** Bytes of an id in a file: time, sequence, big-endian. */
const ID_BYTES = 16;
const MIN_ID = new StreamId();
const MAX_ID = new StreamId().setMax();

function writeId(id: StreamId, to: Buffer, at: number): void {
  to.writeUInt32BE(id.msHigh, at);
  to.writeUInt32BE(id.msLow, at + 4);
  to.writeUInt32BE(id.seqHigh, at + 8);
  to.writeUInt32BE(id.seqLow, at + 12);
}

function readId({ buffer, offset }: Bytes, id: StreamId): StreamId {
  const view = new DataView(buffer.buffer, buffer.byteOffset + offset, ID_BYTES);
  return id.set(view.getUint32(0), view.getUint32(4), view.getUint32(8), view.getUint32(12));
}

function idBytes(id: StreamId): Bytes {
  const bytes = Buffer.allocUnsafe(ID_BYTES);
  writeId(id, bytes, 0);
  return new Bytes(bytes);
}

/** Tells a visitor what a stream holds. */
export class StreamValueWriter {
  private readonly stream = new Stream();
  private readonly cursor = new StreamCursor();
  private readonly groups = groupNames();
  private readonly group = new StoredGroup();
  private readonly consumer = new StoredConsumer();
  private readonly id = new StreamId();
  private readonly name = new Bytes(new Uint8Array(0));
  private readonly parts: Bytes[] = [];

  constructor(private readonly visitor: RdbVisitor) {}

  /** Everything between `streamStart` and `end`. */
  write(db: Database, ref: number): void {
    const { stream, visitor, groups, group, id } = this;
    stream.open(db, ref);
    this.entries();
    groups.open(stream.slab, stream.groups);
    visitor.streamInfo({
      length: stream.length,
      lastId: idBytes(stream.readLastId(id)),
      firstId: idBytes(stream.readFirstId(id)),
      maxDeletedId: idBytes(stream.readMaxDeletedId(id)),
      entriesAdded: stream.entriesAdded,
      groups: groups.count,
    });
    for (let i = 0; i < groups.count; i++) {
      group.open(stream.slab, groups.at(i));
      visitor.streamGroup({
        name: groups.name(group.ref, this.name),
        lastId: idBytes(group.readLastId(id)),
        entriesRead: group.entriesRead,
        pending: group.pendingCount,
      });
      this.consumers(this.pending());
    }
  }

  private entries(): void {
    const { stream, cursor, visitor, parts } = this;
    const id = new Bytes(Buffer.allocUnsafe(ID_BYTES));
    stream.range(cursor, MIN_ID, MAX_ID);
    while (cursor.next()) {
      writeId(cursor.id, id.buffer as Buffer, 0);
      while (parts.length < 2 * cursor.fieldCount) parts.push(new Bytes(new Uint8Array(0)));
      for (let i = 0; i < 2 * cursor.fieldCount; i++) cursor.part(parts[i]!);
      visitor.streamEntry(id, parts, cursor.fieldCount);
    }
  }

  /** Tells the pending entries of the open group; their ids by consumer. */
  private pending(): Map<number, Bytes[]> {
    const { group, visitor, id } = this;
    const byConsumer = new Map<number, Bytes[]>();
    group.pending.forEach(() => {
      const { pending } = group;
      const bytes = idBytes(pending.readId(id));
      visitor.streamPending(bytes, pending.deliveredAtMs, pending.deliveries);
      const ids = byConsumer.get(pending.consumer);
      if (ids === undefined) byConsumer.set(pending.consumer, [bytes]);
      else ids.push(bytes);
    });
    return byConsumer;
  }

  private consumers(pending: ReadonlyMap<number, readonly Bytes[]>): void {
    const { group, visitor, consumer, stream } = this;
    const { consumers } = group;
    visitor.streamConsumers(consumers.count);
    for (let i = 0; i < consumers.count; i++) {
      consumer.open(stream.slab, consumers.at(i));
      const ids = pending.get(consumer.ref) ?? [];
      visitor.streamConsumer({
        name: consumers.name(consumer.ref, this.name),
        seenTimeMs: consumer.seenAtMs,
        activeTimeMs: consumer.seenAtMs,
        pending: ids.length,
      });
      for (const id of ids) visitor.streamConsumerPending(id);
    }
  }
}

/** Builds a stream from what a file tells. */
export class StreamValueLoader {
  private readonly stream = new Stream();
  private readonly groups = groupNames();
  private readonly group = new StoredGroup();
  private readonly id = new StreamId();
  private consumer = 0;
  /** Entries that were delivered and whose consumer is not told yet: time and number of deliveries by id. */
  private readonly pending = new Map<string, { deliveredAtMs: number; deliveries: number }>();

  /** Begins a stream for a key that is not there; its record. */
  start(db: Database, key: Bytes): number {
    this.stream.create(db, key);
    return db.find(key);
  }

  entry(id: Bytes, pairs: readonly Bytes[], fields: number): void {
    const source = { arg: (i: number) => pairs[i]! };
    this.stream.append(readId(id, this.id), source, 0, fields, BLOCK_LIMITS_DEFAULT);
  }

  info({ lastId, maxDeletedId, entriesAdded }: StreamInfo): void {
    const { stream, id } = this;
    stream.setLastId(readId(lastId, id));
    stream.setMaxDeletedId(readId(maxDeletedId, id));
    stream.entriesAdded = entriesAdded;
  }

  startGroup({ name, lastId, entriesRead }: StreamGroup): void {
    const { stream, groups, group } = this;
    const ref = groups.open(stream.slab, stream.groups).add(name);
    stream.groups = groups.ref;
    group.open(stream.slab, ref).setLastId(readId(lastId, this.id));
    group.entriesRead = entriesRead;
    this.pending.clear();
  }

  pendingEntry(id: Bytes, deliveredAtMs: number, deliveries: number): void {
    this.pending.set(readId(id, this.id).toString(), { deliveredAtMs, deliveries });
  }

  startConsumer({ name, seenTimeMs }: StreamConsumer): void {
    this.consumer = this.group.createConsumer(name, seenTimeMs);
  }

  consumerPending(id: Bytes): void {
    const entry = this.pending.get(readId(id, this.id).toString());
    if (entry !== undefined)
      this.group.deliver(this.id, this.consumer, entry.deliveredAtMs, entry.deliveries);
  }
}
