import type { Bytes } from '../../bytes/bytes.js';
import { REF_PAGE_SHIFT, REF_UNIT_MASK, type Slab } from '../slab.js';

/*
 * Things with a name, in the order of their names: the groups of a stream, the consumers of a group. The table, in words:
 * capacity, count, then refs. A thing, in words: length of its name, then what it holds; its name stands behind that.
 */

const HEAD_WORDS = 2;
const CAPACITY_LEAST = 2;

/** `open` points it at a table of things that hold `thingWords` words before their name. */
export class StreamNames {
  slab!: Slab;
  /** Where the table is, 0 while it is empty. It moves when it grows: the owner keeps it up to date. */
  ref = 0;
  private words: Int32Array = new Int32Array(0);
  private base = 0;

  constructor(private readonly thingWords: number) {}

  open(slab: Slab, ref: number): this {
    this.slab = slab;
    this.ref = ref;
    if (ref !== 0) {
      this.words = slab.pages32[ref >>> REF_PAGE_SHIFT]!;
      this.base = (ref & REF_UNIT_MASK) << 1;
    }
    return this;
  }

  get count(): number {
    return this.ref === 0 ? 0 : this.words[this.base + 1]!;
  }

  at(i: number): number {
    return this.words[this.base + HEAD_WORDS + i]!;
  }

  setAt(i: number, thing: number): void {
    this.words[this.base + HEAD_WORDS + i] = thing;
  }

  /** Points `view` at the name of a thing. */
  name(thing: number, view: Bytes): Bytes {
    const words = this.slab.pages32[thing >>> REF_PAGE_SHIFT]!;
    const at = (thing & REF_UNIT_MASK) << 1;
    return view.set(this.slab.pages8[thing >>> REF_PAGE_SHIFT]!, (at + this.thingWords) << 2, words[at]!);
  }

  /** The thing of that name, or 0. */
  find(name: Bytes): number {
    const i = this.place(name);
    return i < this.count && this.compare(this.at(i), name) === 0 ? this.at(i) : 0;
  }

  /** Where a name stands, or would. */
  place(name: Bytes): number {
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.compare(this.at(middle), name) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  private compare(thing: number, name: Bytes): number {
    const page = this.slab.pages8[thing >>> REF_PAGE_SHIFT]!;
    const words = this.slab.pages32[thing >>> REF_PAGE_SHIFT]!;
    const at = (thing & REF_UNIT_MASK) << 1;
    const start = (at + this.thingWords) << 2;
    const length = words[at]!;
    for (let i = 0; i < length && i < name.length; i++) {
      const difference = page[start + i]! - name.buffer[name.offset + i]!;
      if (difference !== 0) return difference;
    }
    return length - name.length;
  }

  /** Adds a thing of a name that is not there, its words 0. */
  add(name: Bytes): number {
    const { slab, thingWords } = this;
    const thing = slab.alloc(4 * thingWords + name.length);
    const words = slab.pages32[thing >>> REF_PAGE_SHIFT]!;
    const at = (thing & REF_UNIT_MASK) << 1;
    words.fill(0, at, at + thingWords);
    words[at] = name.length;
    const source = name.buffer.subarray(name.offset, name.offset + name.length);
    slab.pages8[thing >>> REF_PAGE_SHIFT]!.set(source, (at + thingWords) << 2);
    const i = this.place(name);
    this.makeRoom();
    const first = this.base + HEAD_WORDS;
    this.words.copyWithin(first + i + 1, first + i, first + this.count);
    this.setAt(i, thing);
    this.words[this.base + 1]!++;
    return thing;
  }

  private makeRoom(): void {
    const { slab, ref, words, base, count } = this;
    if (ref !== 0 && count < words[base]!) return;
    const capacity = Math.max(CAPACITY_LEAST, 2 * count);
    this.open(slab, slab.alloc(4 * (HEAD_WORDS + capacity)));
    this.words[this.base] = capacity;
    this.words[this.base + 1] = count;
    if (ref === 0) return;
    this.words.set(words.subarray(base + HEAD_WORDS, base + HEAD_WORDS + count), this.base + HEAD_WORDS);
    slab.release(ref);
  }

  /** Takes out and releases the thing of that name; the table goes with the last one. */
  remove(name: Bytes): void {
    const { words, base, slab } = this;
    const i = this.place(name);
    slab.release(this.at(i));
    const first = base + HEAD_WORDS;
    words.copyWithin(first + i, first + i + 1, first + this.count);
    words[base + 1]!--;
    if (words[base + 1] === 0) this.destroy();
  }

  /** Releases the last thing of a table that is being released: the table stays as it is. */
  releaseLast(): void {
    this.slab.release(this.at(this.count - 1));
    this.words[this.base + 1]!--;
  }

  /** Releases the things, the last one first, and the table; as `ValueParts.release`. */
  release(steps: number): number {
    let left = steps;
    for (; this.count > 0 && left > 0; left--) this.releaseLast();
    if (left <= 0) return 0;
    this.destroy();
    return left;
  }

  /** Releases the table; its things are the caller's. */
  destroy(): void {
    if (this.ref !== 0) this.slab.release(this.ref);
    this.ref = 0;
  }
}
