import { REF_PAGE_SHIFT, REF_UNIT_MASK, type Slab } from './slab.js';

/*
 * A node is one slab cell:
 *
 *   word 0   entries in use
 *   word 1   leaf: the next leaf, or 0
 *   word 2   leaf: the leaf before, or 0
 *   word 3   leaf: free places before the first entry, so that taking entries from the front moves none
 *   f64      score of each entry
 *   i32      member ref of each entry
 *   inner nodes only:
 *   i32      child of each entry, whose least (score, member) the entry holds
 *   i32      members below that child
 *
 * Leaves and inner nodes begin alike, so that one search serves both. The first entry of an inner node is never looked
 * at, for what is below the second one belongs to the first child: it may be out of date, and its member gone.
 */

/** 784 bytes: exactly a size class of the slab. 32 and 128 measured no better in time or memory. */
export const LEAF_ENTRIES = 64;
/** 696 bytes: exactly a size class of the slab. */
export const INNER_ENTRIES = 34;

/** The word of the free places. */
export const FREE_BEFORE = 3;
const HEADER_WORDS = 4;
export const HEADER_DOUBLES = 2;
export const LEAF_REFS = HEADER_WORDS + 2 * LEAF_ENTRIES;
export const INNER_REFS = HEADER_WORDS + 2 * INNER_ENTRIES;
const CHILDREN = INNER_REFS + INNER_ENTRIES;
const COUNTS = CHILDREN + INNER_ENTRIES;
const LEAF_BYTES = 4 * (LEAF_REFS + LEAF_ENTRIES);
const INNER_BYTES = 4 * (COUNTS + INNER_ENTRIES);

/** Reads and writes the parts of nodes. `refs` is LEAF_REFS or INNER_REFS, as the node is. */
export class OrderTreeNodes {
  /** Set by `childOfRank`. */
  rankInChild = 0;

  constructor(readonly slab: Slab) {}

  newLeaf(): number {
    return this.newNode(LEAF_BYTES);
  }

  newInner(): number {
    return this.newNode(INNER_BYTES);
  }

  private newNode(bytes: number): number {
    const node = this.slab.alloc(bytes);
    const words = this.words(node);
    const at = this.at(node);
    words[at] = words[at + 1] = words[at + 2] = words[at + 3] = 0;
    return node;
  }

  words(node: number): Int32Array {
    return this.slab.pages32[node >>> REF_PAGE_SHIFT]!;
  }

  /** Word offset of the node in its page. */
  at(node: number): number {
    return (node & REF_UNIT_MASK) << 1;
  }

  count(node: number): number {
    return this.slab.pages32[node >>> REF_PAGE_SHIFT]![(node & REF_UNIT_MASK) << 1]!;
  }

  setCount(node: number, count: number): void {
    this.slab.pages32[node >>> REF_PAGE_SHIFT]![(node & REF_UNIT_MASK) << 1] = count;
  }

  next(leaf: number): number {
    return this.slab.pages32[leaf >>> REF_PAGE_SHIFT]![((leaf & REF_UNIT_MASK) << 1) + 1]!;
  }

  previous(leaf: number): number {
    return this.slab.pages32[leaf >>> REF_PAGE_SHIFT]![((leaf & REF_UNIT_MASK) << 1) + 2]!;
  }

  /** Makes `second` follow `first`; either may be 0. */
  link(first: number, second: number): void {
    if (first !== 0) this.words(first)[this.at(first) + 1] = second;
    if (second !== 0) this.words(second)[this.at(second) + 2] = first;
  }

  score(node: number, slot: number): number {
    const place = this.place(node, slot);
    return this.slab.pagesF64[node >>> REF_PAGE_SHIFT]![(node & REF_UNIT_MASK) + HEADER_DOUBLES + place]!;
  }

  ref(node: number, refs: number, slot: number): number {
    return this.words(node)[this.at(node) + refs + this.place(node, slot)]!;
  }

  setEntry(node: number, refs: number, slot: number, score: number, ref: number): void {
    const page = node >>> REF_PAGE_SHIFT;
    const place = this.place(node, slot);
    this.slab.pagesF64[page]![(node & REF_UNIT_MASK) + HEADER_DOUBLES + place] = score;
    this.slab.pages32[page]![((node & REF_UNIT_MASK) << 1) + refs + place] = ref;
  }

  /** Where an entry stands in the arrays. */
  private place(node: number, slot: number): number {
    return this.slab.pages32[node >>> REF_PAGE_SHIFT]![((node & REF_UNIT_MASK) << 1) + FREE_BEFORE]! + slot;
  }

  child(inner: number, slot: number): number {
    return this.slab.pages32[inner >>> REF_PAGE_SHIFT]![((inner & REF_UNIT_MASK) << 1) + CHILDREN + slot]!;
  }

  members(inner: number, slot: number): number {
    return this.slab.pages32[inner >>> REF_PAGE_SHIFT]![((inner & REF_UNIT_MASK) << 1) + COUNTS + slot]!;
  }

  addMembers(inner: number, slot: number, change: number): void {
    this.slab.pages32[inner >>> REF_PAGE_SHIFT]![((inner & REF_UNIT_MASK) << 1) + COUNTS + slot]! += change;
  }

  setChild(inner: number, slot: number, child: number, members: number): void {
    const words = this.words(inner);
    const at = this.at(inner) + slot;
    words[at + CHILDREN] = child;
    words[at + COUNTS] = members;
  }

  /** The child that holds the entry of a rank; `rankInChild` is then its rank there. */
  childOfRank(inner: number, rank: number): number {
    const words = this.words(inner);
    const counts = this.at(inner) + COUNTS;
    let slot = 0;
    let rest = rank;
    for (let members = words[counts]!; rest >= members; members = words[counts + slot]!) {
      rest -= members;
      slot++;
    }
    this.rankInChild = rest;
    return slot;
  }

  /** Members below all children before `slot`. */
  membersBefore(inner: number, slot: number): number {
    const words = this.words(inner);
    const counts = this.at(inner) + COUNTS;
    let members = 0;
    for (let i = 0; i < slot; i++) members += words[counts + i]!;
    return members;
  }

  /** Makes room for an entry at `slot` of a leaf that is not full; the count grows. */
  openLeafSlot(leaf: number, slot: number): void {
    const words = this.words(leaf);
    const at = this.at(leaf);
    const count = words[at]!;
    const free = words[at + FREE_BEFORE]!;
    words[at] = count + 1;
    if (free > 0 && (slot < count >> 1 || free + count === LEAF_ENTRIES)) {
      words[at + FREE_BEFORE] = free - 1;
      this.shiftDown(leaf, free, free + slot);
    } else this.shiftUp(leaf, free + slot, free + count);
  }

  /** Takes out the leaf's entry at `slot`; how many are left. */
  closeLeafSlot(leaf: number, slot: number): number {
    const words = this.words(leaf);
    const at = this.at(leaf);
    const left = words[at]! - 1;
    const free = words[at + FREE_BEFORE]!;
    words[at] = left;
    if (slot <= left >> 1) {
      words[at + FREE_BEFORE] = free + 1;
      this.shiftUp(leaf, free, free + slot);
    } else this.shiftDown(leaf, free + slot + 1, free + left + 1);
    return left;
  }

  /** Shifts the entries at places `[from, to)` of a leaf by one, towards the end. */
  private shiftUp(leaf: number, from: number, to: number): void {
    const words = this.words(leaf);
    const scores = this.slab.pagesF64[leaf >>> REF_PAGE_SHIFT]!;
    const firstScore = (leaf & REF_UNIT_MASK) + HEADER_DOUBLES;
    const firstRef = this.at(leaf) + LEAF_REFS;
    for (let i = to; i > from; i--) {
      scores[firstScore + i] = scores[firstScore + i - 1]!;
      words[firstRef + i] = words[firstRef + i - 1]!;
    }
  }

  /** Shifts the entries at places `[from, to)` of a leaf by one, towards the front. */
  private shiftDown(leaf: number, from: number, to: number): void {
    const words = this.words(leaf);
    const scores = this.slab.pagesF64[leaf >>> REF_PAGE_SHIFT]!;
    const firstScore = (leaf & REF_UNIT_MASK) + HEADER_DOUBLES;
    const firstRef = this.at(leaf) + LEAF_REFS;
    for (let i = from; i < to; i++) {
      scores[firstScore + i - 1] = scores[firstScore + i]!;
      words[firstRef + i - 1] = words[firstRef + i]!;
    }
  }

  /** Shifts the inner node's entries from `slot` on by one; the count grows. */
  openInnerSlot(inner: number, slot: number): void {
    for (let i = this.count(inner); i > slot; i--) this.copyInner(inner, i - 1, inner, i);
    this.setCount(inner, this.count(inner) + 1);
  }

  /** Takes out the inner node's entry at `slot`; how many are left. */
  closeInnerSlot(inner: number, slot: number): number {
    const count = this.count(inner) - 1;
    for (let i = slot; i < count; i++) this.copyInner(inner, i + 1, inner, i);
    this.setCount(inner, count);
    return count;
  }

  /** Moves `moved` entries of one leaf, its last ones from `first` on, to the end of another one. */
  moveLeafEntries(from: number, first: number, moved: number, to: number): void {
    const at = this.count(to);
    this.closeUp(to);
    for (let i = 0; i < moved; i++) {
      this.setEntry(to, LEAF_REFS, at + i, this.score(from, first + i), this.ref(from, LEAF_REFS, first + i));
    }
    this.setCount(to, at + moved);
    this.setCount(from, this.count(from) - moved);
  }

  /** Gives up the free places before the first entry of a leaf. */
  private closeUp(leaf: number): void {
    const words = this.words(leaf);
    const at = this.at(leaf);
    const free = words[at + FREE_BEFORE]!;
    const count = words[at]!;
    const scores = this.slab.pagesF64[leaf >>> REF_PAGE_SHIFT]!;
    const firstScore = (at >>> 1) + HEADER_DOUBLES;
    scores.copyWithin(firstScore, firstScore + free, firstScore + free + count);
    words.copyWithin(at + LEAF_REFS, at + LEAF_REFS + free, at + LEAF_REFS + free + count);
    words[at + FREE_BEFORE] = 0;
  }

  /** Moves `moved` entries of one inner node, its last ones from `first` on, to the end of another one. */
  moveInnerEntries(from: number, first: number, moved: number, to: number): void {
    const at = this.count(to);
    for (let i = 0; i < moved; i++) this.copyInner(from, first + i, to, at + i);
    this.setCount(to, at + moved);
    this.setCount(from, this.count(from) - moved);
  }

  private copyInner(from: number, fromSlot: number, to: number, toSlot: number): void {
    this.setEntry(to, INNER_REFS, toSlot, this.score(from, fromSlot), this.ref(from, INNER_REFS, fromSlot));
    this.setChild(to, toSlot, this.child(from, fromSlot), this.members(from, fromSlot));
  }
}
