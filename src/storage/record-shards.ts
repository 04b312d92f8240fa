import { Bytes } from '../bytes/bytes.js';
import { equalRun, type KeyHash } from '../bytes/hash.js';
import { ExpireTable } from './expire-table.js';
import { HashIndex } from './hash-index.js';
import type { Keyspace } from './keyspace.js';
import { LruList } from './lru-list.js';
import { HAS_EXPIRE, KEY_LENGTH_LONG, type Records } from './record.js';
import { type Representation, Type, TYPE_OF } from './representation.js';
import { REF_PAGE_SHIFT, REF_UNIT_MASK } from './slab.js';
import { SlabTables } from './slab-tables.js';

/** Keys that `prefetch` takes at once. */
export const PREFETCH_MAX = 64;

/** The records of one database and how they are found, read and walked; `Database` adds what changes them. */
export class RecordShards {
  readonly records: Records;
  /** Keeps the loads of `load` from being optimised away. */
  sink = 0;
  readonly expires = new ExpireTable();
  /** Number of keys, the expired ones included that nobody has noticed yet. */
  size = 0;

  protected readonly hash: KeyHash;
  protected readonly shards: HashIndex[] = [];
  protected readonly lruLists: LruList[] = [];
  protected readonly shardMask: number;
  private readonly prefetchRefs = new Int32Array(PREFETCH_MAX);
  private readonly keyView = new Bytes(new Uint8Array(0));
  private readonly valueView = new Bytes(new Uint8Array(0));

  constructor(
    readonly keyspace: Keyspace,
    /** The number that clients SELECT; SWAPDB exchanges it. */
    public number: number,
  ) {
    this.records = keyspace.records;
    this.hash = keyspace.hash;
    const { shardCount, keysPerShardMax } = keyspace.options;
    this.shardMask = shardCount - 1;
    for (let shard = 0; shard < shardCount; shard++) {
      this.shards.push(new HashIndex(new SlabTables(this.records.slab)));
      if (keysPerShardMax > 0) this.lruLists.push(new LruList());
    }
  }

  // Finding

  /** The record of `key`, expired or not, or 0. */
  find(key: Bytes): number {
    const hash = this.hash.of(key);
    const shard = this.shards[hash & this.shardMask]!;
    let ref = shard.seek(hash);
    while (ref !== 0 && !this.keyEquals(ref, key)) ref = shard.next();
    return ref;
  }

  /** The parts of `Records` written out: this is where a lookup spends its time. */
  private keyEquals(ref: number, key: Bytes): boolean {
    const { pages8, pages32 } = this.records.slab;
    const page = ref >>> REF_PAGE_SHIFT;
    const words = pages32[page]!;
    const at = (ref & REF_UNIT_MASK) << 1;
    let length = words[at + 1]! & 0xff;
    let start = (at << 2) + 8 + ((words[at]! >>> 28) & 4);
    if (length === KEY_LENGTH_LONG) {
      length = words[start >>> 2]!;
      start += 4;
    }
    if (length !== key.length) return false;
    const view = this.records.slab.pageViews[page]!;
    return equalRun(pages8[page]!, view, start, key.buffer, key.view, key.offset, length);
  }

  /**
   * Loads what looking up `count` keys will need, by their hashes (0 for none): first all index slots, then all records.
   * Loads that do not depend on each other overlap: 1M random keys cost 217 ns a GET instead of 526. The result is there
   * only so that the loads are not optimised away.
   */
  prefetch(hashes: Int32Array, count: number): number {
    const { shards, shardMask, prefetchRefs: refs } = this;
    const { pages32 } = this.records.slab;
    for (let i = 0; i < count; i++) {
      const hash = hashes[i]!;
      refs[i] = hash === 0 ? 0 : shards[hash & shardMask]!.guess(hash);
    }
    let sink = 0;
    for (let i = 0; i < count; i++) {
      const ref = refs[i]!;
      if (ref > 0 || ref < -1) sink ^= pages32[ref >>> REF_PAGE_SHIFT]![(ref & REF_UNIT_MASK) << 1]!;
    }
    return sink;
  }

  /** The record that key `i` of the last `prefetch` most likely has, or 0: it may be another's. */
  prefetched(i: number): number {
    const ref = this.prefetchRefs[i]!;
    return ref === -1 ? 0 : ref;
  }

  protected hashOf(ref: number): number {
    const { records } = this;
    return this.hash.compute(records.page8(ref), records.keyStart(ref), records.keyLength(ref));
  }

  protected lruListOf(hash: number): LruList {
    return this.lruLists[hash & this.shardMask]!;
  }

  // Reading a record

  type(ref: number): Type {
    return this.records.head(ref) >= 0
      ? Type.STRING
      : TYPE_OF[this.records.page8(ref)[this.records.valueStart(ref)]!]!;
  }

  /** The representation of a value, or 0 for a plain string. */
  representation(ref: number): Representation | 0 {
    if (this.records.head(ref) >= 0) return 0;
    return this.records.page8(ref)[this.records.valueStart(ref)]! as Representation;
  }

  /** Points `view` at the key. */
  key(ref: number, view: Bytes): Bytes {
    return view.set(this.records.page8(ref), this.records.keyStart(ref), this.records.keyLength(ref));
  }

  /** Points `view` at the whole value, the representation byte of a typed one included. */
  value(ref: number, view: Bytes): Bytes {
    return view.set(this.records.page8(ref), this.records.valueStart(ref), this.records.valueLength(ref));
  }

  /** A view of a record's key, valid until the next call of this method. */
  keyOf(ref: number): Bytes {
    return this.key(ref, this.keyView);
  }

  /** A view of a record's whole value, valid until the next call of this method. */
  valueOf(ref: number): Bytes {
    return this.value(ref, this.valueView);
  }

  /** Unix time in ms at which the record expires, or -1. */
  expireAtMs(ref: number): number {
    if ((this.records.head(ref) & HAS_EXPIRE) === 0) return -1;
    return this.expires.timeAt(this.records.expirePosition(ref));
  }

  /** Seconds since the record was last used. */
  idleSeconds(ref: number): number {
    const { keyspace, records } = this;
    if (this.lruLists.length === 0) return keyspace.accessClock.idleSeconds(records.access(ref));
    return keyspace.clockSeconds - this.lruListOf(this.hashOf(ref)).usedAt(records.access(ref));
  }

  protected touch(ref: number): void {
    const { keyspace, records } = this;
    if (this.lruLists.length !== 0) {
      this.lruListOf(this.hashOf(ref)).touch(records.access(ref), keyspace.clockSeconds);
    } else keyspace.accessClock.touch(records, ref);
  }

  // Walking

  /**
   * Visits at least `count` records, if there are as many, from `cursor` on; the next cursor, or 0 at the end. A key
   * that is there during a whole scan is visited at least once. `visit` must not change the database.
   */
  scan(cursor: number, count: number, visit: (ref: number) => void): number {
    const shardCount = this.shards.length;
    let shard = cursor % shardCount;
    let position = Math.floor(cursor / shardCount);
    if (position > 0xffff_ffff) position = 0;
    const found: number[] = [];
    const find = (ref: number): void => {
      found.push(ref);
    };
    for (let steps = count * 10; found.length < count && steps > 0; steps--) {
      position = this.shards[shard]!.scan(position, find);
      if (position === 0 && ++shard === shardCount) break;
    }
    this.load(found);
    for (const ref of found) visit(ref);
    return shard === shardCount ? 0 : position * shardCount + shard;
  }

  /** Loads records into the cache together: one after another each would be a cache miss, and snapshots half as fast. */
  private load(refs: readonly number[]): void {
    let sum = 0;
    for (const ref of refs) sum ^= this.records.head(ref);
    this.sink = sum;
  }

  /** True when a scan that goes on at `cursor` has passed the place of `key`. */
  isBefore(key: Bytes, cursor: number): boolean {
    const hash = this.hash.of(key);
    const shard = hash & this.shardMask;
    const cursorShard = cursor % this.shards.length;
    if (shard !== cursorShard) return shard < cursorShard;
    return hash >>> 0 < Math.floor(cursor / this.shards.length);
  }

  /** Visits every record. `visit` must not change the database. */
  forEach(visit: (ref: number) => void): void {
    for (const shard of this.shards) shard.forEach(visit);
  }

  /** Any record, each with the same chance, or 0 in an empty database. */
  randomRef(random: () => number): number {
    if (this.size === 0) return 0;
    let nth = Math.floor(random() * this.size);
    for (const shard of this.shards) {
      if (nth < shard.size) return shard.randomRef(random);
      nth -= shard.size;
    }
    return 0;
  }

  /** The least recently used record of a shard that holds more than `keysPerShardMax`, or 0. */
  surplus(shard: number): number {
    if (this.shards[shard]!.size <= this.keyspace.options.keysPerShardMax) return 0;
    return this.lruLists[shard]?.oldest ?? 0;
  }

  /** Moves on with replacing tables of the index as every write does; for times when there are no writes. */
  continueMigration(slots: number): void {
    for (const shard of this.shards) if (shard.oldGrade !== 0) shard.migrate(slots);
  }

  /** Moves the tables of the indexes off pages that are being evacuated. */
  relocateTables(): void {
    for (const shard of this.shards) shard.relocateTables();
  }

  /** Bytes of the indexes, which are in the slab as the records are. */
  get indexBytes(): number {
    let bytes = 0;
    for (const shard of this.shards) bytes += shard.tableBytes;
    return bytes;
  }

  /** Bytes of the side tables, which are not. */
  get sideBytes(): number {
    let bytes = this.expires.bytes;
    for (const list of this.lruLists) bytes += list.bytes;
    return bytes;
  }
}
