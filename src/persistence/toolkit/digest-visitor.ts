import { hash } from 'node:crypto';
import { Bytes } from '../../bytes/bytes.js';
import { copyBytes } from '../../bytes/hash.js';
import { formatDouble } from '../../bytes/double.js';
import type { KeyDigest } from './key-digests.js';
import type { KeyMeta, RdbVisitor, StreamConsumer, StreamGroup, StreamInfo } from '../rdb/rdb-visitor.js';

/**
 * Tells a digest per key that does not depend on how the value is encoded, nor on the order of members and fields, which
 * has no meaning in sets, hashes and sorted sets.
 */
export class DigestVisitor implements RdbVisitor {
  private db = 0;
  private key = new Bytes(new Uint8Array(0));
  private type = '';
  private expireAtMs = -1;
  private high = 0;
  private low = 0;
  private position = 0;
  private group = '';
  private consumer = '';
  /** The parts of what is being added, each behind its length. */
  private scratch = Buffer.allocUnsafeSlow(4096);
  private at = 0;

  constructor(private readonly tell: (db: number, key: Bytes, digest: KeyDigest) => void) {}

  select(db: number): void {
    this.db = db;
  }

  resize(): void {
    // No data.
  }

  aux(): void {
    // No data.
  }

  functionLibrary(): void {
    // No key.
  }

  string(key: Bytes, value: Bytes, meta: KeyMeta): void {
    this.start('string', key, meta);
    this.add(value);
    this.end();
  }

  listStart(key: Bytes, _count: number, meta: KeyMeta): void {
    this.start('list', key, meta);
  }

  listElement(element: Bytes): void {
    this.add(String(this.position++), element);
  }

  setStart(key: Bytes, _count: number, meta: KeyMeta): void {
    this.start('set', key, meta);
  }

  setMember(member: Bytes): void {
    this.add(member);
  }

  zsetStart(key: Bytes, _count: number, meta: KeyMeta): void {
    this.start('zset', key, meta);
  }

  zsetMember(member: Bytes, score: number): void {
    this.add(member, formatDouble(score));
  }

  hashStart(key: Bytes, _count: number, meta: KeyMeta): void {
    this.start('hash', key, meta);
  }

  hashField(field: Bytes, value: Bytes, expireAtMs: number): void {
    this.add(field, value, String(expireAtMs));
  }

  streamStart(key: Bytes, meta: KeyMeta): void {
    this.start('stream', key, meta);
  }

  streamEntry(id: Bytes, pairs: readonly Bytes[], fields: number): void {
    this.add(id, ...pairs.slice(0, 2 * fields));
  }

  streamInfo(info: StreamInfo): void {
    this.add('info', info.lastId, info.maxDeletedId, String(info.entriesAdded));
  }

  streamGroup(group: StreamGroup): void {
    this.group = group.name.toString();
    this.add('group', this.group, group.lastId, String(group.entriesRead));
  }

  streamPending(id: Bytes, _deliveredAtMs: number, deliveries: number): void {
    this.add('pending', this.group, id, String(deliveries));
  }

  streamConsumers(): void {
    // Each is told by itself.
  }

  streamConsumer(consumer: StreamConsumer): void {
    this.consumer = consumer.name.toString();
    this.add('consumer', this.group, this.consumer);
  }

  streamConsumerPending(id: Bytes): void {
    this.add('owns', this.group, this.consumer, id);
  }

  end(): void {
    const { type, expireAtMs, high, low } = this;
    this.tell(this.db, this.key, { type, expireAtMs, high, low });
  }

  private start(type: string, key: Bytes, meta: KeyMeta): void {
    this.type = type;
    this.key = key.copy();
    this.expireAtMs = meta.expireAtMs;
    this.high = this.low = 0;
    this.position = 0;
  }

  /** Sums are the same in any order, unlike a hash of everything in turn. */
  private add(...parts: readonly (Bytes | string)[]): void {
    this.at = 0;
    for (const part of parts) this.put(part);
    // One call on bytes side by side: an object per hash, fed part by part, took 8 us an element.
    const digest = hash('sha256', this.scratch.subarray(0, this.at), 'buffer');
    const low = (this.low >>> 0) + digest.readUInt32LE(0);
    this.low = low | 0;
    this.high = (this.high + digest.readInt32LE(4) + (low > 0xffff_ffff ? 1 : 0)) | 0;
  }

  private put(part: Bytes | string): void {
    const { length } = part;
    if (this.at + length + 4 > this.scratch.length) {
      const larger = Buffer.allocUnsafeSlow(2 * (this.at + length + 4));
      this.scratch.copy(larger, 0, 0, this.at);
      this.scratch = larger;
    }
    this.at = this.scratch.writeUInt32LE(length, this.at);
    if (typeof part === 'string') this.scratch.write(part, this.at, 'latin1');
    else copyBytes(part.buffer, part.offset, length, this.scratch, this.at);
    this.at += length;
  }
}
