import { Bytes } from '../../bytes/bytes.js';
import { RdbOpcode, RDB_VERSION_FIELD_EXPIRES, RDB_VERSION_WRITTEN } from './rdb-format.js';
import { RdbOutput, type RdbSink } from './rdb-output.js';
import { RdbStreamWriter } from './rdb-stream-writer.js';
import { RdbValueWriter } from './rdb-value-writer.js';
import type { KeyMeta, RdbVisitor, StreamConsumer, StreamGroup, StreamInfo } from './rdb-visitor.js';

/** Redis 7.0's files, or 7.4's. */
export type RdbVersion = typeof RDB_VERSION_WRITTEN | typeof RDB_VERSION_FIELD_EXPIRES;

export interface RdbWriterOptions {
  /** Whether long strings are compressed (rdbcompression); yes unless said otherwise. */
  compression?: boolean;
  /** Whether the file ends with a checksum of its contents (rdbchecksum); yes unless said otherwise. */
  checksum?: boolean;
  /** 10, which Redis 7.0 and everything later loads, or 12, which keeps expire times of hash fields. */
  version?: RdbVersion;
}

/**
 * Writes an RDB file from the calls that `RdbVisitor` describes: plugged into an `RdbReader`, it copies one. Memory
 * stays constant; collections whose number of elements is not known ahead are allowed.
 *
 * The order is that of a file: `aux` fields, function libraries, then per database `select`, `resize` and the keys;
 * `finish` at the end.
 */
export class RdbWriter implements RdbVisitor {
  protected readonly output: RdbOutput;
  private readonly values: RdbValueWriter;
  private readonly streams: RdbStreamWriter;
  private inStream = false;

  constructor(sink: RdbSink, options: RdbWriterOptions = {}) {
    const { compression = true, checksum = true, version = RDB_VERSION_WRITTEN } = options;
    this.output = new RdbOutput(sink, { compression, checksum });
    const header = (type: number, key: Bytes, meta: KeyMeta): void => this.header(type, key, meta);
    this.values = new RdbValueWriter(this.output, header, version >= RDB_VERSION_FIELD_EXPIRES);
    this.streams = new RdbStreamWriter(this.output, header);
    this.begin(version);
  }

  protected begin(version: number): void {
    const magic = Buffer.from(`REDIS${String(version).padStart(4, '0')}`);
    this.output.raw(magic, 0, magic.length);
  }

  /** Bytes written so far. */
  get offset(): number {
    return this.output.offset;
  }

  /** Expire times of hash fields that version 10 has no place for. */
  get fieldExpiresDropped(): number {
    return this.values.fieldExpiresDropped;
  }

  protected header(type: number, key: Bytes, meta: KeyMeta): void {
    const { output } = this;
    if (meta.expireAtMs >= 0) {
      output.byte(RdbOpcode.EXPIRETIME_MS);
      output.int64(meta.expireAtMs);
    }
    if (meta.idleSeconds >= 0) {
      output.byte(RdbOpcode.IDLE);
      output.length(meta.idleSeconds);
    }
    if (meta.frequency >= 0) {
      output.byte(RdbOpcode.FREQ);
      output.byte(meta.frequency);
    }
    output.byte(type);
    output.string(key);
  }

  /** Writes what an `RdbFragment` has gathered, between two keys. */
  append(fragment: Uint8Array): void {
    this.output.raw(fragment, 0, fragment.length);
  }

  /** Writes the end mark and the checksum, and hands the last bytes to the sink. */
  finish(): void {
    this.output.byte(RdbOpcode.EOF);
    this.output.checksum();
    this.output.flush();
  }

  select(db: number): void {
    this.output.byte(RdbOpcode.SELECTDB);
    this.output.length(db);
  }

  resize(keys: number, expires: number): void {
    this.output.byte(RdbOpcode.RESIZEDB);
    this.output.length(keys);
    this.output.length(expires);
  }

  aux(name: string, value: string): void {
    this.output.byte(RdbOpcode.AUX);
    this.output.string(Bytes.from(name));
    this.output.string(Bytes.from(value));
  }

  functionLibrary(code: Bytes): void {
    this.output.byte(RdbOpcode.FUNCTION2);
    this.output.string(code);
  }

  string(key: Bytes, value: Bytes, meta: KeyMeta): void {
    this.values.string(key, value, meta);
  }

  listStart(key: Bytes, count: number, meta: KeyMeta): void {
    this.values.start('list', key, count, meta);
  }

  listElement(element: Bytes): void {
    this.values.listElement(element);
  }

  setStart(key: Bytes, count: number, meta: KeyMeta): void {
    this.values.start('set', key, count, meta);
  }

  setMember(member: Bytes): void {
    this.values.setMember(member);
  }

  zsetStart(key: Bytes, count: number, meta: KeyMeta): void {
    this.values.start('zset', key, count, meta);
  }

  zsetMember(member: Bytes, score: number): void {
    this.values.zsetMember(member, score);
  }

  hashStart(key: Bytes, count: number, meta: KeyMeta): void {
    this.values.start('hash', key, count, meta);
  }

  hashField(field: Bytes, value: Bytes, expireAtMs: number): void {
    this.values.hashField(field, value, expireAtMs);
  }

  streamStart(key: Bytes, meta: KeyMeta): void {
    this.inStream = true;
    this.streams.start(key, meta);
  }

  streamEntry(id: Bytes, pairs: readonly Bytes[], fields: number): void {
    this.streams.entry(id, pairs, fields);
  }

  streamInfo(info: StreamInfo): void {
    this.streams.info(info);
  }

  streamGroup(group: StreamGroup): void {
    this.streams.group(group);
  }

  streamPending(id: Bytes, deliveredAtMs: number, deliveries: number): void {
    this.streams.pending(id, deliveredAtMs, deliveries);
  }

  streamConsumers(count: number): void {
    this.output.length(count);
  }

  streamConsumer(consumer: StreamConsumer): void {
    this.streams.consumer(consumer);
  }

  streamConsumerPending(id: Bytes): void {
    this.output.raw(id.buffer, id.offset, id.length);
  }

  end(): void {
    if (!this.inStream) this.values.end();
    this.inStream = false;
  }
}
