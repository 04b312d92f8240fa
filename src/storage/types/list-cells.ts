import { BLOCK_EFFORT } from '../lazy-free.js';
import { REF_PAGE_SHIFT, REF_UNIT_MASK, Slab } from '../slab.js';
import { ListDirectory } from './list-directory.js';

/*
 * A block of a large list is a cell of the slab. It is, in words, start and end (bytes from the block's beginning); then
 * free bytes, elements, free bytes.
 */

export const BLOCK_HEAD_BYTES = 8;
/** 12 such cells fill a 64 KiB run to 97 %; cells of 8 KiB would leave 9 % unused. */
export const BLOCK_BYTES_MAX = 5320;
/** Elements slide inside their block when that leaves a quarter of it free; otherwise they would slide too often. */
const SLIDE_SHARE_MAX = 0.75;

/** The cells of the blocks of one list: where each begins and ends, and how much room it has. Counts no elements. */
export class ListCells extends ListDirectory {
  /** To be called before a block is changed or released. */
  protected changing(ref: number): void {
    if (this.slab.watch !== null) this.slab.watch.blockChanging(this.directory, ref);
  }

  pageOf(ref: number): Uint8Array {
    return this.slab.pages8[ref >>> REF_PAGE_SHIFT]!;
  }

  viewOf(ref: number): DataView {
    return this.slab.pageViews[ref >>> REF_PAGE_SHIFT]!;
  }

  /** Offset in its page where the block begins. */
  baseOf(ref: number): number {
    return (ref & REF_UNIT_MASK) << 3;
  }

  /** Offset in the page where the block's elements begin. */
  startOf(ref: number): number {
    return this.baseOf(ref) + this.slab.pages32[ref >>> REF_PAGE_SHIFT]![(ref & REF_UNIT_MASK) << 1]!;
  }

  /** Offset in the page where the block's elements end. */
  endOf(ref: number): number {
    return this.baseOf(ref) + this.slab.pages32[ref >>> REF_PAGE_SHIFT]![((ref & REF_UNIT_MASK) << 1) + 1]!;
  }

  protected setBounds(ref: number, start: number, end: number): void {
    const words = this.slab.pages32[ref >>> REF_PAGE_SHIFT]!;
    const at = (ref & REF_UNIT_MASK) << 1;
    const base = at << 2;
    words[at] = start - base;
    words[at + 1] = end - base;
  }

  /** A block for elements of `used` bytes, which stand at one of its ends; copied from `page` where given. */
  protected newBlock(
    bytes: number,
    atEnd: boolean,
    used: number,
    page: Uint8Array | null,
    from: number,
  ): number {
    const ref = this.slab.alloc(bytes);
    if (this.slab.watch !== null) this.slab.watch.blockAdded(this.directory, ref);
    const base = this.baseOf(ref);
    const start = atEnd ? base + this.slab.bytesOf(ref) - used : base + BLOCK_HEAD_BYTES;
    this.setBounds(ref, start, start + used);
    if (page !== null) this.pageOf(ref).set(page.subarray(from, from + used), start);
    return ref;
  }

  /** Makes room for `need` bytes at one end of block `i`; its ref afterwards, or 0 when it is full. */
  protected makeRoom(i: number, front: boolean, need: number): number {
    const ref = this.blockAt(i);
    const start = this.startOf(ref);
    const used = this.endOf(ref) - start;
    const bytes = this.slab.bytesOf(ref);
    const total = BLOCK_HEAD_BYTES + used + need;
    if (total <= bytes * SLIDE_SHARE_MAX) {
      const base = this.baseOf(ref);
      const target = front ? base + bytes - used : base + BLOCK_HEAD_BYTES;
      this.pageOf(ref).copyWithin(target, start, start + used);
      this.setBounds(ref, target, target + used);
      return ref;
    }
    if (total > BLOCK_BYTES_MAX || bytes >= BLOCK_BYTES_MAX) return 0;
    const grown = Math.min(BLOCK_BYTES_MAX, Math.max(2 * bytes, total));
    return this.reallocate(i, grown, front);
  }

  protected reallocate(i: number, bytes: number, atEnd: boolean): number {
    const ref = this.blockAt(i);
    this.changing(ref);
    const start = this.startOf(ref);
    const target = this.newBlock(bytes, atEnd, this.endOf(ref) - start, this.pageOf(ref), start);
    this.setBlock(i, target, this.countAt(i));
    this.slab.release(ref);
    return target;
  }

  /** Gives a block a smaller cell when its elements fit one. */
  protected shrink(i: number): void {
    const ref = this.blockAt(i);
    const least = BLOCK_HEAD_BYTES + this.endOf(ref) - this.startOf(ref);
    if (Slab.roundUp(least) < this.slab.bytesOf(ref)) this.reallocate(i, least, false);
  }

  // All of them

  /** Releases the blocks, the last ones first, and the directory; as `ValueParts.release`. */
  release(steps = Infinity): number {
    let left = steps;
    for (let i = this.count - 1; i >= 0 && left > 0; i--) {
      this.changing(this.blockAt(i));
      this.slab.release(this.blockAt(i));
      this.forgetLastSlot();
      left -= BLOCK_EFFORT;
    }
    if (left <= 0) return 0;
    this.slab.release(this.directory);
    return left;
  }

  /** Bytes of the blocks and the directory. */
  get bytes(): number {
    let bytes = this.slab.bytesOf(this.directory);
    for (let i = 0; i < this.count; i++) bytes += this.slab.bytesOf(this.blockAt(i));
    return bytes;
  }

  /** The same elements in blocks of their own; their directory. */
  duplicate(): number {
    const { count } = this;
    const directory = this.cloneOf(this.directory);
    const blocks: number[] = [];
    for (let i = 0; i < count; i++) blocks.push(this.cloneOf(this.blockAt(i)));
    this.point(directory);
    blocks.forEach((ref, i) => {
      this.setBlock(i, ref, this.countAt(i));
    });
    return directory;
  }

  private cloneOf(ref: number): number {
    const { slab } = this;
    const bytes = slab.bytesOf(ref);
    const clone = slab.alloc(bytes);
    const from = this.baseOf(ref);
    this.pageOf(clone).set(this.pageOf(ref).subarray(from, from + bytes), this.baseOf(clone));
    return clone;
  }
}
