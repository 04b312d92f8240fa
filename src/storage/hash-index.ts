/**
 * Open addressing from 32-bit hashes to slab refs; what the refs point at is the caller's business.
 *
 * Slots are pairs [hash, ref] in an Int32Array, in hash order: the home of a hash is its top bits, collisions go to
 * the next slot. So a scan cursor is simply a position in hash space, which no resize disturbs (measured twice as fast
 * as reverse-binary order with the same guarantee). Growth and shrinking move a few slots per write; removal shifts
 * the run back instead of leaving tombstones (tombstones exist only in the old table while it is emptied).
 *
 * The same class serves the shards of the keyspace (a table of its own) and large aggregates (a table inside the slab,
 * `base` words into a page); `TableAllocator` is the difference.
 */

import { discard } from './discard.js';

/** Provides zeroed tables. */
export interface TableAllocator {
  /** Makes `index.table`/`index.base` point at `slots` empty slots. */
  allocTable(index: HashIndex, slots: number): void;
  /** Releases what was `index.oldTable`/`index.oldBase`. */
  releaseOldTable(index: HashIndex): void;
}

const MOVED = -1;
const MIGRATE_SLOTS = 16;
export const INDEX_BITS_MIN = 4;
const LOAD_MAX = 0.75;
const LOAD_MIN = 0.1;
/** Positions in hash space: 2^32. */
const HASH_SPACE = 0x1_0000_0000;

/** Stands for a table that is not there. */
export const NO_TABLE = new Int32Array(0);

export class HashIndex {
  table: Int32Array = NO_TABLE;
  base = 0;
  /** The table has `1 << bits` slots. */
  bits = 0;
  oldTable: Int32Array = NO_TABLE;
  oldBase = 0;
  /** 0 while no old table is being emptied. */
  oldBits = 0;
  /** Next slot of the old table to move. */
  migrated = 0;
  /** Refs still in the old table. */
  oldSize = 0;
  /** Refs in both tables. */
  size = 0;

  // What seek() and next() found last.
  private foundSlot = 0;
  private foundOld = false;
  private foundHash = 0;

  constructor(private readonly tables: TableAllocator) {}

  /** First ref filed under `hash`, or 0. The caller compares keys and asks `next()` for the following candidate. */
  seek(hash: number): number {
    const { table, base } = this;
    if (this.bits === 0) return 0;
    const mask = (1 << this.bits) - 1;
    let slot = (hash >>> (32 - this.bits)) | 0;
    for (;;) {
      const at = (base + (slot << 1)) | 0;
      const ref = table[at + 1]!;
      if (ref === 0) return this.oldBits === 0 ? 0 : this.seekOld(hash, hash >>> (32 - this.oldBits));
      if (table[at] === hash) {
        this.foundSlot = slot;
        this.foundOld = false;
        this.foundHash = hash;
        return ref;
      }
      slot = (slot + 1) & mask;
    }
  }

  /** The candidate after the one that seek() or next() returned, or 0. */
  next(): number {
    const hash = this.foundHash;
    if (this.foundOld) return this.seekOld(hash, (this.foundSlot + 1) & ((1 << this.oldBits) - 1));
    const { table, base } = this;
    const mask = (1 << this.bits) - 1;
    let slot = (this.foundSlot + 1) & mask;
    for (;;) {
      const at = (base + (slot << 1)) | 0;
      const ref = table[at + 1]!;
      if (ref === 0) return this.oldBits === 0 ? 0 : this.seekOld(hash, hash >>> (32 - this.oldBits));
      if (table[at] === hash) {
        this.foundSlot = slot;
        return ref;
      }
      slot = (slot + 1) & mask;
    }
  }

  private seekOld(hash: number, from: number): number {
    const table = this.oldTable;
    const mask = (1 << this.oldBits) - 1;
    let slot = from;
    for (;;) {
      const at = (this.oldBase + (slot << 1)) | 0;
      const ref = table[at + 1]!;
      if (ref === 0) return 0;
      if (ref !== MOVED && table[at] === hash) {
        this.foundSlot = slot;
        this.foundOld = true;
        this.foundHash = hash;
        return ref;
      }
      slot = (slot + 1) & mask;
    }
  }

  /**
   * The ref that seek() will most likely find: that in the home slot of `hash`, or the one behind it, by comparing
   * hashes without a branch, since a mispredicted one would wait for the slot to be loaded. It may be 0, or anybody's.
   */
  guess(hash: number): number {
    const { table, bits } = this;
    if (bits === 0) return 0;
    const at = (this.base + ((hash >>> (32 - bits)) << 1)) | 0;
    const difference = table[at]! ^ hash;
    const other = (difference | -difference) >> 31;
    const ref = (table[at + 1]! & ~other) | ((table[at + 3] ?? 0) & other);
    return this.oldBits === 0 ? ref : this.guessOld(hash, ref);
  }

  /** Where both tables are in use, the old one's slot is loaded too. */
  private guessOld(hash: number, guess: number): number {
    const at = (this.oldBase + ((hash >>> (32 - this.oldBits)) << 1)) | 0;
    return this.oldTable[at] === hash ? this.oldTable[at + 1]! : guess;
  }

  /** Puts seek()'s result on the slot that holds exactly `ref`; it must be there. */
  locate(hash: number, ref: number): void {
    if (this.holds(ref)) return;
    let candidate = this.seek(hash);
    while (candidate !== ref) {
      if (candidate === 0) throw new Error('a record is missing from its index');
      candidate = this.next();
    }
  }

  private holds(ref: number): boolean {
    if (this.foundOld)
      return this.oldBits !== 0 && this.oldTable[this.oldBase + 2 * this.foundSlot + 1] === ref;
    return this.bits !== 0 && this.table[this.base + 2 * this.foundSlot + 1] === ref;
  }

  /** The found slot now holds `ref`. */
  replaceFound(ref: number): void {
    if (this.foundOld) this.oldTable[this.oldBase + 2 * this.foundSlot + 1] = ref;
    else this.table[this.base + 2 * this.foundSlot + 1] = ref;
  }

  /** Files a ref that is not there yet. */
  insert(hash: number, ref: number): void {
    if (this.bits === 0) this.tables.allocTable(this, 1 << (this.bits = INDEX_BITS_MIN));
    if (this.oldBits !== 0) this.migrate(MIGRATE_SLOTS);
    if (this.size + 1 > (1 << this.bits) * LOAD_MAX) this.resize(this.bits + 1);
    this.put(hash, ref);
    this.size++;
  }

  /** Takes out the found ref. */
  removeFound(): void {
    this.size--;
    if (this.foundOld) {
      this.oldTable[this.oldBase + 2 * this.foundSlot + 1] = MOVED;
      this.oldSize--;
    } else this.shiftBack(this.foundSlot);
    if (this.oldBits !== 0) this.migrate(MIGRATE_SLOTS);
    else if (this.bits > INDEX_BITS_MIN && this.size < (1 << this.bits) * LOAD_MIN) {
      this.resize(Math.max(INDEX_BITS_MIN, this.bits - 2));
    }
  }

  private shiftBack(from: number): void {
    const { table, base, bits } = this;
    const mask = (1 << bits) - 1;
    let hole = from;
    for (let slot = (hole + 1) & mask; ; slot = (slot + 1) & mask) {
      const ref = table[base + 2 * slot + 1]!;
      if (ref === 0) break;
      const hash = table[base + 2 * slot]!;
      const home = hash >>> (32 - bits);
      if (((slot - home) & mask) < ((slot - hole) & mask)) continue;
      table[base + 2 * hole] = hash;
      table[base + 2 * hole + 1] = ref;
      hole = slot;
    }
    table[base + 2 * hole + 1] = 0;
  }

  private put(hash: number, ref: number): void {
    const { table, base, bits } = this;
    const mask = (1 << bits) - 1;
    let slot = hash >>> (32 - bits);
    while (table[base + 2 * slot + 1] !== 0) slot = (slot + 1) & mask;
    table[base + 2 * slot] = hash;
    table[base + 2 * slot + 1] = ref;
  }

  private resize(bits: number): void {
    if (this.oldBits !== 0) this.migrate(1 << this.oldBits);
    this.oldTable = this.table;
    this.oldBase = this.base;
    this.oldBits = this.bits;
    this.oldSize = this.size;
    this.migrated = 0;
    this.bits = bits;
    this.tables.allocTable(this, 1 << bits);
    if (this.oldSize === 0) this.dropOld();
  }

  /** Moves up to `slots` slots of the old table. Work is bounded, so that no write stalls. */
  migrate(slots: number): void {
    const table = this.oldTable;
    const end = Math.min(1 << this.oldBits, this.migrated + slots);
    let slot = this.migrated;
    for (; slot < end; slot++) {
      const at = this.oldBase + 2 * slot;
      const ref = table[at + 1]!;
      if (ref === 0 || ref === MOVED) continue;
      this.put(table[at]!, ref);
      table[at + 1] = MOVED;
      this.oldSize--;
    }
    this.migrated = slot;
    // Later slots were moved out of line: what is found afterwards starts with a fresh seek().
    this.foundSlot = 0;
    this.foundOld = false;
    if (this.oldSize === 0) this.dropOld();
  }

  private dropOld(): void {
    this.tables.releaseOldTable(this);
    this.oldTable = NO_TABLE;
    this.oldBase = 0;
    this.oldBits = 0;
  }

  /** Makes room for `size` refs at once, so that a bulk load does not resize step by step. */
  reserve(size: number): void {
    let bits = Math.max(this.bits, INDEX_BITS_MIN);
    while (size > (1 << bits) * LOAD_MAX) bits++;
    if (bits > this.bits) this.resizeEmptyOr(bits);
  }

  private resizeEmptyOr(bits: number): void {
    if (this.bits !== 0) return this.resize(bits);
    this.bits = bits;
    this.tables.allocTable(this, 1 << bits);
  }

  /** Forgets every ref and the tables; the caller has released what they pointed at. */
  clear(): void {
    if (this.oldBits !== 0) this.dropOld();
    if (this.bits !== 0) {
      this.oldTable = this.table;
      this.oldBase = this.base;
      this.oldBits = this.bits;
      this.dropOld();
    }
    this.table = NO_TABLE;
    this.base = 0;
    this.bits = 0;
    this.size = 0;
    this.oldSize = 0;
    this.migrated = 0;
    this.foundSlot = 0;
    this.foundOld = false;
  }

  /** Any ref, each with the same chance; the index must not be empty. `random` gives [0, 1). */
  randomRef(random: () => number): number {
    const slots = 1 << this.bits;
    const oldSlots = this.oldBits === 0 ? 0 : (1 << this.oldBits) - this.migrated;
    for (;;) {
      const pick = Math.floor(random() * (slots + oldSlots));
      const ref =
        pick < slots
          ? this.table[this.base + 2 * pick + 1]!
          : this.oldTable[this.oldBase + 2 * (pick - slots + this.migrated) + 1]!;
      if (ref !== 0 && ref !== MOVED) return ref;
    }
  }

  /**
   * Visits the refs whose hash lies in one home slot's part of hash space, from position `cursor` on; the position to
   * go on from, or 0 at the end. A ref that is present during a whole scan is visited at least once, whatever
   * resizing happens between the calls. `visit` must not change the index.
   */
  scan(cursor: number, visit: (ref: number) => void): number {
    if (this.bits === 0) return 0;
    const shift = 32 - this.bits;
    const home = cursor >>> shift;
    const last = (home + 1) * (1 << shift) - 1;
    visitHome(this.table, this.base, this.bits, home, cursor, last, visit);
    if (this.oldBits !== 0) {
      const oldShift = 32 - this.oldBits;
      for (let oldHome = cursor >>> oldShift; oldHome <= last >>> oldShift; oldHome++) {
        visitHome(this.oldTable, this.oldBase, this.oldBits, oldHome, cursor, last, visit);
      }
    }
    return last === HASH_SPACE - 1 ? 0 : last + 1;
  }

  /** Visits every ref. `visit` must not change the index. */
  forEach(visit: (ref: number) => void): void {
    forEachSlot(this.table, this.base, this.bits, visit);
    forEachSlot(this.oldTable, this.oldBase, this.oldBits, visit);
  }

  /** Bytes of the tables. */
  get tableBytes(): number {
    return (this.bits === 0 ? 0 : 8 << this.bits) + (this.oldBits === 0 ? 0 : 8 << this.oldBits);
  }
}

function forEachSlot(table: Int32Array, base: number, bits: number, visit: (ref: number) => void): void {
  if (bits === 0) return;
  for (let slot = 0, end = 1 << bits; slot < end; slot++) {
    const ref = table[base + 2 * slot + 1]!;
    if (ref !== 0 && ref !== MOVED) visit(ref);
  }
}

/** Visits the refs of one home slot whose hash is in [first, last]; they stand in the run that starts there. */
function visitHome(
  table: Int32Array,
  base: number,
  bits: number,
  home: number,
  first: number,
  last: number,
  visit: (ref: number) => void,
): void {
  const mask = (1 << bits) - 1;
  for (let slot = home; ; slot = (slot + 1) & mask) {
    const ref = table[base + 2 * slot + 1]!;
    if (ref === 0) return;
    if (ref === MOVED) continue;
    const hash = table[base + 2 * slot]! >>> 0;
    if (hash >>> (32 - bits) === home && hash >= first && hash <= last) visit(ref);
  }
}

/** Tables as arrays of their own, for indexes that live as long as the server. */
export const heapTables: TableAllocator = {
  allocTable(index, slots) {
    index.table = new Int32Array(2 * slots);
    index.base = 0;
  },
  releaseOldTable(index) {
    discard(index.oldTable.buffer);
  },
};
