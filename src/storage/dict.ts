import { Bytes } from '../bytes/bytes.js';
import { copyBytes, copyRun, equalRun, type KeyHash } from '../bytes/hash.js';
import { DictWindow } from './dict-window.js';
import { distinct, isLargeShare, shuffledHead } from './random-sample.js';
import { REF_PAGE_SHIFT, REF_UNIT_MASK, Slab } from './slab.js';
import { readVarint, varintBytes, writeVarint } from './varint.js';

/** What the entries of a dictionary look like: `[prefix][key length][value length][key][value]`. */
export interface EntryShape {
  /** Bytes before everything else, 8-byte aligned, for the caller's own use (the score of a sorted set's member). */
  readonly prefixBytes: number;
  /** False for sets: no value, and no length of one. */
  readonly hasValues: boolean;
}

/** How many empty places of hash space a scan passes for each entry it was asked for, as Redis does. */
const SCAN_STEPS_PER_ENTRY = 10;

/** Entries that `forEach` loads ahead: SMEMBERS of 100,000 takes a third less, because their cache misses overlap. */
const RUN_ENTRIES = 64;

/** Entries that `loadPlaces` takes at once. */
export const PLACES_MAX = 16;

const NOTHING = new Bytes(new Uint8Array(0));

/**
 * A dictionary of bytes to bytes with all of it in the slab: the state in a cell whose ref names the dictionary, the
 * tables of the index (dict-window.ts), and a cell per entry. Whoever works on two at a time has two windows.
 *
 * Entries are named by refs too. One stays valid until it is removed or `setValue` moves it.
 */
export class Dict extends DictWindow {
  private readonly placeHashes = new Int32Array(PLACES_MAX);
  private readonly placeEntries = new Int32Array(PLACES_MAX);
  private readonly keyView = new Bytes(new Uint8Array(0));
  /** Keeps the loads of `visitRun` from being optimised away. */
  sink = 0;

  constructor(
    slab: Slab,
    private readonly hash: KeyHash,
    private readonly shape: EntryShape,
    /** [0, 1) */
    random: () => number,
  ) {
    super(slab, random);
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

  /** Loads what `removeEntry` of up to `PLACES_MAX` entries will need: their cache misses overlap. */
  loadPlaces(entries: Int32Array, count: number): void {
    const { placeHashes } = this;
    for (let i = 0; i < count; i++) placeHashes[i] = this.hash.of(this.key(entries[i]!, this.keyView));
    this.guess(placeHashes, count, this.placeEntries, 0);
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
}
