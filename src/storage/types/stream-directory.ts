import { REF_PAGE_SHIFT, REF_UNIT_MASK, type Slab } from '../slab.js';
import { BLOCK_EFFORT } from '../lazy-free.js';
import type { StreamId } from './stream-id.js';

/*
 * Allocations in the order of ids: the blocks of entries of a stream, the blocks of a pending entries list. Words in the
 * slab: capacity, head, count; then `capacity` items of 6 words: the first id of the block (4), its ref, its size. Items
 * [head, head + count) are in use, so that taking the first one off moves nothing.
 */

const HEAD_WORDS = 4;
const ITEM_WORDS = 6;
const CAPACITY_LEAST = 2;

/** `open` points it at a directory: there is no object per key. */
export class StreamDirectory {
  slab!: Slab;
  /** Where the directory is. It moves when it grows: the owner keeps it up to date. */
  ref = 0;
  private words: Int32Array = new Int32Array(0);
  private base = 0;

  open(slab: Slab, ref: number): this {
    this.slab = slab;
    this.ref = ref;
    this.words = slab.pages32[ref >>> REF_PAGE_SHIFT]!;
    this.base = (ref & REF_UNIT_MASK) << 1;
    return this;
  }

  create(slab: Slab): this {
    this.open(slab, slab.alloc(bytesFor(CAPACITY_LEAST)));
    this.words[this.base] = CAPACITY_LEAST;
    this.words[this.base + 1] = 0;
    this.words[this.base + 2] = 0;
    return this;
  }

  /** Releases everything in the directory, the last block first, and the directory; as `ValueParts.release`. */
  release(steps: number): number {
    let left = steps;
    for (let i = this.count - 1; i >= 0 && left > 0; i--) {
      this.slab.release(this.refAt(i));
      this.words[this.base + 2] = i;
      left -= BLOCK_EFFORT;
    }
    if (left <= 0) return 0;
    this.slab.release(this.ref);
    return left;
  }

  get count(): number {
    return this.words[this.base + 2]!;
  }

  private item(i: number): number {
    return this.base + HEAD_WORDS + (this.words[this.base + 1]! + i) * ITEM_WORDS;
  }

  refAt(i: number): number {
    return this.words[this.item(i) + 4]!;
  }

  setRef(i: number, ref: number): void {
    this.words[this.item(i) + 4] = ref;
  }

  sizeAt(i: number): number {
    return this.words[this.item(i) + 5]!;
  }

  setSize(i: number, size: number): void {
    this.words[this.item(i) + 5] = size;
  }

  readId(i: number, id: StreamId): StreamId {
    return id.read(this.words, this.item(i));
  }

  setId(i: number, id: StreamId): void {
    id.write(this.words, this.item(i));
  }

  /** The last block that begins at `id` or before, or -1. */
  find(id: StreamId): number {
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (id.compareWords(this.words, this.item(middle)) >= 0) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  insert(i: number, id: StreamId, ref: number, size: number): void {
    const head = this.words[this.base + 1]!;
    const { count } = this;
    if (head + count === this.words[this.base]!) this.makeRoom();
    const { words } = this;
    const at = this.item(i);
    words.copyWithin(at + ITEM_WORDS, at, this.item(count));
    id.write(words, at);
    words[at + 4] = ref;
    words[at + 5] = size;
    words[this.base + 2] = count + 1;
  }

  /** Takes an item out; what it named is the caller's to release. */
  remove(i: number): void {
    const { words, base } = this;
    const count = words[base + 2]! - 1;
    if (i === 0) words[base + 1] = count === 0 ? 0 : words[base + 1]! + 1;
    else words.copyWithin(this.item(i), this.item(i + 1), this.item(count + 1));
    words[base + 2] = count;
    if (count * 4 <= words[base]! && words[base]! > CAPACITY_LEAST) this.resize(words[base]! / 2);
  }

  /** Room for one more behind the last item. */
  private makeRoom(): void {
    const { words, base, count } = this;
    const capacity = words[base]!;
    if (count > capacity / 2) return this.resize(2 * capacity);
    words.copyWithin(base + HEAD_WORDS, this.item(0), this.item(count));
    words[base + 1] = 0;
  }

  private resize(capacity: number): void {
    const { slab, words, count, ref } = this;
    const target = slab.alloc(bytesFor(capacity));
    const to = slab.pages32[target >>> REF_PAGE_SHIFT]!;
    const at = (target & REF_UNIT_MASK) << 1;
    to[at] = capacity;
    to[at + 1] = 0;
    to[at + 2] = count;
    to.set(words.subarray(this.item(0), this.item(count)), at + HEAD_WORDS);
    slab.release(ref);
    this.open(slab, target);
  }

  /** A copy, with copies of everything in it; its ref. */
  duplicate(): number {
    const { slab, count } = this;
    const clone = cloneAllocation(slab, this.ref);
    const refs: number[] = [];
    for (let i = 0; i < count; i++) refs.push(cloneAllocation(slab, this.refAt(i)));
    this.open(slab, clone);
    refs.forEach((ref, i) => {
      this.setRef(i, ref);
    });
    return clone;
  }

  /** Bytes of the slab it takes, with everything in it. */
  get bytes(): number {
    let bytes = this.slab.bytesOf(this.ref);
    for (let i = 0; i < this.count; i++) bytes += this.slab.bytesOf(this.refAt(i));
    return bytes;
  }
}

function bytesFor(capacity: number): number {
  return 4 * (HEAD_WORDS + ITEM_WORDS * capacity);
}

/** A copy of an allocation, of the same size. */
export function cloneAllocation(slab: Slab, ref: number): number {
  const bytes = slab.bytesOf(ref);
  const clone = slab.alloc(bytes);
  const from = (ref & REF_UNIT_MASK) << 3;
  const page = slab.pages8[ref >>> REF_PAGE_SHIFT]!;
  slab.pages8[clone >>> REF_PAGE_SHIFT]!.set(page.subarray(from, from + bytes), (clone & REF_UNIT_MASK) << 3);
  return clone;
}
