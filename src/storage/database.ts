import type { Bytes } from '../bytes/bytes.js';
import { copyBytes, copyRun } from '../bytes/hash.js';
import { HashIndex } from './hash-index.js';
import { directEffortMax } from './lazy-free.js';
import { HAS_EXPIRE, Records, TYPED, VALUE_BYTES_MAX } from './record.js';
import { RecordShards } from './record-shards.js';
import type { Representation } from './representation.js';
import { REF_UNIT_MASK, Slab } from './slab.js';
import { SlabTables } from './slab-tables.js';

/** Values that grow get as much room again, up to 1 MB as in Redis; small ones only what their size class leaves. */
const GROW_AHEAD_BYTES_LEAST = 4096;
const GROW_AHEAD_BYTES_MAX = 1024 * 1024;

/** Thrown when a value would outgrow what a record can hold. */
export class ValueTooLargeError extends Error {}

/**
 * One of the numbered databases: N shards of records, and the expire table.
 *
 * Records are named by refs, which stay valid until the next call that can move or remove the record (`create`,
 * `setString`, `resize`, `setExpire`, `remove`…); those that move it return the new ref. Everything that changes a
 * value first asks for it by `lookupWrite`, so that a running snapshot can keep the old one.
 */
export class Database extends RecordShards {
  /** The key that is created next was there before. */
  private replacing = false;

  // Looking up

  /**
   * The live record of `key`, or 0. Side effects: a key whose time has passed is removed and reported to
   * `keyspace.onExpired`; the access field and the hit and miss counts are updated, unless the keyspace is told to be
   * quiet (`keyspace.quietLookups`).
   */
  lookupRead(key: Bytes, nowMs: number): number {
    const ref = this.findLive(key, nowMs);
    const { keyspace } = this;
    if (ref === 0) {
      keyspace.misses++;
      if (keyspace.onMissed !== null) keyspace.onMissed(this, key);
      return 0;
    }
    keyspace.hits++;
    if (!keyspace.quietLookups) this.touch(ref);
    return ref;
  }

  /** As `lookupRead`, for a key that is about to be changed: counts neither hit nor miss. */
  lookupWrite(key: Bytes, nowMs: number): number {
    const ref = this.findLive(key, nowMs);
    const { keyspace } = this;
    if (keyspace.beforeWrite !== null) keyspace.beforeWrite(this, key, ref);
    if (ref !== 0 && !keyspace.quietLookups) this.touch(ref);
    return ref;
  }

  /** The live record of `key`, or 0, leaving no trace but the removal of an expired one. */
  findLive(key: Bytes, nowMs: number): number {
    const ref = this.find(key);
    if (ref === 0 || (this.records.head(ref) & HAS_EXPIRE) === 0) return ref;
    if (this.expires.timeAt(this.records.expirePosition(ref)) > nowMs) return ref;
    return this.keyspace.expirePaused(this, key, ref) ? ref : this.expireNow(key, ref);
  }

  private expireNow(key: Bytes, ref: number): number {
    const { keyspace } = this;
    if (keyspace.keepExpired) return 0;
    if (keyspace.beforeWrite !== null) keyspace.beforeWrite(this, key, ref);
    this.remove(ref, keyspace.lazyExpire);
    keyspace.expiredKeys++;
    keyspace.onExpired(this, key);
    return 0;
  }

  // Writing records

  /**
   * A new record for a key that is not there, its value `valueLength` bytes of undefined content. `representation` 0
   * is a plain string; otherwise the first of these bytes is set to it.
   */
  create(key: Bytes, representation: Representation | 0, valueLength: number): number {
    if (valueLength > VALUE_BYTES_MAX) throw new ValueTooLargeError('value exceeds the largest record');
    const { keyspace, records } = this;
    const hash = this.hash.of(key);
    const ref = records.slab.alloc(Records.bytesNeeded(key.length, valueLength, false));
    const list = this.lruLists.length === 0 ? null : this.lruListOf(hash);
    const access = list === null ? keyspace.accessClock.initial() : list.add(ref, keyspace.clockSeconds);
    records.writeHeader(ref, key.length, valueLength, representation === 0 ? 0 : TYPED, access);
    const page = records.page8(ref);
    const view = records.pageView(ref);
    copyRun(key.buffer, key.view, key.offset, key.length, page, view, records.keyStart(ref));
    if (representation !== 0) page[records.valueStart(ref)] = representation;
    const shard = hash & this.shardMask;
    this.shards[shard]!.insert(hash, ref);
    this.size++;
    if (list !== null && this.shards[shard]!.size > keyspace.options.keysPerShardMax) {
      keyspace.overfull.push({ database: this, shard });
    }
    if (keyspace.onCreated !== null) this.tellCreated(key);
    return ref;
  }

  /**
   * Sets `key` to a plain string, whatever it held before, and drops its expiry unless `keepTtl`. `ref` is what
   * `lookupWrite` gave for the key.
   */
  setString(ref: number, key: Bytes, value: Bytes, keepTtl: boolean): number {
    let target = ref;
    if (ref === 0) target = this.create(key, 0, value.length);
    else {
      const head = this.records.head(ref);
      if (head < 0) this.leaveParts(ref);
      if ((head & HAS_EXPIRE) !== 0 && !keepTtl) target = this.clearExpire(ref);
      target = this.resize(target, value.length);
      this.records.setHead(target, this.records.head(target) & ~TYPED);
    }
    const page = this.records.page8(target);
    const view = this.records.pageView(target);
    copyRun(
      value.buffer,
      value.view,
      value.offset,
      value.length,
      page,
      view,
      this.records.valueStart(target),
    );
    return target;
  }

  /** Sets the representation of a value whose bytes the caller is about to write. */
  setRepresentation(ref: number, representation: Representation): void {
    this.records.setHead(ref, this.records.head(ref) | TYPED);
    this.records.page8(ref)[this.records.valueStart(ref)] = representation;
  }

  /** Gives the value another length, keeping its leading bytes; the record's ref afterwards. */
  resize(ref: number, valueLength: number): number {
    const { records } = this;
    const head = records.head(ref);
    if ((head & VALUE_BYTES_MAX) === valueLength) return ref;
    if (valueLength > VALUE_BYTES_MAX) throw new ValueTooLargeError('value exceeds the largest record');
    const needed = records.valueStart(ref) - ((ref & REF_UNIT_MASK) << 3) + valueLength;
    let target = ref;
    if (Slab.roundUp(needed) !== records.slab.bytesOf(ref)) {
      target = this.moveTo(ref, records.slab.alloc(needed), Math.min(valueLength, head & VALUE_BYTES_MAX));
    }
    records.setHead(target, (head & ~VALUE_BYTES_MAX) | valueLength);
    return target;
  }

  /** As `resize`, for a value that is likely to grow again: a large one gets room ahead. */
  grow(ref: number, valueLength: number): number {
    const { records } = this;
    const head = records.head(ref);
    const needed = records.valueStart(ref) - ((ref & 0x1ffff) << 3) + valueLength;
    let target = ref;
    if (needed > records.slab.bytesOf(ref)) {
      if (valueLength > VALUE_BYTES_MAX) throw new ValueTooLargeError('value exceeds the largest record');
      const ahead = needed < GROW_AHEAD_BYTES_LEAST ? 0 : Math.min(needed, GROW_AHEAD_BYTES_MAX);
      target = this.moveTo(ref, records.slab.alloc(needed + ahead), head & VALUE_BYTES_MAX);
    }
    records.setHead(target, (head & ~VALUE_BYTES_MAX) | valueLength);
    return target;
  }

  /** Copies a record with the first `valueLength` bytes of its value to `target` and releases the old one. */
  private moveTo(ref: number, target: number, valueLength: number): number {
    const { records } = this;
    const bytes = records.valueStart(ref) - ((ref & REF_UNIT_MASK) << 3) + valueLength;
    records.slab.copy(ref, target, bytes);
    this.refMoved(ref, target);
    records.slab.release(ref);
    return target;
  }

  /** Tells everything that knows `ref` that the record now stands at `target`. */
  private refMoved(ref: number, target: number): void {
    const { records } = this;
    const hash = this.hashOf(target);
    const shard = this.shards[hash & this.shardMask]!;
    shard.locate(hash, ref);
    shard.replaceFound(target);
    if ((records.head(target) & HAS_EXPIRE) !== 0)
      this.expires.setRef(records.expirePosition(target), target);
    if (this.lruLists.length !== 0) this.lruListOf(hash).setRef(records.access(target), target);
  }

  /** Moves the record to another cell of its size, for its page is being evacuated; its ref afterwards. */
  relocate(ref: number): number {
    const { records } = this;
    return this.moveTo(ref, records.slab.alloc(records.slab.bytesOf(ref)), records.valueLength(ref));
  }

  /**
   * Removes a record and everything that belongs to it. The parts of a large value are released later, in slices;
   * `lazily` says that this is preferred for values of more than a few parts, too.
   */
  remove(ref: number, lazily = false): void {
    if (this.records.head(ref) < 0 && this.keepsParts(ref, lazily)) {
      this.unlink(ref);
      this.keyspace.lazyFree.add(this, ref);
    } else this.removeRecord(ref);
  }

  /** Removes a record whose key gets another value at once, so that it does not count as a new key. */
  removeForReplacement(ref: number): void {
    this.remove(ref, this.keyspace.lazyServerDel);
    this.replacing = this.keyspace.onCreated !== null;
  }

  private tellCreated(key: Bytes): void {
    if (!this.replacing) this.keyspace.onCreated?.(this, key);
    this.replacing = false;
  }

  /** Removes a record; what its value owns outside of it has gone, or belongs to another. */
  private removeRecord(ref: number): void {
    this.unlink(ref);
    this.records.slab.release(ref);
  }

  /** Takes a record out of the database; it still exists, without a key that names it. */
  private unlink(ref: number): void {
    const { records } = this;
    const head = records.head(ref);
    const hash = this.hashOf(ref);
    if ((head & HAS_EXPIRE) !== 0) this.dropExpireEntry(records.expirePosition(ref));
    if (this.lruLists.length !== 0) this.lruListOf(hash).remove(records.access(ref));
    const shard = this.shards[hash & this.shardMask]!;
    shard.locate(hash, ref);
    shard.removeFound();
    this.size--;
  }

  /**
   * Gives a record another key, which must not be there, in this database or another one: only the record is written
   * anew, what it owns stays where it is. Its expiry goes with it. The ref afterwards.
   */
  rename(ref: number, database: Database, key: Bytes): number {
    const { records } = this;
    const target = this.duplicate(ref, database, key);
    if (this.lruLists.length === 0) records.setAccess(target, records.access(ref));
    this.removeRecord(ref);
    return target;
  }

  /** A copy of a value and its expiry under another key, which must not be there, here or in another database. */
  copy(ref: number, database: Database, key: Bytes): number {
    const target = this.duplicate(ref, database, key);
    const copyParts = this.keyspace.partCopiers[this.representation(ref)];
    return copyParts === undefined ? target : copyParts(database, target);
  }

  /** A record with the same bytes as value, so that both name the same parts. */
  private duplicate(ref: number, database: Database, key: Bytes): number {
    const { records } = this;
    const length = records.valueLength(ref);
    const target = database.create(key, this.representation(ref), length);
    const start = records.valueStart(ref);
    copyBytes(records.page8(ref), start, length, records.page8(target), records.valueStart(target));
    const expireAtMs = this.expireAtMs(ref);
    return expireAtMs < 0 ? target : database.setExpire(target, expireAtMs);
  }

  /** Releases what a value owns outside its record; true if that takes too long to be done now. */
  private keepsParts(ref: number, lazily: boolean): boolean {
    const { partOwners, lazyFree } = this.keyspace;
    const parts = partOwners[this.representation(ref)];
    if (parts === undefined) return false;
    if (parts.effort(this, ref) > directEffortMax(lazily)) return true;
    if (lazyFree.reader?.reads(this, ref) === true) return true;
    parts.release(this, ref, Infinity);
    return false;
  }

  /** As `remove` for what the value owns; the record itself gets another value. */
  private leaveParts(ref: number): void {
    if (!this.keepsParts(ref, this.keyspace.lazyServerDel)) return;
    const { records } = this;
    const length = records.valueLength(ref);
    const heir = records.slab.alloc(Records.bytesNeeded(0, length, false));
    records.writeHeader(heir, 0, length, TYPED, 0);
    copyBytes(
      records.page8(ref),
      records.valueStart(ref),
      length,
      records.page8(heir),
      records.valueStart(heir),
    );
    this.keyspace.lazyFree.add(this, heir);
  }

  /** As `ValueParts.release`, for a record that no key names. */
  releaseParts(ref: number, steps: number): number {
    return this.keyspace.partOwners[this.representation(ref)]!.release(this, ref, steps);
  }

  /** Releases a record of an index that was given away; the effort that it took, or -1 if it is too much to do now. */
  releaseFlushed(ref: number): number {
    const { records, keyspace } = this;
    const parts = records.head(ref) < 0 ? keyspace.partOwners[this.representation(ref)] : undefined;
    const effort = parts?.effort(this, ref) ?? 0;
    if (effort > directEffortMax(true)) return -1;
    parts?.release(this, ref, Infinity);
    records.slab.release(ref);
    return effort;
  }

  /** Removes every key. The records of a database that is not the only one with keys are released later, in slices. */
  clear(): void {
    const { keyspace } = this;
    if (this.size === 0) return;
    const alone = keyspace.size === this.size;
    if (!alone) {
      this.shards.forEach((shard, i) => {
        if (shard.size === 0) return;
        keyspace.lazyFree.addIndex(this, shard);
        this.shards[i] = new HashIndex(new SlabTables(this.records.slab));
      });
    }
    this.forgetKeys();
    if (!alone) return;
    // Other databases are empty, but their indexes may still have tables.
    for (const database of keyspace.databases) database.forgetKeys();
    keyspace.lazyFree.forget();
    keyspace.expiringHashes = 0;
    this.records.slab.clear();
  }

  /** Empties the indexes and side tables; the records are gone already, or go with the slab. */
  private forgetKeys(): void {
    for (const shard of this.shards) shard.clear();
    for (const list of this.lruLists) list.clear();
    this.expires.clear();
    this.size = 0;
  }

  // Expiry

  /** Sets when the record expires; its ref afterwards. */
  setExpire(ref: number, expireAtMs: number): number {
    const { records } = this;
    if ((records.head(ref) & HAS_EXPIRE) !== 0) {
      this.expires.setTime(records.expirePosition(ref), expireAtMs);
      return ref;
    }
    const target = this.rebuild(ref, HAS_EXPIRE);
    records.setExpirePosition(target, this.expires.add(target, expireAtMs));
    return target;
  }

  /** Lets the record live for ever; its ref afterwards. */
  clearExpire(ref: number): number {
    const { records } = this;
    if ((records.head(ref) & HAS_EXPIRE) === 0) return ref;
    this.dropExpireEntry(records.expirePosition(ref));
    return this.rebuild(ref, 0);
  }

  private dropExpireEntry(position: number): void {
    const moved = this.expires.remove(position);
    if (moved !== 0) this.records.setExpirePosition(moved, position);
  }

  /** Moves a record to a layout with or without the expire word. */
  private rebuild(ref: number, hasExpire: number): number {
    const { records } = this;
    const keyLength = records.keyLength(ref);
    const valueLength = records.valueLength(ref);
    const from = records.page8(ref);
    const keyStart = records.keyStart(ref);
    const target = records.slab.alloc(Records.bytesNeeded(keyLength, valueLength, hasExpire !== 0));
    const flags = (records.head(ref) & TYPED) | hasExpire;
    records.writeHeader(target, keyLength, valueLength, flags, records.access(ref));
    copyBytes(from, keyStart, keyLength + valueLength, records.page8(target), records.keyStart(target));
    const hash = this.hashOf(target);
    const shard = this.shards[hash & this.shardMask]!;
    shard.locate(hash, ref);
    shard.replaceFound(target);
    if (this.lruLists.length !== 0) this.lruListOf(hash).setRef(records.access(target), target);
    records.slab.release(ref);
    return target;
  }

  // Walking
}
