import { Bytes } from '../bytes/bytes.js';
import { formatDouble } from '../bytes/double.js';
import type { Request } from '../protocol/request.js';
import { RequestBuilder } from './aof/request-builder.js';
import type { KeyMeta, RdbVisitor, StreamConsumer, StreamGroup, StreamInfo } from './rdb/rdb-visitor.js';
import { formatStreamId } from './rdb/stream-id.js';

/** Elements per command, as Redis writes them (AOF_REWRITE_ITEMS_PER_CMD). */
const ELEMENTS_PER_COMMAND = 64;
/** A command of large elements is not made longer than this. */
const COMMAND_BYTES_MAX = 4 * 1024 * 1024;

/**
 * Turns what an RDB file holds into the commands that make it: those of Redis's rewrite when the AOF has no RDB
 * preamble. Each is handed to `apply` and is valid during the call only.
 */
export class RdbCommands implements RdbVisitor {
  private readonly builder = new RequestBuilder();
  private name = '';
  private key = new Bytes(new Uint8Array(0));
  private expireAtMs = -1;
  private pendingBytes = 0;
  private pendingElements = 0;
  private entries = 0;
  private fieldExpires: { field: Bytes; atMs: number }[] = [];
  private group = '';
  private consumer = '';
  private readonly pendingEntries = new Map<string, { deliveredAtMs: number; deliveries: number }>();

  constructor(private readonly apply: (request: Request) => void) {}

  select(db: number): void {
    this.apply(this.builder.start('SELECT').integer(db).finish());
  }

  resize(): void {
    // A hint that commands have no place for.
  }

  aux(): void {
    // Remarks are not data.
  }

  functionLibrary(code: Bytes): void {
    this.apply(this.builder.start('FUNCTION').text('LOAD').bytes(code).finish());
  }

  string(key: Bytes, value: Bytes, meta: KeyMeta): void {
    this.apply(this.builder.start('SET').bytes(key).bytes(value).finish());
    if (meta.expireAtMs >= 0) this.expire(key, meta.expireAtMs);
  }

  private expire(key: Bytes, atMs: number): void {
    this.apply(this.builder.start('PEXPIREAT').bytes(key).integer(atMs).finish());
  }

  listStart(key: Bytes, _count: number, meta: KeyMeta): void {
    this.start('RPUSH', key, meta);
  }

  listElement(element: Bytes): void {
    this.element(element.length).bytes(element);
  }

  setStart(key: Bytes, _count: number, meta: KeyMeta): void {
    this.start('SADD', key, meta);
  }

  setMember(member: Bytes): void {
    this.element(member.length).bytes(member);
  }

  zsetStart(key: Bytes, _count: number, meta: KeyMeta): void {
    this.start('ZADD', key, meta);
  }

  zsetMember(member: Bytes, score: number): void {
    this.element(member.length).text(formatDouble(score)).bytes(member);
  }

  hashStart(key: Bytes, _count: number, meta: KeyMeta): void {
    this.start('HMSET', key, meta);
  }

  hashField(field: Bytes, value: Bytes, expireAtMs: number): void {
    this.element(field.length + value.length)
      .bytes(field)
      .bytes(value);
    if (expireAtMs >= 0) this.fieldExpires.push({ field: field.copy(), atMs: expireAtMs });
  }

  private start(name: string, key: Bytes, meta: KeyMeta): void {
    this.name = name;
    this.key = key.copy();
    this.expireAtMs = meta.expireAtMs;
    this.pendingElements = 0;
  }

  /** The builder, into which the next element goes: of the command begun, or of a new one. */
  private element(bytes: number): RequestBuilder {
    const { builder } = this;
    const full =
      this.pendingElements === ELEMENTS_PER_COMMAND || this.pendingBytes + bytes > COMMAND_BYTES_MAX;
    if (full && this.pendingElements > 0) this.flush();
    if (this.pendingElements++ === 0) {
      builder.start(this.name).bytes(this.key);
      this.pendingBytes = 0;
    }
    this.pendingBytes += bytes;
    return builder;
  }

  private flush(): void {
    if (this.pendingElements > 0) this.apply(this.builder.finish());
    this.pendingElements = 0;
    this.expireFields();
  }

  /** The expire times of the fields that have just been written. */
  private expireFields(): void {
    for (const { field, atMs } of this.fieldExpires) {
      this.apply(
        this.builder
          .start('HPEXPIREAT')
          .bytes(this.key)
          .integer(atMs)
          .text('FIELDS')
          .text('1')
          .bytes(field)
          .finish(),
      );
    }
    this.fieldExpires.length = 0;
  }

  end(): void {
    this.flush();
    if (this.expireAtMs >= 0) this.expire(this.key, this.expireAtMs);
  }

  // Streams

  streamStart(key: Bytes, meta: KeyMeta): void {
    this.start('XADD', key, meta);
    this.entries = 0;
  }

  streamEntry(id: Bytes, pairs: readonly Bytes[], fields: number): void {
    this.entries++;
    const { builder } = this;
    builder.start('XADD').bytes(this.key).text(formatStreamId(id));
    for (let i = 0; i < 2 * fields; i++) builder.bytes(pairs[i]!);
    this.apply(builder.finish());
  }

  streamInfo(info: StreamInfo): void {
    const { builder, key } = this;
    const lastId = formatStreamId(info.lastId);
    if (this.entries === 0) {
      // An empty stream comes into being by an entry that is dropped at once; 0-0 is no ID to add.
      const id = lastId === '0-0' ? '0-1' : lastId;
      this.apply(
        builder.start('XADD').bytes(key).text('MAXLEN').text('0').text(id).text('x').text('y').finish(),
      );
    }
    builder.start('XSETID').bytes(key).text(lastId).text('ENTRIESADDED').integer(info.entriesAdded);
    this.apply(builder.text('MAXDELETEDID').text(formatStreamId(info.maxDeletedId)).finish());
  }

  streamGroup(group: StreamGroup): void {
    const { builder, key } = this;
    this.group = group.name.toString();
    this.pendingEntries.clear();
    builder.start('XGROUP').text('CREATE').bytes(key).text(this.group).text(formatStreamId(group.lastId));
    this.apply(builder.text('ENTRIESREAD').integer(group.entriesRead).finish());
  }

  streamPending(id: Bytes, deliveredAtMs: number, deliveries: number): void {
    this.pendingEntries.set(formatStreamId(id), { deliveredAtMs, deliveries });
  }

  streamConsumers(): void {
    // Each says for itself what it holds.
  }

  streamConsumer(consumer: StreamConsumer): void {
    this.consumer = consumer.name.toString();
    const { builder, key } = this;
    this.apply(
      builder.start('XGROUP').text('CREATECONSUMER').bytes(key).text(this.group).text(this.consumer).finish(),
    );
  }

  streamConsumerPending(id: Bytes): void {
    const name = formatStreamId(id);
    const { deliveredAtMs, deliveries } = this.pendingEntries.get(name) ?? {
      deliveredAtMs: 0,
      deliveries: 1,
    };
    const { builder, key } = this;
    builder.start('XCLAIM').bytes(key).text(this.group).text(this.consumer).text('0').text(name);
    builder.text('TIME').integer(deliveredAtMs).text('RETRYCOUNT').integer(deliveries);
    this.apply(builder.text('JUSTID').text('FORCE').finish());
  }
}
