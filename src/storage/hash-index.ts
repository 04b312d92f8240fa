/**
 * Open addressing from 32-bit hashes to slab refs; what the refs point at is the caller's business.
 *
 * Slots are pairs [hash, ref] in an Int32Array, in hash order: the home of a hash is its share of hash space, collisions
 * go to the next slot. So a scan cursor is simply a position in hash space, which no resize disturbs (measured twice as
 * fast as reverse-binary order with the same guarantee). Growth and shrinking move a few slots per write; removal shifts
 * the run back instead of leaving tombstones (tombstones exist only in the old table while it is emptied).
 *
 * A table has 4, 5, 6 or 7 times a power of two of slots, which its grade tells, and grows by a half or a third: doubling
 * leaves up to 21 bytes of table for a ref, this at most 16.
 *
 * A table begins `base` words into a page of the slab. The same class serves the shards of the keyspace and large
 * aggregates, whose indexes come and go.
 */

/** Provides zeroed tables. */
export interface TableAllocator {
  /** Makes `index.table`/`index.base` point at `slots` empty slots. */
  allocTable(index: HashIndex, slots: number): void;
  /** Releases what was `index.oldTable`/`index.oldBase`. */
  releaseOldTable(index: HashIndex): void;
  /** Moves the tables to other places, if they stand in the way. */
  relocate(index: HashIndex): void;
  /** The index makes its only table the old one. */
  tableRetired(): void;
}

const MOVED = -1;
const MIGRATE_SLOTS = 16;
/** 16 slots. */
const GRADE_MIN = 8;
/** From 4 quarters to 6, and from 6 to 8, which are 4 of the next power of two. */
const GRADES_GROWN = 2;
/** Half the slots. */
const GRADES_SHRUNK = 4;
const LOAD_MAX = 0.75;
const LOAD_MIN = 0.25;
/** Positions in hash space: 2^32. */
const HASH_SPACE = 0x1_0000_0000;

/** Slots of a table. */
function slotsOf(grade: number): number {
  return (4 + (grade & 3)) << (grade >>> 2);
}

/** The slot at which `hash` is at home: hash space cut into as many equal parts as there are slots. */
function homeOf(hash: number, grade: number): number {
  return (Math.imul(hash >>> 3, 4 + (grade & 3)) >>> (29 - (grade >>> 2))) | 0;
}

/** 2^n: `**` takes 20 ns, which a scan would pay for every key. */
const POWERS = Float64Array.from({ length: 30 }, (_, n) => 2 ** n);

/** The last position of hash space whose home is `slot`. */
function lastOf(slot: number, grade: number): number {
  return Math.ceil(((slot + 1) * POWERS[29 - (grade >>> 2)]!) / (4 + (grade & 3))) * 8 - 1;
}

/** Stands for a table that is not there. */
export const NO_TABLE = new Int32Array(0);

export class HashIndex {
  table: Int32Array = NO_TABLE;
  base = 0;
  /** Says how many slots the table has; 0 while there is none. */
  grade = 0;
  oldTable: Int32Array = NO_TABLE;
  oldBase = 0;
  /** 0 while no old table is being emptied. */
  oldGrade = 0;
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
    const { table, base, grade } = this;
    if (grade === 0) return 0;
    const slots = slotsOf(grade);
    let slot = homeOf(hash, grade);
    for (;;) {
      const at = (base + (slot << 1)) | 0;
      const ref = table[at + 1]!;
      if (ref === 0) return this.oldGrade === 0 ? 0 : this.seekOld(hash, homeOf(hash, this.oldGrade));
      if (table[at] === hash) {
        this.foundSlot = slot;
        this.foundOld = false;
        this.foundHash = hash;
        return ref;
      }
      if (++slot === slots) slot = 0;
    }
  }

  /** The candidate after the one that seek() or next() returned, or 0. */
  next(): number {
    const hash = this.foundHash;
    if (this.foundOld) return this.seekOld(hash, (this.foundSlot + 1) % slotsOf(this.oldGrade));
    const { table, base } = this;
    const slots = slotsOf(this.grade);
    let slot = this.foundSlot;
    for (;;) {
      if (++slot === slots) slot = 0;
      const at = (base + (slot << 1)) | 0;
      const ref = table[at + 1]!;
      if (ref === 0) return this.oldGrade === 0 ? 0 : this.seekOld(hash, homeOf(hash, this.oldGrade));
      if (table[at] === hash) {
        this.foundSlot = slot;
        return ref;
      }
    }
  }

  private seekOld(hash: number, from: number): number {
    const table = this.oldTable;
    const slots = slotsOf(this.oldGrade);
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
      if (++slot === slots) slot = 0;
    }
  }

  /**
   * The ref that seek() will most likely find: that in the home slot of `hash`, or the one behind it, by comparing
   * hashes without a branch, since a mispredicted one would wait for the slot to be loaded. It may be 0, or anybody's.
   */
  guess(hash: number): number {
    const { table, base, grade } = this;
    if (grade === 0) return 0;
    const slot = homeOf(hash, grade);
    const at = (base + (slot << 1)) | 0;
    const behind = (base + ((slot + 1 === slotsOf(grade) ? 0 : slot + 1) << 1)) | 0;
    const difference = table[at]! ^ hash;
    const other = (difference | -difference) >> 31;
    const ref = (table[at + 1]! & ~other) | (table[behind + 1]! & other);
    return this.oldGrade === 0 ? ref : this.guessOld(hash, ref);
  }

  /** Where both tables are in use, the old one's slot is loaded too. */
  private guessOld(hash: number, guess: number): number {
    const at = (this.oldBase + (homeOf(hash, this.oldGrade) << 1)) | 0;
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
      return this.oldGrade !== 0 && this.oldTable[this.oldBase + 2 * this.foundSlot + 1] === ref;
    return this.grade !== 0 && this.table[this.base + 2 * this.foundSlot + 1] === ref;
  }

  /** The found slot now holds `ref`. */
  replaceFound(ref: number): void {
    if (this.foundOld) this.oldTable[this.oldBase + 2 * this.foundSlot + 1] = ref;
    else this.table[this.base + 2 * this.foundSlot + 1] = ref;
  }

  /** Files a ref that is not there yet. */
  insert(hash: number, ref: number): void {
    if (this.grade === 0) this.resizeEmptyOr(GRADE_MIN);
    if (this.oldGrade !== 0) this.migrate(MIGRATE_SLOTS);
    if (this.size + 1 > slotsOf(this.grade) * LOAD_MAX) this.resize(this.grade + GRADES_GROWN);
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
    if (this.oldGrade !== 0) this.migrate(MIGRATE_SLOTS);
    else if (this.grade > GRADE_MIN && this.size < slotsOf(this.grade) * LOAD_MIN) {
      this.resize(Math.max(GRADE_MIN, this.grade - GRADES_SHRUNK));
    }
  }

  private shiftBack(from: number): void {
    const { table, base, grade } = this;
    const slots = slotsOf(grade);
    let hole = from;
    let holeAt = from;
    // Positions behind the hole, counted on beyond the end of the table.
    for (let slot = from + 1; ; slot++) {
      const at = slot < slots ? slot : slot - slots;
      const ref = table[base + 2 * at + 1]!;
      if (ref === 0) break;
      const hash = table[base + 2 * at]!;
      const home = homeOf(hash, grade);
      const distance = at < home ? at - home + slots : at - home;
      if (distance < slot - holeAt) continue;
      table[base + 2 * hole] = hash;
      table[base + 2 * hole + 1] = ref;
      hole = at;
      holeAt = slot;
    }
    table[base + 2 * hole + 1] = 0;
  }

  private put(hash: number, ref: number): void {
    const { table, base, grade } = this;
    const slots = slotsOf(grade);
    let slot = homeOf(hash, grade);
    while (table[base + 2 * slot + 1] !== 0) if (++slot === slots) slot = 0;
    table[base + 2 * slot] = hash;
    table[base + 2 * slot + 1] = ref;
  }

  private resize(grade: number): void {
    if (this.oldGrade !== 0) this.migrate(slotsOf(this.oldGrade));
    const { table, base } = this;
    // The first step, for it may find no room: nothing has changed then.
    this.tables.allocTable(this, slotsOf(grade));
    this.oldTable = table;
    this.oldBase = base;
    this.oldGrade = this.grade;
    this.oldSize = this.size;
    this.migrated = 0;
    this.grade = grade;
    if (this.oldSize === 0) this.dropOld();
  }

  /** Moves up to `slots` slots of the old table. Work is bounded, so that no write stalls. */
  migrate(slots: number): void {
    const { oldTable, oldBase, table, base, grade } = this;
    const tableSlots = slotsOf(grade);
    const end = Math.min(slotsOf(this.oldGrade), this.migrated + slots);
    let slot = this.migrated;
    for (; slot < end; slot++) {
      const at = oldBase + 2 * slot;
      const ref = oldTable[at + 1]!;
      if (ref === 0 || ref === MOVED) continue;
      const hash = oldTable[at]!;
      // As `put`, which would read all these fields again for each.
      let to = homeOf(hash, grade);
      while (table[base + 2 * to + 1] !== 0) if (++to === tableSlots) to = 0;
      table[base + 2 * to] = hash;
      table[base + 2 * to + 1] = ref;
      oldTable[at + 1] = MOVED;
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
    this.oldGrade = 0;
  }

  /** Makes room for `size` refs at once, so that a bulk load does not resize step by step. */
  reserve(size: number): void {
    let grade = Math.max(this.grade, GRADE_MIN);
    while (size > slotsOf(grade) * LOAD_MAX) grade++;
    if (grade > this.grade) this.resizeEmptyOr(grade);
  }

  private resizeEmptyOr(grade: number): void {
    if (this.grade !== 0) return this.resize(grade);
    this.tables.allocTable(this, slotsOf(grade));
    this.grade = grade;
  }

  /** Forgets every ref and the tables; the caller has released what they pointed at. */
  clear(): void {
    if (this.oldGrade !== 0) this.dropOld();
    if (this.grade !== 0) {
      this.oldTable = this.table;
      this.oldBase = this.base;
      this.oldGrade = this.grade;
      this.dropOld();
    }
    this.table = NO_TABLE;
    this.base = 0;
    this.grade = 0;
    this.size = 0;
    this.oldSize = 0;
    this.migrated = 0;
    this.foundSlot = 0;
    this.foundOld = false;
  }

  /**
   * Visits refs for the last time, for `steps` of effort: a slot takes 1, and a visit what it returns. What is left of
   * `steps`; 0 when there may be more. From the first call on, the index is of no other use; at last it has no tables.
   */
  drain(steps: number, visit: (ref: number) => number): number {
    let left = steps;
    while (left > 0 && (this.oldGrade !== 0 || this.grade !== 0)) {
      if (this.oldGrade === 0) this.retireTable();
      const { oldTable, oldBase } = this;
      const end = slotsOf(this.oldGrade);
      let slot = this.migrated;
      for (; slot < end && left > 0; slot++) {
        left--;
        const ref = oldTable[oldBase + 2 * slot + 1]!;
        if (ref !== 0 && ref !== MOVED) left -= visit(ref);
      }
      this.migrated = slot;
      if (slot === end) this.dropOld();
    }
    return Math.max(0, left);
  }

  /** What is in the table is now in the old one, none of it moved. */
  private retireTable(): void {
    this.oldTable = this.table;
    this.oldBase = this.base;
    this.oldGrade = this.grade;
    this.oldSize = this.size;
    this.migrated = 0;
    this.table = NO_TABLE;
    this.base = 0;
    this.grade = 0;
    this.tables.tableRetired();
  }

  /** Any ref, each with the same chance; the index must not be empty. `random` gives [0, 1). */
  randomRef(random: () => number): number {
    const slots = slotsOf(this.grade);
    const oldSlots = this.oldGrade === 0 ? 0 : slotsOf(this.oldGrade) - this.migrated;
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
    if (this.grade === 0) return 0;
    const home = homeOf(cursor, this.grade);
    const last = lastOf(home, this.grade);
    visitHome(this.table, this.base, this.grade, home, cursor, last, visit);
    if (this.oldGrade !== 0) {
      const lastOldHome = homeOf(last, this.oldGrade);
      for (let oldHome = homeOf(cursor, this.oldGrade); oldHome <= lastOldHome; oldHome++) {
        visitHome(this.oldTable, this.oldBase, this.oldGrade, oldHome, cursor, last, visit);
      }
    }
    return last === HASH_SPACE - 1 ? 0 : last + 1;
  }

  /** Visits every ref. `visit` must not change the index. */
  forEach(visit: (ref: number) => void): void {
    forEachSlot(this.table, this.base, this.grade, visit);
    forEachSlot(this.oldTable, this.oldBase, this.oldGrade, visit);
  }

  /** Moves the tables off pages that are being evacuated. */
  relocateTables(): void {
    this.tables.relocate(this);
  }

  /** Bytes of the tables. */
  get tableBytes(): number {
    return (
      (this.grade === 0 ? 0 : 8 * slotsOf(this.grade)) +
      (this.oldGrade === 0 ? 0 : 8 * slotsOf(this.oldGrade))
    );
  }
}

function forEachSlot(table: Int32Array, base: number, grade: number, visit: (ref: number) => void): void {
  if (grade === 0) return;
  for (let slot = 0, end = slotsOf(grade); slot < end; slot++) {
    const ref = table[base + 2 * slot + 1]!;
    if (ref !== 0 && ref !== MOVED) visit(ref);
  }
}

/** Visits the refs of one home slot whose hash is in [first, last]; they stand in the run that starts there. */
function visitHome(
  table: Int32Array,
  base: number,
  grade: number,
  home: number,
  first: number,
  last: number,
  visit: (ref: number) => void,
): void {
  const slots = slotsOf(grade);
  for (let slot = home; ; slot = slot + 1 === slots ? 0 : slot + 1) {
    const ref = table[base + 2 * slot + 1]!;
    if (ref === 0) return;
    if (ref === MOVED) continue;
    const hash = table[base + 2 * slot]! >>> 0;
    if (hash >= first && hash <= last && homeOf(hash, grade) === home) visit(ref);
  }
}
