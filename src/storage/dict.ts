import { Bytes } from '../bytes/bytes.js';
import { copyBytes, copyRun, equalRun, type KeyHash } from '../bytes/hash.js';
import { HashIndex, NO_TABLE } from './hash-index.js';
import { distinct, isLargeShare, shuffledHead } from './random-sample.js';
import { REF_PAGE_SHIFT, REF_UNIT_MASK, Slab } from './slab.js';
import { SlabTables } from './slab-tables.js';
import { readVarint, varintBytes, writeVarint } from './varint.js';

/** What the entries of a dictionary look like: `[prefix][key length][value length][key][value]`. */
export interface EntryShape {
  /** Bytes before everything else, 8-byte aligned, for the caller's own use (the score of a sorted set's member). */
  readonly prefixBytes: number;
  /** False for sets: no value, and no length of one. */
  readonly hasValues: boolean;
}

// A dictionary's state, in 32-bit words of its cell.
const TABLE_REF = 0;
const OLD_TABLE_REF = 1;
const GRADE = 2;
const OLD_GRADE = 3;
const MIGRATED = 4;
const OLD_SIZE = 5;
const SIZE = 6;
const SALT = 7;
const STATE_BYTES = 32;

/** How many empty places of hash space a scan passes for each entry it was asked for, as Redis does. */
const SCAN_STEPS_PER_ENTRY = 10;

/** Entries that `forEach` loads ahead: SMEMBERS of 100,000 takes a third less, because their cache misses overlap. */
const RUN_ENTRIES = 64;

const NOTHING = new Bytes(new Uint8Array(0));

/**
 * A dictionary of bytes to bytes with all of it in the slab: the state in a cell whose ref names the dictionary, the
 * tables of the index, and a cell per entry. It costs no JavaScript object: an instance of this class is a window that
 * `open()` moves onto one dictionary after another. Whoever works on two at a time has two windows.
 *
 * Entries are named by refs too. One stays valid until it is removed or `setValue` moves it.
 */
export class Dict {
  private readonly tables: SlabTables;
  private readonly index: HashIndex;
  private stateRef = 0;
  private salt = 1;
  private readonly keyView = new Bytes(new Uint8Array(0));
  /** Keeps the loads of `visitRun` from being optimised away. */
  sink = 0;

  constructor(
    private readonly slab: Slab,
    private readonly hash: KeyHash,
    private readonly shape: EntryShape,
    /** [0, 1) */
    private readonly random: () => number,
  ) {
    this.tables = new SlabTables(slab);
    this.index = new HashIndex(this.tables);
  }

  /** Entries of a dictionary, without opening it. */
  static sizeOf(slab: Slab, ref: number): number {
    return slab.pages32[ref >>> REF_PAGE_SHIFT]![((ref & REF_UNIT_MASK) << 1) + SIZE]!;
  }

  // The window

  /** Makes an empty dictionary and opens it; its ref. */
  create(): number {
    this.stateRef = this.slab.alloc(STATE_BYTES);
    this.tables.tableRef = 0;
    this.tables.oldTableRef = 0;
    // Tables are in hash order, so entries copied from one dictionary to another in the order of a scan would cluster
    // if both used the same hash: each multiplies it by an odd number of its own.
    this.salt = Math.floor(this.random() * 0x1_0000_0000) | 1;
    forget(this.index);
    this.save();
    return this.stateRef;
  }

  open(ref: number): this {
    const { index } = this;
    const words = this.slab.pages32[ref >>> REF_PAGE_SHIFT]!;
    const at = (ref & REF_UNIT_MASK) << 1;
    this.stateRef = ref;
    this.salt = words[at + SALT]!;
    index.size = words[at + SIZE]!;
    index.grade = words[at + GRADE]!;
    const table = (this.tables.tableRef = words[at + TABLE_REF]!);
    index.table = table === 0 ? NO_TABLE : this.slab.pages32[table >>> REF_PAGE_SHIFT]!;
    index.base = (table & REF_UNIT_MASK) << 1;
    const old = (this.tables.oldTableRef = words[at + OLD_TABLE_REF]!);
    if (old !== 0) {
      index.oldTable = this.slab.pages32[old >>> REF_PAGE_SHIFT]!;
      index.oldBase = (old & REF_UNIT_MASK) << 1;
      index.oldSize = words[at + OLD_SIZE]!;
      index.migrated = words[at + MIGRATED]!;
      index.oldGrade = words[at + OLD_GRADE]!;
    } else if (index.oldGrade !== 0) {
      index.oldTable = NO_TABLE;
      index.oldGrade = 0;
    }
    return this;
  }

  private save(): void {
    const { index, stateRef } = this;
    const words = this.slab.pages32[stateRef >>> REF_PAGE_SHIFT]!;
    const at = (stateRef & REF_UNIT_MASK) << 1;
    words[at + TABLE_REF] = this.tables.tableRef;
    words[at + OLD_TABLE_REF] = this.tables.oldTableRef;
    words[at + GRADE] = index.grade;
    words[at + OLD_GRADE] = index.oldGrade;
    words[at + MIGRATED] = index.migrated;
    words[at + OLD_SIZE] = index.oldSize;
    words[at + SIZE] = index.size;
    words[at + SALT] = this.salt;
  }

  /**
   * Gives back the open dictionary with everything in it, or as much of it as takes `steps` of effort. What is left of
   * them, and 0 when there is more to do: then the dictionary may be opened again for this only.
   */
  release(steps = Infinity): number {
    const { slab } = this;
    const left = this.index.drain(steps, (entry) => {
      slab.release(entry);
      return 0;
    });
    if (left === 0) {
      this.save();
      return 0;
    }
    slab.release(this.stateRef);
    this.stateRef = 0;
    return left;
  }

  /** Bytes of the open dictionary; those of its entries by so many samples, or by all of them for 0. */
  bytes(samples: number): number {
    const { index, slab, tables } = this;
    let bytes = slab.bytesOf(this.stateRef);
    for (const table of [tables.tableRef, tables.oldTableRef]) if (table !== 0) bytes += slab.bytesOf(table);
    let sampled = 0;
    let entryBytes = 0;
    const visit = (entry: number): void => {
      entryBytes += slab.bytesOf(entry);
      sampled++;
    };
    if (samples === 0) index.forEach(visit);
    else {
      let position = 0;
      do position = index.scan(position, visit);
      while (sampled < samples && position !== 0);
    }
    return bytes + (sampled === 0 ? 0 : Math.round((entryBytes / sampled) * index.size));
  }

  // Entries of the open dictionary

  get size(): number {
    return this.index.size;
  }

  /** The entry of `key`, or 0. */
  find(key: Bytes): number {
    const hash = Math.imul(this.hash.of(key), this.salt);
    const { index } = this;
    let entry = index.seek(hash);
    while (entry !== 0 && !this.keyEquals(entry, key)) entry = index.next();
    return entry;
  }

  /** Puts the entries that keys of these hashes most likely have behind `entries[at]`: they may be 0, -1, or others'. */
  guess(hashes: Int32Array, count: number, entries: Int32Array, at: number): void {
    const { index, salt } = this;
    for (let i = 0; i < count; i++) entries[at + i] = index.guess(Math.imul(hashes[i]!, salt));
  }

  private keyEquals(entry: number, key: Bytes): boolean {
    const page = this.slab.pages8[entry >>> REF_PAGE_SHIFT]!;
    let at = ((entry & REF_UNIT_MASK) << 3) + this.shape.prefixBytes;
    const length = readVarint(page, at);
    if (length !== key.length) return false;
    at += varintBytes(length);
    if (this.shape.hasValues) at += varintBytes(readVarint(page, at));
    const view = this.slab.pageViews[entry >>> REF_PAGE_SHIFT]!;
    return equalRun(page, view, at, key.buffer, key.view, key.offset, length);
  }

  /** Adds a key that is not there; its entry. The prefix is the caller's to fill. */
  add(key: Bytes, value: Bytes = NOTHING): number {
    const hash = Math.imul(this.hash.of(key), this.salt);
    const entry = this.slab.alloc(this.entryBytes(key.length, value.length));
    this.write(entry, key, value);
    this.index.insert(hash, entry);
    this.save();
    if (this.slab.watch !== null) this.slab.watch.entryAdded(this.stateRef, entry);
    return entry;
  }

  /**
   * Gives the entry that `find(key)` has just found another value, in its place if its cell is of the right size; the
   * entry afterwards.
   */
  setValue(entry: number, key: Bytes, value: Bytes): number {
    const { slab } = this;
    const needed = this.entryBytes(key.length, value.length);
    if (slab.watch !== null) slab.watch.entryChanging(this.stateRef, entry);
    if (Slab.roundUp(needed) === slab.bytesOf(entry)) {
      this.write(entry, key, value);
      return entry;
    }
    const target = slab.alloc(needed);
    const from = slab.pages8[entry >>> REF_PAGE_SHIFT]!;
    const to = slab.pages8[target >>> REF_PAGE_SHIFT]!;
    copyBytes(from, (entry & REF_UNIT_MASK) << 3, this.shape.prefixBytes, to, (target & REF_UNIT_MASK) << 3);
    this.write(target, key, value);
    this.index.replaceFound(target);
    slab.release(entry);
    return target;
  }

  /** Sets the value of `key`; true if the key is new. */
  set(key: Bytes, value: Bytes): boolean {
    const entry = this.find(key);
    if (entry === 0) {
      this.add(key, value);
      return true;
    }
    this.setValue(entry, key, value);
    return false;
  }

  private entryBytes(keyLength: number, valueLength: number): number {
    const { prefixBytes, hasValues } = this.shape;
    const lengths = varintBytes(keyLength) + (hasValues ? varintBytes(valueLength) : 0);
    return prefixBytes + lengths + keyLength + valueLength;
  }

  private write(entry: number, key: Bytes, value: Bytes): void {
    const page = this.slab.pages8[entry >>> REF_PAGE_SHIFT]!;
    let at = writeVarint(key.length, page, ((entry & REF_UNIT_MASK) << 3) + this.shape.prefixBytes);
    if (this.shape.hasValues) at = writeVarint(value.length, page, at);
    const view = this.slab.pageViews[entry >>> REF_PAGE_SHIFT]!;
    copyRun(key.buffer, key.view, key.offset, key.length, page, view, at);
    copyRun(value.buffer, value.view, value.offset, value.length, page, view, at + key.length);
  }

  /** Removes `key`; false if it is not there. */
  remove(key: Bytes): boolean {
    const entry = this.find(key);
    if (entry === 0) return false;
    this.removeFound(entry);
    return true;
  }

  /** Removes an entry that was found otherwise than by its key. */
  removeEntry(entry: number): void {
    const key = this.key(entry, this.keyView);
    this.index.locate(Math.imul(this.hash.of(key), this.salt), entry);
    this.removeFound(entry);
  }

  /** Removes the entry that `find` has just found. */
  removeFound(entry: number): void {
    if (this.slab.watch !== null) this.slab.watch.entryChanging(this.stateRef, entry);
    this.index.removeFound();
    this.slab.release(entry);
    this.save();
  }

  // Reading entries

  /** Points `view` at the key of an entry. */
  key(entry: number, view: Bytes): Bytes {
    const page = this.slab.pages8[entry >>> REF_PAGE_SHIFT]!;
    let at = ((entry & REF_UNIT_MASK) << 3) + this.shape.prefixBytes;
    const length = readVarint(page, at);
    at += varintBytes(length);
    if (this.shape.hasValues) at += varintBytes(readVarint(page, at));
    return view.setViewed(page, this.slab.pageViews[entry >>> REF_PAGE_SHIFT]!, at, length);
  }

  /** Points `view` at the value of an entry. */
  value(entry: number, view: Bytes): Bytes {
    const page = this.slab.pages8[entry >>> REF_PAGE_SHIFT]!;
    let at = ((entry & REF_UNIT_MASK) << 3) + this.shape.prefixBytes;
    const keyLength = readVarint(page, at);
    at += varintBytes(keyLength);
    const valueLength = readVarint(page, at);
    const start = at + varintBytes(valueLength) + keyLength;
    return view.setViewed(page, this.slab.pageViews[entry >>> REF_PAGE_SHIFT]!, start, valueLength);
  }

  /** The prefix of an entry, where that is a double. */
  prefix(entry: number): number {
    return this.slab.pagesF64[entry >>> REF_PAGE_SHIFT]![entry & REF_UNIT_MASK]!;
  }

  // Walking

  /** Any entry, each with the same chance; the dictionary must not be empty. */
  randomEntry(): number {
    return this.index.randomRef(this.random);
  }

  /** `count` different entries in random order, each choice with the same chance; `count` is at most the size. */
  sample(count: number): Iterable<number> {
    const { size } = this;
    if (!isLargeShare(count, size)) return distinct(count, () => this.randomEntry());
    const all = new Int32Array(size);
    let at = 0;
    this.forEach((entry) => {
      all[at++] = entry;
    });
    return shuffledHead(all, count, this.random);
  }

  /** Visits every entry. `visit` must not change the dictionary nor move the window. */
  forEach(visit: (entry: number) => void): void {
    const run = new Int32Array(RUN_ENTRIES);
    let length = 0;
    this.index.forEach((entry) => {
      run[length++] = entry;
      if (length < RUN_ENTRIES) return;
      this.visitRun(run, length, visit);
      length = 0;
    });
    this.visitRun(run, length, visit);
  }

  /** Loads the entries of a run into the cache before it visits them. */
  private visitRun(run: Int32Array, length: number, visit: (entry: number) => void): void {
    const { pages32 } = this.slab;
    let sum = 0;
    for (let i = 0; i < length; i++) {
      const entry = run[i]!;
      sum ^= pages32[entry >>> REF_PAGE_SHIFT]![(entry & REF_UNIT_MASK) << 1]!;
    }
    this.sink = sum;
    for (let i = 0; i < length; i++) visit(run[i]!);
  }

  /**
   * Visits about `count` entries from `cursor` on; the next cursor, or 0 at the end. An entry that is there during a
   * whole scan is visited at least once. `visit` must not change the dictionary nor move the window.
   */
  scan(cursor: number, count: number, visit: (entry: number) => void): number {
    let visited = 0;
    const counting = (entry: number): void => {
      visited++;
      visit(entry);
    };
    let position = cursor > 0xffff_ffff ? 0 : cursor;
    for (let steps = count * SCAN_STEPS_PER_ENTRY; visited < count && steps > 0; steps--) {
      position = this.index.scan(position, counting);
      if (position === 0) break;
    }
    return position;
  }

  /** True when a scan that goes on at `cursor`, which is not 0, has passed the place of `key`. */
  isBefore(key: Bytes, cursor: number): boolean {
    return Math.imul(this.hash.of(key), this.salt) >>> 0 < cursor;
  }

  /** Makes room for `size` entries at once. */
  reserve(size: number): void {
    this.index.reserve(size);
    this.save();
  }

  /** Bytes of the state and the tables, without the entries. */
  get ownBytes(): number {
    return STATE_BYTES + this.index.tableBytes;
  }
}

/** Empties an index without giving its tables back: they belong to a dictionary that was open before. */
function forget(index: HashIndex): void {
  index.table = NO_TABLE;
  index.oldTable = NO_TABLE;
  index.base = index.grade = index.oldBase = index.oldGrade = 0;
  index.migrated = index.oldSize = index.size = 0;
}
