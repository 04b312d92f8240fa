import type { Bytes } from '../../bytes/bytes.js';
import { equalBytes } from '../../bytes/hash.js';
import type { Database } from '../database.js';
import { Representation } from '../representation.js';
import { headBytes, lengthAt, lengthBefore, skipBackward, skipForward } from './list-entries.js';
import { ListBlocks } from './list-blocks.js';
import { directoryOf, PACKED_HEAD_BYTES, packedLength } from './list-record.js';

const EMPTY = new Uint8Array(0);
const NO_VIEW = new DataView(EMPTY.buffer);

/**
 * Reads the elements of a list in either direction. `page` (or `view`, the same), `offset` and `length` are the current element's
 * bytes, valid until the list, or anything in the slab, is changed. Reusable: `seek` may be called again and again.
 */
export class ListCursor {
  page: Uint8Array = EMPTY;
  view: DataView = NO_VIEW;
  offset = 0;
  length = 0;
  /** Block of the current element, and its place in there. A packed list is one block. */
  block = 0;
  nth = 0;

  private readonly blocks = new ListBlocks();
  private packed = true;
  /** Elements in the current block, and their bounds in the page. */
  private count = 0;
  private start = 0;
  private end = 0;

  /** Goes to element `index`, counted from 0; false when there is none. */
  seek(db: Database, ref: number, index: number): boolean {
    const { blocks } = this;
    this.packed = db.representation(ref) === Representation.LIST_PACKED;
    if (this.packed) {
      if (index < 0 || index >= packedLength(db, ref)) return false;
      this.page = db.records.page8(ref);
      this.view = db.records.pageView(ref);
      const value = db.records.valueStart(ref);
      this.start = value + PACKED_HEAD_BYTES;
      this.end = value + db.records.valueLength(ref);
      this.count = packedLength(db, ref);
      this.block = 0;
      this.nth = index;
    } else {
      blocks.open(db.records.slab, directoryOf(db, ref));
      if (index < 0 || index >= blocks.length) return false;
      this.findBlock(index);
    }
    this.findElement();
    return true;
  }

  private findBlock(index: number): void {
    const { blocks } = this;
    let block = 0;
    let nth = index;
    if (index <= blocks.length / 2) {
      for (let count = blocks.countAt(0); nth >= count; count = blocks.countAt(++block)) nth -= count;
    } else {
      block = blocks.count - 1;
      nth = index - blocks.length + blocks.countAt(block);
      while (nth < 0) nth += blocks.countAt(--block);
    }
    this.enter(block);
    this.nth = nth;
  }

  private enter(block: number): void {
    const { blocks } = this;
    const ref = blocks.blockAt(block);
    this.block = block;
    this.count = blocks.countAt(block);
    this.page = blocks.pageOf(ref);
    this.view = blocks.viewOf(ref);
    this.start = blocks.startOf(ref);
    this.end = blocks.endOf(ref);
  }

  private findElement(): void {
    const { page, nth, count } = this;
    const at =
      nth <= count / 2 ? skipForward(page, this.start, nth) : skipBackward(page, this.end, count - nth);
    this.standAt(at);
  }

  private standAt(at: number): void {
    this.length = lengthAt(this.page, at);
    this.offset = at + headBytes(this.length);
  }

  /** Goes to the element behind; false at the end. */
  next(): boolean {
    const after = this.offset + this.length + headBytes(this.length);
    if (after < this.end) {
      this.nth++;
      this.standAt(after);
      return true;
    }
    if (this.packed || this.block + 1 >= this.blocks.count) return false;
    this.enter(this.block + 1);
    this.nth = 0;
    this.standAt(this.start);
    return true;
  }

  /** Goes to the element before; false at the beginning. */
  previous(): boolean {
    let before = this.offset - headBytes(this.length);
    if (before === this.start) {
      if (this.packed || this.block === 0) return false;
      this.enter(this.block - 1);
      this.nth = this.count;
      before = this.end;
    }
    this.nth--;
    this.length = lengthBefore(this.page, before);
    this.offset = before - headBytes(this.length) - this.length;
    return true;
  }

  equals(value: Bytes): boolean {
    if (this.length !== value.length) return false;
    return equalBytes(this.page, this.offset, value.buffer, value.offset, value.length);
  }
}
