import { Bytes } from '../../bytes/bytes.js';
import { equalBytes } from '../../bytes/hash.js';
import { ListpackWriter } from './listpack-writer.js';
import { RdbType, StreamItemFlag } from './rdb-format.js';
import type { RdbOutput } from './rdb-output.js';
import type { ValueHeader } from './rdb-value-writer.js';
import type { KeyMeta, StreamConsumer, StreamGroup, StreamInfo } from './rdb-visitor.js';
import { readHalf, STREAM_ID_BYTES } from './stream-id.js';

/** Limits of a node, as stream-node-max-entries and stream-node-max-bytes are by default. */
const NODE_ENTRIES_MAX = 100;
const NODE_BYTES_MAX = 4096;

/** Writes streams; `RdbStreamReader` describes the format. The entries of a node are gathered in memory. */
export class RdbStreamWriter {
  private readonly entries = new ListpackWriter();
  private readonly node = new ListpackWriter();
  private readonly nodeId = new Bytes(Buffer.alloc(STREAM_ID_BYTES));
  private entryCount = 0;
  private nodes = 0;
  private nodesAt = 0;
  private readonly masterFields: Bytes[] = [];

  constructor(
    private readonly output: RdbOutput,
    private readonly header: ValueHeader,
  ) {}

  start(key: Bytes, meta: KeyMeta): void {
    this.header(RdbType.STREAM_LISTPACKS_2, key, meta);
    this.nodesAt = this.output.lengthLater();
    this.nodes = 0;
    this.entryCount = 0;
  }

  entry(id: Bytes, pairs: readonly Bytes[], fields: number): void {
    if (this.entryCount === 0) this.startNode(id, pairs, fields);
    const { entries, nodeId } = this;
    const same = this.hasMasterFields(pairs, fields);
    entries.appendInteger(same ? StreamItemFlag.SAME_FIELDS : 0);
    entries.appendLong(BigInt.asIntN(64, readHalf(id, 0) - readHalf(nodeId, 0)));
    entries.appendLong(BigInt.asIntN(64, readHalf(id, 8) - readHalf(nodeId, 8)));
    if (!same) entries.appendInteger(fields);
    for (let i = same ? 1 : 0; i < 2 * fields; i += same ? 2 : 1) entries.append(pairs[i]!);
    entries.appendInteger(same ? fields + 3 : 2 * fields + 4);
    this.entryCount++;
    if (this.entryCount === NODE_ENTRIES_MAX || entries.bytes >= NODE_BYTES_MAX) this.endNode();
  }

  private startNode(id: Bytes, pairs: readonly Bytes[], fields: number): void {
    this.nodeId.buffer.set(id.buffer.subarray(id.offset, id.offset + STREAM_ID_BYTES));
    this.masterFields.length = 0;
    for (let i = 0; i < fields; i++) this.masterFields.push(pairs[2 * i]!.copy());
    this.entries.clear();
  }

  private hasMasterFields(pairs: readonly Bytes[], fields: number): boolean {
    const { masterFields } = this;
    if (fields !== masterFields.length) return false;
    for (let i = 0; i < fields; i++) {
      const { buffer, offset, length } = pairs[2 * i]!;
      const master = masterFields[i]!;
      if (length !== master.length || !equalBytes(buffer, offset, master.buffer, 0, length)) return false;
    }
    return true;
  }

  private endNode(): void {
    if (this.entryCount === 0) return;
    const { node, output, masterFields } = this;
    node.clear();
    node.appendInteger(this.entryCount);
    node.appendInteger(0); // None of them deleted.
    node.appendInteger(masterFields.length);
    for (const field of masterFields) node.append(field);
    node.appendInteger(0);
    node.appendAll(this.entries);
    output.string(this.nodeId);
    output.string(node.finish());
    this.nodes++;
    this.entryCount = 0;
  }

  info(info: StreamInfo): void {
    this.endNode();
    const { output } = this;
    output.setLength(this.nodesAt, this.nodes);
    output.length(info.length);
    for (const id of [info.lastId, info.firstId, info.maxDeletedId]) this.id(id);
    output.length(info.entriesAdded);
    output.length(info.groups);
  }

  private id(id: Bytes): void {
    this.output.length64(id.buffer, id.offset);
    this.output.length64(id.buffer, id.offset + 8);
  }

  group(group: StreamGroup): void {
    this.output.string(group.name);
    this.id(group.lastId);
    this.output.length(group.entriesRead);
    this.output.length(group.pending);
  }

  pending(id: Bytes, deliveredAtMs: number, deliveries: number): void {
    this.output.raw(id.buffer, id.offset, STREAM_ID_BYTES);
    this.output.int64(deliveredAtMs);
    this.output.length(deliveries);
  }

  consumer(consumer: StreamConsumer): void {
    this.output.string(consumer.name);
    this.output.int64(consumer.seenTimeMs);
    this.output.length(consumer.pending);
  }
}
