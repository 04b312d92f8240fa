import { Bytes } from '../../bytes/bytes.js';
import { PackedError } from '../../persistence/rdb/packed-reader.js';
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

/**
 * Builds a stream from the calls of an `RdbVisitor`. Throws a `PackedError` for groups, consumers and pending entries
 * that come twice, and with `refusesOrphans` for a pending entry that no consumer has.
 */
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

  constructor(private readonly refusesOrphans: boolean) {}

  /** The parts of the entry that is being appended. */
  arg(index: number): Bytes {
    return this.pairs[index]!;
  }

  length(index: number): number {
    return this.pairs[index]!.length;
  }

  start(db: Database, key: Bytes): void {
    this.pending.clear();
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
    this.endGroup();
    groups.open(stream.slab, stream.groups);
    if (groups.find(info.name) !== 0) throw new PackedError('a consumer group comes twice');
    group.open(stream.slab, groups.add(info.name));
    stream.groups = groups.ref;
    group.setLastId(readId(info.lastId, this.id));
    group.entriesRead = info.entriesRead;
  }

  /** After the last consumer of a group, and before the first: nothing may be left pending. */
  endGroup(): void {
    const left = this.pending.size;
    this.pending.clear();
    if (left > 0 && this.refusesOrphans) throw new PackedError('a pending entry belongs to no consumer');
  }

  pendingEntry(id: Bytes, deliveredAtMs: number, deliveries: number): void {
    const name = id.toString();
    if (this.pending.has(name)) throw new PackedError('an entry is pending twice');
    this.pending.set(name, { deliveredAtMs, deliveries });
  }

  startConsumer(info: ConsumerInfo): void {
    if (this.group.findConsumer(info.name) !== 0) throw new PackedError('a consumer comes twice');
    this.consumer = this.group.createConsumer(info.name, info.seenTimeMs);
  }

  consumerEntry(id: Bytes): void {
    const name = id.toString();
    const found = this.pending.get(name);
    if (found === undefined) throw new PackedError('an entry that is not pending belongs to a consumer');
    this.pending.delete(name);
    this.group.deliver(readId(id, this.id), this.consumer, found.deliveredAtMs, found.deliveries);
  }
}
