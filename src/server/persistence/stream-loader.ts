import { Bytes } from '../../bytes/bytes.js';
import type {
  StreamConsumer as ConsumerInfo,
  StreamGroup as GroupInfo,
  StreamInfo,
} from '../../persistence/rdb/rdb-visitor.js';
import type { Database } from '../../storage/database.js';
import { groupNames, StreamGroup } from '../../storage/types/stream-groups.js';
import { StreamId } from '../../storage/types/stream-id.js';
import { type BlockLimits, Stream } from '../../storage/types/stream.js';
import { readId } from './stream-id-bytes.js';

/** Blocks as Redis makes them by default, whatever made the file. */
const LIMITS: BlockLimits = { entriesMax: 100, bytesMax: 4096 };

/** An entry that waits for the consumer that it was delivered to. */
interface Pending {
  readonly deliveredAtMs: number;
  readonly deliveries: number;
}

/** Builds a stream from the calls of an `RdbVisitor`. */
export class StreamLoader {
  private readonly stream = new Stream();
  private readonly groups = groupNames();
  private readonly group = new StreamGroup();
  private readonly id = new StreamId();
  private readonly pending = new Map<string, Pending>();
  private pairs: readonly Bytes[] = [];
  private consumer = 0;
  private db: Database | null = null;
  private key: Bytes | null = null;

  /** The parts of the entry that is being appended. */
  arg(index: number): Bytes {
    return this.pairs[index]!;
  }

  length(index: number): number {
    return this.pairs[index]!.length;
  }

  start(db: Database, key: Bytes): void {
    this.stream.create(db, key);
    this.db = db;
    this.key = key.copy();
  }

  /** The record of the stream. */
  get ref(): number {
    return this.db!.find(this.key!);
  }

  entry(id: Bytes, pairs: readonly Bytes[], fields: number): void {
    this.pairs = pairs;
    this.stream.append(readId(id, this.id), this, 0, fields, LIMITS);
  }

  info(info: StreamInfo): void {
    const { stream, id } = this;
    stream.setLastId(readId(info.lastId, id));
    stream.setMaxDeletedId(readId(info.maxDeletedId, id));
    stream.entriesAdded = info.entriesAdded;
  }

  startGroup(info: GroupInfo): void {
    const { stream, groups, group } = this;
    groups.open(stream.slab, stream.groups);
    group.open(stream.slab, groups.add(info.name));
    stream.groups = groups.ref;
    group.setLastId(readId(info.lastId, this.id));
    group.entriesRead = info.entriesRead;
    this.pending.clear();
  }

  pendingEntry(id: Bytes, deliveredAtMs: number, deliveries: number): void {
    this.pending.set(id.toString(), { deliveredAtMs, deliveries });
  }

  startConsumer(info: ConsumerInfo): void {
    this.consumer = this.group.createConsumer(info.name, info.seenTimeMs);
  }

  consumerEntry(id: Bytes): void {
    const found = this.pending.get(id.toString());
    if (found === undefined) return;
    this.group.deliver(readId(id, this.id), this.consumer, found.deliveredAtMs, found.deliveries);
  }
}
