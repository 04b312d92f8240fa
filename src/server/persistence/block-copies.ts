import type { Slab } from '../../storage/slab.js';
import { cloneAllocation } from '../../storage/types/stream-directory.js';

/** Stands for a block that need not be copied: it is new, or has been written. */
const NOT_NEEDED = 0;

/** Copies of the blocks of one value that have changed since its picture was taken, and were not written before. */
export class BlockCopies {
  private readonly copies = new Map<number, number>();

  constructor(private readonly slab: Slab) {}

  /** `block` is about to change or to be released. */
  changing(block: number): void {
    if (!this.copies.has(block)) this.copies.set(block, cloneAllocation(this.slab, block));
  }

  /** `block` was not there before; one that had the same ref has been copied already. */
  added(block: number): void {
    if (!this.copies.has(block)) this.copies.set(block, NOT_NEEDED);
  }

  /** Where the contents are that `block` had. */
  find(block: number): number {
    return this.copies.get(block) ?? block;
  }

  /** `block` has been written: its copy can go, and it may change. */
  written(block: number): void {
    const copy = this.copies.get(block) ?? NOT_NEEDED;
    if (copy !== NOT_NEEDED) this.slab.release(copy);
    this.copies.set(block, NOT_NEEDED);
  }

  release(): void {
    for (const copy of this.copies.values()) if (copy !== NOT_NEEDED) this.slab.release(copy);
    this.copies.clear();
  }
}
