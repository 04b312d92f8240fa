import { createHash } from 'node:crypto';
import type { Bytes } from '../../bytes/bytes.js';
import { formatDouble } from '../../bytes/double.js';
import type { KeyMeta, RdbVisitor, StreamConsumer, StreamGroup, StreamInfo } from '../rdb/rdb-visitor.js';

/** What `diff` keeps of a key: 8 bytes of digest stand for the value. */
export interface KeyDigest {
  type: string;
  expireAtMs: number;
  digest: bigint;
}

/**
 * Tells a digest per key that does not depend on how the value is encoded, nor on the order of members and fields, which
 * has no meaning in sets, hashes and sorted sets.
 */
export class DigestVisitor implements RdbVisitor {
  private db = 0;
  private key = '';
  private type = '';
  private expireAtMs = -1;
  private sum = 0n;
  private position = 0;
  private group = '';
  private consumer = '';

  constructor(private readonly tell: (db: number, key: string, digest: KeyDigest) => void) {}

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
    this.add(value.toString());
    this.end();
  }

  listStart(key: Bytes, _count: number, meta: KeyMeta): void {
    this.start('list', key, meta);
  }

  listElement(element: Bytes): void {
    this.add(String(this.position++), element.toString());
  }

  setStart(key: Bytes, _count: number, meta: KeyMeta): void {
    this.start('set', key, meta);
  }

  setMember(member: Bytes): void {
    this.add(member.toString());
  }

  zsetStart(key: Bytes, _count: number, meta: KeyMeta): void {
    this.start('zset', key, meta);
  }

  zsetMember(member: Bytes, score: number): void {
    this.add(member.toString(), formatDouble(score));
  }

  hashStart(key: Bytes, _count: number, meta: KeyMeta): void {
    this.start('hash', key, meta);
  }

  hashField(field: Bytes, value: Bytes, expireAtMs: number): void {
    this.add(field.toString(), value.toString(), String(expireAtMs));
  }

  streamStart(key: Bytes, meta: KeyMeta): void {
    this.start('stream', key, meta);
  }

  streamEntry(id: Bytes, pairs: readonly Bytes[], fields: number): void {
    this.add(id.toString(), ...pairs.slice(0, 2 * fields).map(String));
  }

  streamInfo(info: StreamInfo): void {
    this.add('info', info.lastId.toString(), info.maxDeletedId.toString(), String(info.entriesAdded));
  }

  streamGroup(group: StreamGroup): void {
    this.group = group.name.toString();
    this.add('group', this.group, group.lastId.toString(), String(group.entriesRead));
  }

  streamPending(id: Bytes, _deliveredAtMs: number, deliveries: number): void {
    this.add('pending', this.group, id.toString(), String(deliveries));
  }

  streamConsumers(): void {
    // Each is told by itself.
  }

  streamConsumer(consumer: StreamConsumer): void {
    this.consumer = consumer.name.toString();
    this.add('consumer', this.group, this.consumer);
  }

  streamConsumerPending(id: Bytes): void {
    this.add('owns', this.group, this.consumer, id.toString());
  }

  end(): void {
    const { type, expireAtMs, sum: digest } = this;
    this.tell(this.db, this.key, { type, expireAtMs, digest });
  }

  private start(type: string, key: Bytes, meta: KeyMeta): void {
    this.type = type;
    this.key = key.toString();
    this.expireAtMs = meta.expireAtMs;
    this.sum = 0n;
    this.position = 0;
  }

  /** Sums are the same in any order, unlike a hash of everything in turn. */
  private add(...parts: readonly string[]): void {
    const hash = createHash('sha256');
    for (const part of parts) hash.update(`${part.length}:`).update(part, 'latin1');
    this.sum = BigInt.asUintN(64, this.sum + hash.digest().readBigUInt64LE(0));
  }
}
