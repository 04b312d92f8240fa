import type { Bytes } from '../../bytes/bytes.js';
import { Dict, PLACES_MAX } from '../dict.js';
import { becomeDict, dictOf } from '../dict-record.js';
import type { Database } from '../database.js';
import type { Keyspace } from '../keyspace.js';
import { OrderTree } from '../order-tree.js';
import { LEAF_ENTRIES } from '../order-tree-nodes.js';
import type { RankBatch } from '../rank-batch.js';
import { Representation } from '../representation.js';
import { REF_PAGE_SHIFT, REF_UNIT_MASK, type Slab } from '../slab.js';

/*
 * A large sorted set: its record names a head, a slab cell of four words: the tree's three, and the ref of the
 * dictionary. A member is one cell, `[f64 score][varint length][member]`, that the dictionary finds by the member and
 * the tree by (score, member).
 */

const DICT = 3;
const HEAD_BYTES = 16;
export const MEMBER_SHAPE = { prefixBytes: 8, hasValues: false };

/** The dictionary that a head names. */
export function dictOfTree(slab: Slab, head: number): number {
  return slab.pages32[head >>> REF_PAGE_SHIFT]![((head & REF_UNIT_MASK) << 1) + DICT]!;
}

/** A window on one large sorted set. */
export class TreeSortedSet {
  ref = 0;
  private readonly slab: Slab;
  private readonly dict: Dict;
  private readonly tree: OrderTree;
  private readonly rankBatch: RankBatch;
  private head = 0;
  /** Entries that `readRun` has taken. */
  private readonly run = new Int32Array(LEAF_ENTRIES);

  // What `find` found.
  private foundEntry = 0;
  private foundScore = 0;

  constructor(keyspace: Keyspace) {
    this.slab = keyspace.slab;
    this.dict = new Dict(keyspace.slab, keyspace.hash, MEMBER_SHAPE, keyspace.options.random);
    this.tree = new OrderTree(keyspace.slab);
    this.rankBatch = keyspace.rankBatch;
  }

  open(db: Database, ref: number): void {
    this.ref = ref;
    this.openHead(dictOf(db, ref));
  }

  /** Opens one that no record names: an index that some other value keeps beside itself. */
  openHead(head: number): void {
    this.head = head;
    // Another window may have changed the tree since.
    this.tree.forgetCursor();
    this.dict.open(this.dictRef);
  }

  /** The dictionary of the open sorted set. */
  get dictRef(): number {
    return dictOfTree(this.slab, this.head);
  }

  /** Makes an empty sorted set that no record names yet; its head. */
  createHead(): number {
    const head = (this.head = this.slab.alloc(HEAD_BYTES));
    this.tree.create(head);
    this.slab.pages32[head >>> REF_PAGE_SHIFT]![((head & REF_UNIT_MASK) << 1) + DICT] = this.dict.create();
    return head;
  }

  /** The record becomes the one of the open sorted set. What it named before is the caller's. */
  own(db: Database, ref: number, flags: number): void {
    this.ref = becomeDict(db, ref, Representation.ZSET_TREE, flags, this.head);
  }

  /** Makes room for `size` members at once. */
  reserve(size: number): void {
    this.dict.reserve(size);
  }

  get size(): number {
    return this.dict.size;
  }

  /** The score of a member, or NaN. */
  find(member: Bytes): number {
    const entry = (this.foundEntry = this.dict.find(member));
    return entry === 0 ? NaN : (this.foundScore = this.scoreOf(entry));
  }

  private scoreOf(entry: number): number {
    return this.slab.pagesF64[entry >>> REF_PAGE_SHIFT]![entry & REF_UNIT_MASK]!;
  }

  private setScore(entry: number, score: number): void {
    this.slab.pagesF64[entry >>> REF_PAGE_SHIFT]![entry & REF_UNIT_MASK] = score;
  }

  /** Rank of the member that `find` has just found. */
  rankOfFound(): number {
    const ahead = this.rankBatch.rankOf(this.foundEntry);
    return ahead >= 0 ? ahead : this.tree.rankOf(this.head, this.foundScore, this.foundEntry);
  }

  rankOfScore(score: number, orEqual: boolean): number {
    // An open end is common, and needs no descent.
    if (score === Infinity && orEqual) return this.size;
    return this.tree.rankOfScore(this.head, score, orEqual);
  }

  rankOfMember(member: Bytes, orEqual: boolean): number {
    return this.tree.rankOfMember(this.head, member, orEqual);
  }

  // Cursor

  seek(rank: number): void {
    this.tree.seek(this.head, rank);
  }

  /** Takes up to `count` entries from the cursor on, backwards if `reverse`, and moves it behind them; how many. */
  readRun(count: number, reverse: boolean): number {
    return this.tree.readRun(count, reverse, this.run);
  }

  /** Score of an entry of the run. */
  runScore(i: number): number {
    return this.scoreOf(this.run[i]!);
  }

  /** Points `view` at the member of an entry of the run. */
  runMember(i: number, view: Bytes): Bytes {
    return this.dict.key(this.run[i]!, view);
  }

  get score(): number {
    return this.tree.score;
  }

  member(view: Bytes): Bytes {
    return this.dict.key(this.tree.ref, view);
  }

  // Changing

  /** Adds a member that is not there. */
  insert(member: Bytes, score: number): void {
    const entry = this.dict.add(member);
    this.setScore(entry, score);
    this.tree.insert(this.head, score, entry);
  }

  /** Gives the member that `find` has just found another score. */
  update(_member: Bytes, score: number): void {
    const entry = this.foundEntry;
    if (this.slab.watch !== null) this.slab.watch.entryChanging(this.dictRef, entry);
    this.tree.move(this.head, this.foundScore, entry, score);
    this.setScore(entry, score);
  }

  /**
   * Says that entries are removed one by one from the cursor on, backwards if `reverse`: one time in 16 what the next 16
   * removals need is loaded. ZPOPMIN from 1M takes 1.0 instead of 1.2 microseconds.
   */
  expectRemovals(reverse: boolean): void {
    if (this.tree.leafEntries % PLACES_MAX !== 0) return;
    this.dict.loadPlaces(this.run, this.tree.peekRun(PLACES_MAX, reverse, this.run));
  }

  /** Removes the member that `find` has just found. */
  removeFound(): void {
    this.tree.remove(this.head, this.foundScore, this.foundEntry);
    this.dict.removeFound(this.foundEntry);
  }

  /** Removes the entries of ranks `[from, to)`. */
  removeRanks(from: number, to: number): void {
    for (let count = to - from; count > 0; count--)
      this.dict.removeEntry(this.tree.removeRank(this.head, from));
  }

  /** Visits about `count` members in the order of a scan; the next cursor, or 0. `visit` must change nothing. */
  scan(cursor: number, count: number, view: Bytes, visit: (member: Bytes, score: number) => void): number {
    return this.dict.scan(cursor, count, (entry) => {
      visit(this.dict.key(entry, view), this.scoreOf(entry));
    });
  }

  /** Bytes of all of it; those of members by so many samples, or by all of them for 0. */
  bytes(samples: number): number {
    return this.slab.bytesOf(this.head) + this.tree.bytes(this.head) + this.dict.bytes(samples);
  }

  /** Gives back members, tree and head of the open sorted set; as `ValueParts.release`. */
  release(steps: number): number {
    const afterTree = this.tree.free(this.head, steps);
    if (afterTree === 0) return 0;
    const left = this.dict.release(afterTree);
    if (left > 0) this.slab.release(this.head);
    return left;
  }
}
