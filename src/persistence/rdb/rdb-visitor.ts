import type { Bytes } from '../../bytes/bytes.js';

/** What an RDB file keeps of a key besides its value. One object is used again for every key: copy what you keep. */
export interface KeyMeta {
  /** Unix time in milliseconds at which the key expires, or -1. */
  expireAtMs: number;
  /** Seconds since the key was last used (LRU), or -1 when the file does not say. */
  idleSeconds: number;
  /** LFU counter, 0 to 255, or -1 when the file does not say. */
  frequency: number;
}

/** What a stream knows about itself besides its entries. IDs are 16 bytes: milliseconds, sequence, big-endian. */
export interface StreamInfo {
  /** Number of entries, the deleted ones left out. */
  length: number;
  lastId: Bytes;
  /** All zero when the stream is empty. */
  firstId: Bytes;
  maxDeletedId: Bytes;
  entriesAdded: number;
  /** Number of consumer groups that follow. */
  groups: number;
}

/** A consumer group. `pending` calls of `streamPending` follow, then `streamConsumers`. */
export interface StreamGroup {
  name: Bytes;
  lastId: Bytes;
  /** Logical reads counter, or -1 when it is not known. */
  entriesRead: number;
  pending: number;
}

/** A consumer. `pending` calls of `streamConsumerPending` follow, each with an ID that `streamPending` has told. */
export interface StreamConsumer {
  name: Bytes;
  seenTimeMs: number;
  /** Unix time of the last successful read, or -1 for never; the same as `seenTimeMs` before version 11. */
  activeTimeMs: number;
  pending: number;
}

/**
 * What an RDB file holds, as a sequence of calls: `RdbReader` makes them, `RdbWriter` takes them, so that one plugged
 * into the other copies a file. A server implements it to load, and makes the same calls to save.
 *
 * Bytes and objects handed out are valid during the call only. Large values come one element at a time, between a
 * start and `end`; no value is empty. `count` is the number of elements, or -1 when the file does not tell it ahead.
 */
export interface RdbVisitor {
  /** The following keys belong to database `db`. */
  select(db: number): void;
  /** How many keys the database will hold, and how many of them expire: a hint. */
  resize(keys: number, expires: number): void;
  /** A named remark of whoever wrote the file, such as `redis-ver`. */
  aux(name: string, value: string): void;
  /** The source of a function library, kept as it is. */
  functionLibrary(code: Bytes): void;

  string(key: Bytes, value: Bytes, meta: KeyMeta): void;

  listStart(key: Bytes, count: number, meta: KeyMeta): void;
  listElement(element: Bytes): void;

  setStart(key: Bytes, count: number, meta: KeyMeta): void;
  setMember(member: Bytes): void;

  /** Members come in any order. */
  zsetStart(key: Bytes, count: number, meta: KeyMeta): void;
  zsetMember(member: Bytes, score: number): void;

  hashStart(key: Bytes, count: number, meta: KeyMeta): void;
  /** `expireAtMs` is the unix time at which the field expires, or -1. */
  hashField(field: Bytes, value: Bytes, expireAtMs: number): void;

  /** A stream may be empty. Its entries, `streamInfo`, its groups and `end` follow. */
  streamStart(key: Bytes, meta: KeyMeta): void;
  /** `pairs[0]` to `pairs[2 * fields - 1]` are fields and values in turn; the array is used again. */
  streamEntry(id: Bytes, pairs: readonly Bytes[], fields: number): void;
  streamInfo(info: StreamInfo): void;
  streamGroup(group: StreamGroup): void;
  /** An entry that was delivered in the group just told and not acknowledged. */
  streamPending(id: Bytes, deliveredAtMs: number, deliveries: number): void;
  /** How many consumers the group has, each of which follows. */
  streamConsumers(count: number): void;
  streamConsumer(consumer: StreamConsumer): void;
  streamConsumerPending(id: Bytes): void;

  /** The value that was started is complete. */
  end(): void;
}
