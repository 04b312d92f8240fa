import type { Bytes } from '../bytes/bytes.js';
import type { KeyMeta } from '../persistence/rdb/rdb-visitor.js';
import { type JsonArgument, jsonOfLatin1 } from '../persistence/toolkit/json-argument.js';
import { RdbWriter, type RdbVersion } from '../persistence/rdb/rdb-writer.js';

/** A key, and the bytes it takes in an RDB file. */
export interface KeySize {
  name: JsonArgument;
  db: number;
  type: string;
  bytes: number;
}

/** Measures how long an RDB file would be, and which keys take most of it, without writing one. */
export class KeySizeWriter extends RdbWriter {
  private largest: KeySize[] = [];
  private key: KeySize = { name: '', db: 0, type: '', bytes: 0 };
  private db = 0;
  private endedAt = 0;

  constructor(
    private readonly top: number,
    version: RdbVersion,
  ) {
    super({ write: () => undefined, writeAt: () => undefined }, { version });
  }

  /** The largest keys, largest first. */
  get biggest(): KeySize[] {
    return this.largest.sort((a, b) => b.bytes - a.bytes).slice(0, this.top);
  }

  override select(db: number): void {
    super.select(db);
    this.db = db;
    this.endedAt = this.offset;
  }

  override resize(keys: number, expires: number): void {
    super.resize(keys, expires);
    this.endedAt = this.offset;
  }

  override string(key: Bytes, value: Bytes, meta: KeyMeta): void {
    super.string(key, value, meta);
    this.startKey(key, 'string');
    this.measure();
  }

  override listStart(key: Bytes, count: number, meta: KeyMeta): void {
    this.startKey(key, 'list');
    super.listStart(key, count, meta);
  }

  override setStart(key: Bytes, count: number, meta: KeyMeta): void {
    this.startKey(key, 'set');
    super.setStart(key, count, meta);
  }

  override zsetStart(key: Bytes, count: number, meta: KeyMeta): void {
    this.startKey(key, 'zset');
    super.zsetStart(key, count, meta);
  }

  override hashStart(key: Bytes, count: number, meta: KeyMeta): void {
    this.startKey(key, 'hash');
    super.hashStart(key, count, meta);
  }

  override streamStart(key: Bytes, meta: KeyMeta): void {
    this.startKey(key, 'stream');
    super.streamStart(key, meta);
  }

  override end(): void {
    super.end();
    this.measure();
  }

  private startKey(key: Bytes, type: string): void {
    this.key = { name: jsonOfLatin1(key.toString()), db: this.db, type, bytes: 0 };
  }

  private measure(): void {
    this.key.bytes = this.offset - this.endedAt;
    this.endedAt = this.offset;
    this.largest.push(this.key);
    // Sorted once per thousand keys, not for each.
    if (this.largest.length >= this.top + 1000) this.largest = this.biggest;
  }
}
