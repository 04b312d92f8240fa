import { REF_PAGE_SHIFT, REF_UNIT_MASK, type Slab } from '../slab.js';
import { StreamDirectory } from './stream-directory.js';
import { StreamId } from './stream-id.js';
import { readNumber, writeNumber } from './stream-words.js';

/*
 * The pending entries list of a group: entries delivered and not yet acknowledged, in the order of their ids. A directory
 * of blocks, each a row of items in words: id (4), consumer, time of delivery in ms (2), number of deliveries (2).
 */

const ITEM_WORDS = 9;
const ITEMS_LEAST = 4;
const ITEMS_MAX = 64;

/** `open` points it at a list. After `seek`, `find` or `next` it stands on an item, until one is added or removed. */
export class StreamPending {
  private readonly directory = new StreamDirectory();
  private slab!: Slab;
  private block = 0;
  private item = 0;
  private words: Int32Array = new Int32Array(0);
  private at = 0;
  private readonly scratchId = new StreamId();

  /** `ref` 0 is a list that has no directory yet. */
  open(slab: Slab, ref: number): this {
    this.slab = slab;
    this.directory.ref = 0;
    if (ref !== 0) this.directory.open(slab, ref);
    return this;
  }

  /** Where the directory is, to be kept by the owner. */
  get ref(): number {
    return this.directory.ref;
  }

  private stand(block: number, item: number): void {
    const ref = this.directory.refAt(block);
    this.block = block;
    this.item = item;
    this.words = this.slab.pages32[ref >>> REF_PAGE_SHIFT]!;
    this.at = ((ref & REF_UNIT_MASK) << 1) + item * ITEM_WORDS;
  }

  /** Goes to the first item at `id` or behind; false when there is none. */
  seek(id: StreamId): boolean {
    const { directory } = this;
    if (directory.ref === 0 || directory.count === 0) return false;
    const block = Math.max(0, directory.find(id));
    const size = directory.sizeAt(block);
    this.stand(block, 0);
    let low = 0;
    let high = size;
    const base = this.at;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (id.compareWords(this.words, base + middle * ITEM_WORDS) > 0) low = middle + 1;
      else high = middle;
    }
    this.item = low;
    this.at = base + low * ITEM_WORDS;
    if (low < size) return true;
    if (block + 1 === directory.count) return false;
    this.stand(block + 1, 0);
    return true;
  }

  find(id: StreamId): boolean {
    return this.seek(id) && id.compareWords(this.words, this.at) === 0;
  }

  /** Goes to the next item; false at the end. */
  next(): boolean {
    const { directory } = this;
    if (this.item + 1 < directory.sizeAt(this.block)) {
      this.item++;
      this.at += ITEM_WORDS;
      return true;
    }
    if (this.block + 1 >= directory.count) return false;
    this.stand(this.block + 1, 0);
    return true;
  }

  /** Goes to the last item; false in an empty list. */
  seekLast(): boolean {
    const { directory } = this;
    if (directory.ref === 0 || directory.count === 0) return false;
    this.stand(directory.count - 1, directory.sizeAt(directory.count - 1) - 1);
    return true;
  }

  readId(id: StreamId): StreamId {
    return id.read(this.words, this.at);
  }

  get consumer(): number {
    return this.words[this.at + 4]!;
  }

  set consumer(consumer: number) {
    this.words[this.at + 4] = consumer;
  }

  get deliveredAtMs(): number {
    return readNumber(this.words, this.at + 5);
  }

  set deliveredAtMs(timeMs: number) {
    writeNumber(this.words, this.at + 5, timeMs);
  }

  get deliveries(): number {
    return readNumber(this.words, this.at + 7);
  }

  set deliveries(count: number) {
    writeNumber(this.words, this.at + 7, count);
  }

  /** Adds an item for an id that is not there, and stands on it. */
  add(id: StreamId): void {
    const { directory, slab } = this;
    if (directory.ref === 0) directory.create(slab);
    if (directory.count === 0) directory.insert(0, id, slab.alloc(4 * ITEM_WORDS * ITEMS_LEAST), 0);
    let block = Math.max(0, directory.find(id));
    this.seekIn(block, id);
    if (directory.sizeAt(block) === ITEMS_MAX) {
      block = this.split(block);
      this.seekIn(block, id);
    } else this.grow(block);
    const size = directory.sizeAt(block);
    this.stand(block, this.item);
    this.words.copyWithin(this.at + ITEM_WORDS, this.at, this.at + (size - this.item) * ITEM_WORDS);
    id.write(this.words, this.at);
    if (this.item === 0) directory.setId(block, id);
    directory.setSize(block, size + 1);
  }

  /** Goes to where `id` belongs in a block. */
  private seekIn(block: number, id: StreamId): void {
    this.stand(block, 0);
    const size = this.directory.sizeAt(block);
    // Most ids are the largest so far.
    let item = size;
    while (item > 0 && id.compareWords(this.words, this.at + (item - 1) * ITEM_WORDS) < 0) item--;
    this.stand(block, item);
  }

  private grow(block: number): void {
    const { directory, slab } = this;
    const ref = directory.refAt(block);
    const size = directory.sizeAt(block);
    if (4 * ITEM_WORDS * (size + 1) <= slab.bytesOf(ref)) return;
    directory.setRef(block, this.copyItems(ref, 0, size, Math.min(ITEMS_MAX, 2 * size)));
    slab.release(ref);
  }

  /** A new block with items of another one. */
  private copyItems(from: number, first: number, count: number, capacity: number): number {
    const { slab } = this;
    const ref = slab.alloc(4 * ITEM_WORDS * capacity);
    const source = slab.pages32[from >>> REF_PAGE_SHIFT]!;
    const at = ((from & REF_UNIT_MASK) << 1) + first * ITEM_WORDS;
    const target = slab.pages32[ref >>> REF_PAGE_SHIFT]!;
    target.set(source.subarray(at, at + count * ITEM_WORDS), (ref & REF_UNIT_MASK) << 1);
    return ref;
  }

  /** Makes two blocks of a full one; the one into which the item goes that `item` was to precede. */
  private split(block: number): number {
    const { directory, item, scratchId } = this;
    // Behind the last item a block of its own begins, so that a list that only grows has full blocks.
    const keep = item === ITEMS_MAX ? ITEMS_MAX : ITEMS_MAX / 2;
    if (keep === ITEMS_MAX) {
      directory.insert(
        block + 1,
        this.readLast(block, scratchId),
        this.slab.alloc(4 * ITEM_WORDS * ITEMS_LEAST),
        0,
      );
      return block + 1;
    }
    const ref = directory.refAt(block);
    const behind = this.copyItems(ref, keep, ITEMS_MAX - keep, ITEMS_MAX);
    this.stand(block, keep);
    directory.insert(block + 1, this.readId(scratchId), behind, ITEMS_MAX - keep);
    directory.setSize(block, keep);
    return item <= keep ? block : block + 1;
  }

  private readLast(block: number, id: StreamId): StreamId {
    this.stand(block, this.directory.sizeAt(block) - 1);
    return this.readId(id);
  }

  /** Removes the item it stands on; it then stands before the next one: `next` must not be called, `seek` may. */
  remove(): void {
    const { directory, words, at, item, block } = this;
    const size = directory.sizeAt(block) - 1;
    if (size === 0) {
      this.slab.release(directory.refAt(block));
      directory.remove(block);
      return;
    }
    words.copyWithin(at, at + ITEM_WORDS, at + (size + 1 - item) * ITEM_WORDS);
    directory.setSize(block, size);
    if (item === 0) directory.setId(block, this.readId(this.scratchId));
    this.shrink(block, size);
  }

  /** Removes every item of a consumer. */
  removeAllOf(consumer: number): void {
    const { directory, scratchId } = this;
    for (let block = 0; block < directory.count; block++) {
      const size = directory.sizeAt(block);
      this.stand(block, 0);
      const { words, at } = this;
      let kept = 0;
      for (let i = 0; i < size; i++) {
        const from = at + i * ITEM_WORDS;
        if (words[from + 4] === consumer) continue;
        if (kept < i) words.copyWithin(at + kept * ITEM_WORDS, from, from + ITEM_WORDS);
        kept++;
      }
      if (kept === 0) {
        this.slab.release(directory.refAt(block));
        directory.remove(block--);
      } else {
        directory.setSize(block, kept);
        directory.setId(block, this.readId(scratchId));
        this.shrink(block, kept);
      }
    }
  }

  /** Calls `visit` standing on each item in turn; it may change the item, not the list. */
  forEach(visit: () => void): void {
    const { directory } = this;
    if (directory.ref === 0 || directory.count === 0) return;
    this.stand(0, 0);
    do visit();
    while (this.next());
  }

  private shrink(block: number, size: number): void {
    const { directory, slab } = this;
    const ref = directory.refAt(block);
    if (size < ITEMS_LEAST || 4 * 4 * ITEM_WORDS * size > slab.bytesOf(ref)) return;
    directory.setRef(block, this.copyItems(ref, 0, size, 2 * size));
    slab.release(ref);
  }

  /** Releases the list; as `ValueParts.release`. */
  release(steps: number): number {
    return this.directory.ref === 0 ? steps : this.directory.release(steps);
  }

  duplicate(): number {
    return this.directory.ref === 0 ? 0 : this.directory.duplicate();
  }

  get bytes(): number {
    return this.directory.ref === 0 ? 0 : this.directory.bytes;
  }
}
