import { FREE_BEFORE, HEADER_DOUBLES, LEAF_ENTRIES, LEAF_REFS, OrderTreeNodes } from './order-tree-nodes.js';
import { HEIGHT, lessThan, ROOT } from './order-tree-search.js';
import { PREFETCH_MAX } from './record-shards.js';
import { REF_PAGE_SHIFT, REF_UNIT_MASK, type Slab } from './slab.js';

/** Keeps the place of a double inside its page. */
const PAGE_DOUBLES_MASK = REF_UNIT_MASK;

/**
 * Ranks of the entries that a batch of requests names, found together before the first request is executed: a level of
 * the tree at a time for all of them, so that their cache misses overlap. ZRANK in 1M members takes 1.37 instead of 1.51
 * microseconds.
 */
export class RankBatch {
  private readonly nodes: OrderTreeNodes;
  private readonly entries = new Int32Array(PREFETCH_MAX);
  private readonly scores = new Float64Array(PREFETCH_MAX);
  /** Where the descents have got to. */
  private readonly at = new Int32Array(PREFETCH_MAX);
  /** Entries before what a descent has got to; at last the rank of the entry, or -1 if it was not found. */
  private readonly ranks = new Int32Array(PREFETCH_MAX);
  /** In the leaf, how many scores are known to be less. */
  private readonly less = new Int32Array(PREFETCH_MAX);
  private count = 0;
  /** The first one that was not asked for. */
  private next = 0;
  /** `Slab.orderChanges` when the ranks were right. */
  private orderChanges = -1;

  constructor(private readonly slab: Slab) {
    this.nodes = new OrderTreeNodes(slab);
  }

  /** Finds the ranks of `entries[from, to)`, member cells of the tree at `head`, or no refs. */
  find(head: number, entries: Int32Array, from: number, to: number): void {
    const { slab } = this;
    const root = this.head(head, ROOT);
    let count = 0;
    for (let i = from; i < to; i++) {
      const entry = entries[i]!;
      if (entry === 0 || entry === -1) continue;
      this.entries[count] = entry;
      this.scores[count] = slab.pagesF64[entry >>> REF_PAGE_SHIFT]![entry & REF_UNIT_MASK]!;
      this.at[count] = root;
      this.ranks[count] = 0;
      this.less[count++] = 0;
    }
    this.count = count;
    this.next = 0;
    this.orderChanges = slab.orderChanges;
    for (let height = this.head(head, HEIGHT); height > 0; height--) this.descend();
    this.searchLeaves();
    this.finish();
  }

  private head(head: number, word: number): number {
    return this.slab.pages32[head >>> REF_PAGE_SHIFT]![((head & REF_UNIT_MASK) << 1) + word]!;
  }

  /** Goes from inner nodes to the last children whose least score is less, or to the first. */
  private descend(): void {
    const { at, count, nodes, ranks, scores, slab } = this;
    for (let i = 0; i < count; i++) {
      const inner = at[i]!;
      const firstScore = (inner & REF_UNIT_MASK) + HEADER_DOUBLES;
      const nodeScores = slab.pagesF64[inner >>> REF_PAGE_SHIFT]!;
      const slot = lessThan(nodeScores, firstScore, 1, nodes.count(inner), scores[i]!) - 1;
      ranks[i]! += nodes.membersBefore(inner, slot);
      at[i] = nodes.child(inner, slot);
    }
  }

  /**
   * Binary searches in all leaves, a step of each at a time, without a branch that depends on what is loaded: a
   * mispredicted one would keep the processor from going on to the next leaf.
   */
  private searchLeaves(): void {
    const { at, count, less, scores, slab } = this;
    const { pages32, pagesF64 } = slab;
    for (let half = LEAF_ENTRIES >> 1; half > 0; half >>= 1) {
      for (let i = 0; i < count; i++) {
        const leaf = at[i]!;
        const words = pages32[leaf >>> REF_PAGE_SHIFT]!;
        const header = (leaf & REF_UNIT_MASK) << 1;
        const probe = less[i]! + half;
        const place = (leaf & REF_UNIT_MASK) + HEADER_DOUBLES + words[header + FREE_BEFORE]! + probe - 1;
        const isLess = pagesF64[leaf >>> REF_PAGE_SHIFT]![place & PAGE_DOUBLES_MASK]! < scores[i]!;
        less[i] = less[i]! + (half & -(+isLess & +(probe <= words[header]!)));
      }
    }
  }

  /** The entry is the first one whose score is not less, unless others have the same: those are left to the caller. */
  private finish(): void {
    const { at, count, entries, less, nodes, ranks } = this;
    for (let i = 0; i < count; i++) {
      let leaf = at[i]!;
      let slot = less[i]!;
      ranks[i]! += slot;
      // The least entry of a leaf is not less than itself: the descent has come to the leaf before.
      if (slot === nodes.count(leaf)) {
        leaf = nodes.next(leaf);
        slot = 0;
      }
      if (leaf === 0 || nodes.ref(leaf, LEAF_REFS, slot) !== entries[i]) ranks[i] = -1;
    }
  }

  /** Rank of an entry that is in a tree, if it was found and no tree has changed since; else -1. */
  rankOf(entry: number): number {
    const { count, entries } = this;
    if (this.orderChanges !== this.slab.orderChanges) return -1;
    for (let i = this.next; i < count; i++) {
      if (entries[i] !== entry) continue;
      this.next = i + 1;
      return this.ranks[i]!;
    }
    return -1;
  }
}
