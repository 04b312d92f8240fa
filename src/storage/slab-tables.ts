import type { HashIndex, TableAllocator } from './hash-index.js';
import { REF_PAGE_SHIFT, REF_UNIT_MASK, Slab } from './slab.js';

/**
 * Keeps the tables of one index in the slab. Arrays of their own, when replaced, left holes between the pages of the
 * slab that nothing else fitted into: 4 MB for 100,000 keys.
 */
export class SlabTables implements TableAllocator {
  /** Where `index.table` and `index.oldTable` are; 0 for none. */
  tableRef = 0;
  oldTableRef = 0;

  constructor(private readonly slab: Slab) {}

  allocTable(index: HashIndex, slots: number): void {
    const { slab } = this;
    const bytes = 8 * slots;
    const ref = slab.alloc(bytes);
    this.oldTableRef = this.tableRef;
    this.tableRef = ref;
    index.table = slab.pages32[ref >>> REF_PAGE_SHIFT]!;
    index.base = (ref & REF_UNIT_MASK) << 1;
    // A fresh page is zero already, and clearing megabytes would be felt.
    if (!Slab.hasOwnPage(bytes)) index.table.fill(0, index.base, index.base + 2 * slots);
  }

  tableRetired(): void {
    this.oldTableRef = this.tableRef;
    this.tableRef = 0;
  }

  /** With no old table the index is being cleared: it gives back its only one. */
  releaseOldTable(): void {
    if (this.oldTableRef !== 0) {
      this.slab.release(this.oldTableRef);
      this.oldTableRef = 0;
    } else {
      this.slab.release(this.tableRef);
      this.tableRef = 0;
    }
  }

  /** Moves the tables off pages that are being evacuated. */
  relocate(index: HashIndex): void {
    const { slab } = this;
    if (this.tableRef !== 0 && slab.isEvacuated(this.tableRef)) {
      this.tableRef = this.moved(this.tableRef);
      index.table = slab.pages32[this.tableRef >>> REF_PAGE_SHIFT]!;
      index.base = (this.tableRef & REF_UNIT_MASK) << 1;
    }
    if (this.oldTableRef !== 0 && slab.isEvacuated(this.oldTableRef)) {
      this.oldTableRef = this.moved(this.oldTableRef);
      index.oldTable = slab.pages32[this.oldTableRef >>> REF_PAGE_SHIFT]!;
      index.oldBase = (this.oldTableRef & REF_UNIT_MASK) << 1;
    }
  }

  private moved(ref: number): number {
    const { slab } = this;
    const bytes = slab.bytesOf(ref);
    const target = slab.alloc(bytes);
    slab.copy(ref, target, bytes);
    slab.release(ref);
    return target;
  }
}
