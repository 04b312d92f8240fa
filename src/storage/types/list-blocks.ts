import type { Bytes } from '../../bytes/bytes.js';
import { BLOCK_BYTES_MAX, BLOCK_HEAD_BYTES, ListCells } from './list-cells.js';
import { entryBytes, skipBackward, skipForward, writeEntry } from './list-entries.js';

/*
 * A large list: blocks of elements, all in the slab (list-cells.ts), and a directory of them (list-directory.ts).
 */

/** Neighbours that fill less than this share of one block become one. */
const MERGE_SHARE_MAX = 0.5;

/** The blocks of one list. `open` points it at another list: there is no object per key. */
export class ListBlocks extends ListCells {
  // Adding

  push(front: boolean, value: Bytes): void {
    const blocks = this.count;
    if (blocks > 0 && this.addTo(front ? 0 : blocks - 1, front, value)) return;
    if (blocks > 0) this.shrink(front ? 0 : blocks - 1);
    this.addBlock(front ? 0 : blocks, front, value, blocks === 0 ? 0 : BLOCK_BYTES_MAX);
  }

  /** Takes over elements that stand in `page` from `from` on, as the only block. */
  adopt(page: Uint8Array, from: number, used: number, count: number): void {
    this.insertSlot(0, this.newBlock(BLOCK_HEAD_BYTES + used, false, used, page, from), 0);
    this.addCount(0, count);
  }

  /** Adds an element at one end of block `i` if it has room or may grow. */
  private addTo(i: number, front: boolean, value: Bytes): boolean {
    const need = entryBytes(value.length);
    let ref = this.blockAt(i);
    this.changing(ref);
    let start = this.startOf(ref);
    let end = this.endOf(ref);
    const base = this.baseOf(ref);
    const room = front ? start - base - BLOCK_HEAD_BYTES : base + this.slab.bytesOf(ref) - end;
    if (room < need) {
      ref = this.makeRoom(i, front, need);
      if (ref === 0) return false;
      start = this.startOf(ref);
      end = this.endOf(ref);
    }
    if (front) start -= need;
    writeEntry(this.pageOf(ref), front ? start : end, value.buffer, value.offset, value.length);
    this.setBounds(ref, start, front ? end : end + need);
    this.addCount(i, 1);
    return true;
  }

  /** Puts a new block with one element before block `i`, with at least `bytes` of room. */
  private addBlock(i: number, front: boolean, value: Bytes, bytes: number): void {
    const need = entryBytes(value.length);
    const ref = this.newBlock(Math.max(BLOCK_HEAD_BYTES + need, bytes), front, need, null, 0);
    writeEntry(this.pageOf(ref), this.startOf(ref), value.buffer, value.offset, value.length);
    this.insertSlot(i, ref, 0);
    this.addCount(i, 1);
  }

  /** Puts an element before element `nth` of block `i`, or at its end. */
  insert(i: number, nth: number, value: Bytes): void {
    if (nth === 0) {
      if (this.addTo(i, true, value) || (i > 0 && this.addTo(i - 1, false, value))) return;
      return this.addBlock(i, false, value, 0);
    }
    if (nth === this.countAt(i)) {
      if (this.addTo(i, false, value) || (i + 1 < this.count && this.addTo(i + 1, true, value))) return;
      return this.addBlock(i + 1, false, value, 0);
    }
    const ref = this.blockAt(i);
    const at = skipForward(this.pageOf(ref), this.startOf(ref), nth);
    if (!this.splice(i, at, 0, value)) this.splitAt(i, nth, at, value);
  }

  /** Replaces element `nth` of block `i`. */
  replace(i: number, nth: number, value: Bytes): void {
    const ref = this.blockAt(i);
    const page = this.pageOf(ref);
    const at = skipForward(page, this.startOf(ref), nth);
    const removed = skipForward(page, at, 1) - at;
    if (this.splice(i, at, removed, value)) {
      if (removed > BLOCK_BYTES_MAX) this.shrink(i);
    } else if (this.countAt(i) === 1) {
      this.remove(i, 0, 1);
      this.addBlock(i, false, value, 0);
    } else {
      this.cut(i, nth, 1);
      this.insert(i, nth, value);
    }
  }

  /** Replaces `removed` bytes at `at` in block `i` by an element, if the block can hold it; counts nothing removed. */
  private splice(i: number, at: number, removed: number, value: Bytes): boolean {
    const need = entryBytes(value.length);
    const ref = this.blockAt(i);
    this.changing(ref);
    const page = this.pageOf(ref);
    const base = this.baseOf(ref);
    const start = this.startOf(ref);
    const end = this.endOf(ref);
    const total = BLOCK_HEAD_BYTES + end - start - removed + need;
    const bytes = this.slab.bytesOf(ref);
    if (total > Math.max(bytes, BLOCK_BYTES_MAX)) return false;
    if (total > bytes) {
      const target = this.newBlock(
        Math.min(BLOCK_BYTES_MAX, 2 * total),
        false,
        total - BLOCK_HEAD_BYTES,
        null,
        0,
      );
      const to = this.pageOf(target);
      const first = this.startOf(target);
      to.set(page.subarray(start, at), first);
      to.set(page.subarray(at + removed, end), first + at - start + need);
      writeEntry(to, first + at - start, value.buffer, value.offset, value.length);
      this.setBlock(i, target, this.countAt(i));
      this.slab.release(ref);
    } else {
      // The elements before move to the block's beginning if those behind have no room to move.
      const growth = need - removed;
      const shift = end + growth > base + bytes ? start - base - BLOCK_HEAD_BYTES : 0;
      if (shift > 0) page.copyWithin(start - shift, start, at);
      page.copyWithin(at - shift + need, at + removed, end);
      writeEntry(page, at - shift, value.buffer, value.offset, value.length);
      this.setBounds(ref, start - shift, end - shift + growth);
    }
    if (removed === 0) this.addCount(i, 1);
    return true;
  }

  /** Splits block `i` before its element `nth`, which stands at `at`, and puts an element in between. */
  private splitAt(i: number, nth: number, at: number, value: Bytes): void {
    const ref = this.blockAt(i);
    this.changing(ref);
    const start = this.startOf(ref);
    const end = this.endOf(ref);
    const behind = this.countAt(i) - nth;
    const tail = this.newBlock(BLOCK_HEAD_BYTES + end - at, false, end - at, this.pageOf(ref), at);
    this.setBounds(ref, start, at);
    this.setBlock(i, ref, nth);
    this.insertSlot(i + 1, tail, behind);
    this.shrink(i);
    if (this.addTo(i, false, value) || this.addTo(i + 1, true, value)) return;
    this.addBlock(i + 1, false, value, 0);
  }

  // Removing

  /** Removes `count` elements from one end. */
  drop(front: boolean, count: number): void {
    let left = count;
    while (left > 0) {
      const i = front ? 0 : this.count - 1;
      const here = this.countAt(i);
      const ref = this.blockAt(i);
      this.changing(ref);
      if (left >= here) {
        this.addCount(i, -here);
        this.slab.release(ref);
        this.removeSlot(i);
        left -= here;
        continue;
      }
      const page = this.pageOf(ref);
      if (front) this.setBounds(ref, skipForward(page, this.startOf(ref), left), this.endOf(ref));
      else this.setBounds(ref, this.startOf(ref), skipBackward(page, this.endOf(ref), left));
      this.addCount(i, -left);
      return;
    }
  }

  /** Removes `count` elements of block `i` from its element `nth` on. Blocks may be joined or released. */
  remove(i: number, nth: number, count: number): void {
    if (count === this.countAt(i)) {
      this.addCount(i, -count);
      this.changing(this.blockAt(i));
      this.slab.release(this.blockAt(i));
      return this.removeSlot(i);
    }
    this.cut(i, nth, count);
    if (!this.join(i)) {
      const ref = this.blockAt(i);
      if (2 * (this.endOf(ref) - this.startOf(ref)) < this.slab.bytesOf(ref)) this.shrink(i);
    }
  }

  /** Takes some, not all, elements out of a block. */
  private cut(i: number, nth: number, count: number): void {
    const ref = this.blockAt(i);
    this.changing(ref);
    const page = this.pageOf(ref);
    const start = this.startOf(ref);
    const end = this.endOf(ref);
    const at = skipForward(page, start, nth);
    const behind = skipForward(page, at, count);
    this.addCount(i, -count);
    if (at - start < end - behind) {
      page.copyWithin(start + behind - at, start, at);
      this.setBounds(ref, start + behind - at, end);
    } else {
      page.copyWithin(at, behind, end);
      this.setBounds(ref, start, end - behind + at);
    }
  }

  /** Joins block `i` with a neighbour when both together leave half a block free. */
  private join(i: number): boolean {
    return (i + 1 < this.count && this.joinsNext(i)) || (i > 0 && this.joinsNext(i - 1));
  }

  private joinsNext(i: number): boolean {
    const first = this.blockAt(i);
    const second = this.blockAt(i + 1);
    const from = this.startOf(second);
    const used = this.endOf(first) - this.startOf(first);
    const more = this.endOf(second) - from;
    if (BLOCK_HEAD_BYTES + used + more > BLOCK_BYTES_MAX * MERGE_SHARE_MAX) return false;
    this.changing(first);
    this.changing(second);
    const joined = this.newBlock(BLOCK_HEAD_BYTES + used + more, false, used + more, null, 0);
    const to = this.pageOf(joined);
    const start = this.startOf(joined);
    to.set(this.pageOf(first).subarray(this.startOf(first), this.endOf(first)), start);
    to.set(this.pageOf(second).subarray(from, from + more), start + used);
    this.setBlock(i, joined, this.countAt(i) + this.countAt(i + 1));
    this.slab.release(first);
    this.slab.release(second);
    this.removeSlot(i + 1);
    return true;
  }
}
