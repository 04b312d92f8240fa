import { Bytes } from '../../bytes/bytes.js';
import { compareBytes } from '../../bytes/hash.js';
import { ListpackReader } from './listpack-reader.js';
import { StreamItemFlag } from './rdb-format.js';
import type { RdbInput } from './rdb-input.js';
import type { KeyMeta, RdbVisitor, StreamInfo } from './rdb-visitor.js';
import { STREAM_ID_BYTES } from './stream-id.js';

/** What a length of 2^64 - 1 reads as: Redis's mark for an unknown counter. */
const UNKNOWN = 2 ** 64;

const newId = (): Bytes => new Bytes(Buffer.alloc(STREAM_ID_BYTES));

/**
 * Reads streams: nodes of up to some hundred entries (a base ID, then a listpack that begins with the fields of its
 * first entry), the stream's counters, the consumer groups.
 */
export class RdbStreamReader {
  private readonly listpack = new ListpackReader();
  private readonly number = new Bytes(new Uint8Array(0));
  private readonly nodeId = newId();
  private readonly entryId = newId();
  private readonly firstEntryId = newId();
  private readonly info: StreamInfo = {
    length: 0,
    lastId: newId(),
    firstId: newId(),
    maxDeletedId: newId(),
    entriesAdded: 0,
    groups: 0,
  };
  private readonly groupId = newId();
  private readonly nodeView = new DataView(this.nodeId.buffer.buffer, this.nodeId.buffer.byteOffset);
  private readonly entryView = new DataView(this.entryId.buffer.buffer, this.entryId.buffer.byteOffset);
  private master: Bytes[] = [];
  private pairs: Bytes[] = [];
  private entriesSeen = 0;
  /** Of the entry that was told last. */
  private readonly previousId = newId();

  constructor(
    private readonly input: RdbInput,
    private readonly visitor: RdbVisitor,
  ) {}

  read(key: Bytes, version: 1 | 2 | 3, meta: KeyMeta): void {
    const { input, visitor } = this;
    const nodes = input.length();
    visitor.streamStart(key, meta);
    this.entriesSeen = 0;
    for (let node = 0; node < nodes; node++) this.readNode();
    this.readInfo(version);
    const { info } = this;
    visitor.streamInfo(info);
    for (let group = 0; group < info.groups; group++) this.readGroup(version);
    visitor.end();
  }

  private readNode(): void {
    const { input, listpack, number } = this;
    const id = input.string(0);
    if (id.length !== STREAM_ID_BYTES)
      throw input.corrupt('the base ID of stream entries is not of 16 bytes');
    this.nodeId.buffer.set(id.buffer.subarray(id.offset, id.offset + STREAM_ID_BYTES));
    listpack.open(input.string(0));
    const live = listpack.integer(number);
    const deleted = listpack.integer(number);
    const fields = listpack.integer(number);
    if (live < 0 || deleted < 0 || fields < 0) throw input.corrupt('a stream node states a negative count');
    // The names of the first entry's fields stay valid with the listpack: no number among them may be overwritten.
    const { master } = this;
    for (let i = 0; i < fields; i++) {
      master[i] ??= new Bytes(number.buffer);
      if (!listpack.next(master[i]!)) throw input.corrupt('a stream node ends within its field names');
    }
    if (listpack.integer(number) !== 0)
      throw input.corrupt('a stream node has no mark after its field names');
    listpack.keep();
    const seenBefore = this.entriesSeen;
    for (let entry = live + deleted; entry > 0; entry--) this.readEntry(fields);
    if (this.entriesSeen - seenBefore !== live) throw input.corrupt('a stream node states another count');
    if (listpack.next(number)) throw input.corrupt('a stream node holds more entries than it states');
    shrink(master);
    shrink(this.pairs);
  }

  private readEntry(masterFields: number): void {
    const { input, listpack, number, pairs, master } = this;
    listpack.reuse();
    const flags = listpack.integer(number);
    this.readEntryId();
    const same = (flags & StreamItemFlag.SAME_FIELDS) !== 0;
    const fields = same ? masterFields : listpack.integer(number);
    for (let i = 0; i < fields; i++) {
      const field = (pairs[2 * i] ??= new Bytes(number.buffer));
      const value = (pairs[2 * i + 1] ??= new Bytes(number.buffer));
      if (same) field.set(master[i]!.buffer, master[i]!.offset, master[i]!.length);
      else if (!listpack.next(field)) throw input.corrupt('a stream entry ends within a field');
      if (!listpack.next(value)) throw input.corrupt('a stream entry ends within a value');
    }
    if (listpack.integer(number) !== (same ? fields + 3 : 2 * fields + 4)) {
      throw input.corrupt('a stream entry states another number of elements');
    }
    if ((flags & StreamItemFlag.DELETED) !== 0) return;
    if (this.entriesSeen++ === 0) this.firstEntryId.buffer.set(this.entryId.buffer);
    else if (compareBytes(this.entryId, this.previousId) <= 0) {
      throw input.corrupt('the entries of a stream are not in order');
    }
    this.previousId.buffer.set(this.entryId.buffer);
    this.visitor.streamEntry(this.entryId, pairs, fields);
  }

  /** Sets `entryId` to the node's ID plus the two differences that come next. */
  private readEntryId(): void {
    const { listpack, number, nodeView, entryView } = this;
    const milliseconds = listpack.bigInteger(number);
    const sequence = listpack.bigInteger(number);
    entryView.setBigUint64(0, BigInt.asUintN(64, nodeView.getBigUint64(0) + milliseconds));
    entryView.setBigUint64(8, BigInt.asUintN(64, nodeView.getBigUint64(8) + sequence));
  }

  private readInfo(version: number): void {
    const { input, info } = this;
    // The number of entries: those that were told are the truth, if there are any.
    if (input.length() > 0 && this.entriesSeen === 0) throw input.corrupt('a stream has none of its entries');
    info.length = this.entriesSeen;
    this.readId(info.lastId);
    if (info.length > 0 && compareBytes(info.lastId, this.previousId) < 0) {
      throw input.corrupt('the last ID of a stream is before its last entry');
    }
    if (version >= 2) {
      this.readId(info.firstId);
      this.readId(info.maxDeletedId);
      info.entriesAdded = input.length();
    } else {
      info.maxDeletedId.buffer.fill(0);
      info.entriesAdded = info.length;
      if (this.entriesSeen === 0) info.firstId.buffer.fill(0);
      else info.firstId.buffer.set(this.firstEntryId.buffer);
    }
    info.groups = input.length();
  }

  private readId(id: Bytes): void {
    this.input.length64(id.buffer, 0);
    this.input.length64(id.buffer, 8);
  }

  private readGroup(version: number): void {
    const { input, visitor } = this;
    const name = input.string(0);
    this.readId(this.groupId);
    let entriesRead = version >= 2 ? input.length() : this.estimateEntriesRead();
    if (entriesRead >= UNKNOWN) entriesRead = -1;
    const pending = input.length();
    visitor.streamGroup({ name, lastId: this.groupId, entriesRead, pending });
    for (let i = 0; i < pending; i++) {
      const id = input.raw(STREAM_ID_BYTES, 0);
      const deliveredAtMs = input.int64();
      visitor.streamPending(id, deliveredAtMs, input.length());
    }
    const consumers = input.length();
    visitor.streamConsumers(consumers);
    for (let consumer = 0; consumer < consumers; consumer++) this.readConsumer(version);
  }

  private readConsumer(version: number): void {
    const { input, visitor } = this;
    const name = input.string(0);
    const seenTimeMs = input.int64();
    // The best estimate there is, as Redis makes it.
    const activeTimeMs = version >= 3 ? input.int64() : seenTimeMs;
    const pending = input.length();
    visitor.streamConsumer({ name, seenTimeMs, activeTimeMs, pending });
    for (let i = 0; i < pending; i++) visitor.streamConsumerPending(input.raw(STREAM_ID_BYTES, 0));
  }

  /** How many entries the group has read, where it can be told: files before Redis 7 do not say. */
  private estimateEntriesRead(): number {
    const { info, groupId } = this;
    if (info.entriesAdded === 0) return 0;
    const behindLast = compareBytes(groupId, info.lastId);
    if (behindLast === 0 || (info.length === 0 && behindLast < 0)) return info.entriesAdded;
    const behindFirst = compareBytes(groupId, info.firstId);
    return behindLast > 0 || behindFirst > 0 ? -1 : behindFirst === 0 ? 1 : 0;
  }
}

function shrink(views: Bytes[]): void {
  if (views.length > 1024) views.length = 0;
}
