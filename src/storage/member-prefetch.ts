import type { KeyHash } from '../bytes/hash.js';
import { dictOf } from './dict-record.js';
import { Dict } from './dict.js';
import type { RankBatch } from './rank-batch.js';
import { PREFETCH_MAX, type RecordShards } from './record-shards.js';
import { Representation } from './representation.js';
import { REF_PAGE_SHIFT, REF_UNIT_MASK, type Slab } from './slab.js';
import { dictOfTree } from './types/sorted-set-tree.js';

/**
 * Loads what looking up members of large aggregates will need: of a batch first all slots of their dictionaries, then
 * all entries. The loads do not depend on each other, so their cache misses overlap. Everything is a guess: whoever
 * looks up afterwards compares hashes and bytes.
 */
export class MemberPrefetch {
  private readonly dict: Dict;
  /** Hashes of the members of the open dictionary. */
  private readonly hashes = new Int32Array(PREFETCH_MAX);
  private hashCount = 0;
  private readonly entries = new Int32Array(PREFETCH_MAX);
  private entryCount = 0;
  /** The dictionary that `dict` is open on; 0 at the start of a batch, since it may have changed since. */
  private opened = 0;
  /** The tree of the open dictionary, if that is one of a sorted set. */
  private openedTree = 0;
  /** The first tree of the batch, and which of the entries are its members. */
  private tree = 0;
  private treeFrom = 0;
  private treeTo = 0;
  /** Keeps the loads from being optimised away. */
  sink = 0;

  constructor(
    private readonly slab: Slab,
    private readonly hash: KeyHash,
    private readonly rankBatch: RankBatch,
  ) {
    this.dict = new Dict(slab, hash, { prefixBytes: 0, hasValues: false }, () => 0);
  }

  /** Takes in a member, the bytes `[offset, offset + length)` of a view, in what `record` of `db` holds, whatever that is. */
  add(db: RecordShards, record: number, view: DataView, offset: number, length: number): void {
    const representation = db.representation(record);
    const isTree = representation === Representation.ZSET_TREE;
    if (!isTree && representation !== Representation.SET_DICT && representation !== Representation.HASH_DICT)
      return;
    const owned = dictOf(db, record);
    const dict = isTree ? dictOfTree(this.slab, owned) : owned;
    if (dict !== this.opened) {
      this.guess();
      this.dict.open(dict);
      this.opened = dict;
      this.openedTree = isTree ? owned : 0;
    }
    this.hashes[this.hashCount++] = this.hash.computeViewed(view, offset, length);
  }

  /** Loads the slots of the open dictionary: in a loop of their own, since the processor looks only so far ahead. */
  private guess(): void {
    const { hashCount } = this;
    if (hashCount === 0) return;
    this.dict.guess(this.hashes, hashCount, this.entries, this.entryCount);
    if (this.tree === 0 && this.openedTree !== 0) {
      this.tree = this.openedTree;
      this.treeFrom = this.entryCount;
      this.treeTo = this.entryCount + hashCount;
    }
    this.entryCount += hashCount;
    this.hashCount = 0;
  }

  /** Loads all that was added; if `ranked`, the ranks of the first sorted set's members are found as well. */
  load(ranked: boolean): void {
    this.guess();
    const { entries, entryCount } = this;
    const { pages32 } = this.slab;
    let sum = 0;
    for (let i = 0; i < entryCount; i++) {
      const entry = entries[i]!;
      if (entry > 0 || entry < -1) sum ^= pages32[entry >>> REF_PAGE_SHIFT]![(entry & REF_UNIT_MASK) << 1]!;
    }
    this.sink = sum;
    if (ranked && this.tree !== 0) this.rankBatch.find(this.tree, entries, this.treeFrom, this.treeTo);
    this.entryCount = 0;
    this.opened = 0;
    this.tree = 0;
  }
}
