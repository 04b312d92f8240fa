import { HashIndex, NO_TABLE } from './hash-index.js';
import { REF_PAGE_SHIFT, REF_UNIT_MASK, type Slab } from './slab.js';
import { SlabTables } from './slab-tables.js';

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

/**
 * What `open()` moves onto one dictionary after another, so that none costs a JavaScript object: its state, in the cell
 * whose ref names the dictionary, and the tables of its index.
 */
export class DictWindow {
  protected readonly index: HashIndex;
  protected stateRef = 0;
  protected salt = 1;
  private readonly tables: SlabTables;

  constructor(
    protected readonly slab: Slab,
    /** [0, 1) */
    protected readonly random: () => number,
  ) {
    this.tables = new SlabTables(slab);
    this.index = new HashIndex(this.tables);
  }

  /** Entries of a dictionary, without opening it. */
  static sizeOf(slab: Slab, ref: number): number {
    return slab.pages32[ref >>> REF_PAGE_SHIFT]![((ref & REF_UNIT_MASK) << 1) + SIZE]!;
  }

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

  protected save(): void {
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

  get size(): number {
    return this.index.size;
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
