import { INNER_ENTRIES, INNER_REFS, LEAF_ENTRIES, LEAF_REFS } from './order-tree-nodes.js';
import { BLOCK_EFFORT } from './lazy-free.js';
import { HEIGHT, OrderTreeSearch, ROOT, SIZE } from './order-tree-search.js';

/** A node of fewer entries than this tries to join a neighbour… */
const LEAF_ENTRIES_LOW = LEAF_ENTRIES >> 2;
const INNER_ENTRIES_LOW = INNER_ENTRIES >> 2;
/** …if the joined node leaves room for growth, so that it is not split again at once. */
const LEAF_ENTRIES_JOINED_MAX = (LEAF_ENTRIES * 3) >> 2;
const INNER_ENTRIES_JOINED_MAX = (INNER_ENTRIES * 3) >> 2;

/**
 * Order-statistic B+tree of (score, member): rank of an entry, entry of a rank, first entry of a range, each in
 * O(log n). Entries hold the score and the ref of a member cell; the cells are the caller's.
 *
 * One object serves all trees of a slab; what belongs to a single tree are its nodes and its head, three words at the
 * ref that every method takes first. `leaf` and `slot` are a cursor, which the next call of any method but the
 * cursor's own makes invalid.
 */
export class OrderTree extends OrderTreeSearch {
  /** Writes the head of an empty tree. */
  create(head: number): void {
    this.changing();
    this.setHead(head, ROOT, this.nodes.newLeaf());
    this.setHead(head, HEIGHT, 0);
    this.setHead(head, SIZE, 0);
  }

  /**
   * Releases nodes, the last ones first, for `steps` of effort; members and head are the caller's. What is left of the
   * steps, and 0 when there may be more nodes. From the first call on, the tree is of no other use.
   */
  free(head: number, steps = Infinity): number {
    this.changing();
    let left = steps;
    while (left > 0 && this.head(head, ROOT) !== 0) {
      this.freeLast(head);
      left -= BLOCK_EFFORT;
    }
    return Math.max(0, left);
  }

  /** Bytes of all nodes. */
  bytes(head: number): number {
    return this.nodeBytes(this.head(head, ROOT), this.head(head, HEIGHT));
  }

  private nodeBytes(node: number, height: number): number {
    let bytes = this.slab.bytesOf(node);
    for (let slot = height === 0 ? -1 : this.nodes.count(node) - 1; slot >= 0; slot--)
      bytes += this.nodeBytes(this.nodes.child(node, slot), height - 1);
    return bytes;
  }

  /** Releases the last leaf, or an inner node that has no children any more. */
  private freeLast(head: number): void {
    const { nodes } = this;
    let parent = 0;
    let node = this.head(head, ROOT);
    for (let height = this.head(head, HEIGHT); height > 0 && nodes.count(node) > 0; height--) {
      parent = node;
      node = nodes.child(node, nodes.count(node) - 1);
    }
    this.slab.release(node);
    if (parent === 0) this.setHead(head, ROOT, 0);
    else nodes.setCount(parent, nodes.count(parent) - 1);
  }

  /** Adds an entry that is not there yet. */
  insert(head: number, score: number, ref: number): void {
    const { nodes } = this;
    this.boundEntry(score, ref);
    const leaf = this.descend(head, 1);
    const slot = this.countBelow(leaf, LEAF_REFS, 0);
    this.setHead(head, SIZE, this.head(head, SIZE) + 1);
    if (nodes.count(leaf) === LEAF_ENTRIES) return this.insertSplitting(head, leaf, slot, score, ref);
    nodes.openLeafSlot(leaf, slot);
    nodes.setEntry(leaf, LEAF_REFS, slot, score, ref);
  }

  /** Removes an entry that is in the tree. */
  remove(head: number, score: number, ref: number): void {
    this.boundEntry(score, ref);
    const leaf = this.descend(head, -1);
    this.removeFrom(head, leaf, this.countBelow(leaf, LEAF_REFS, 0));
  }

  /** Removes the entry of a rank, which must be below the size; its member ref. */
  removeRank(head: number, rank: number): number {
    const { nodes, pathNodes, pathSlots } = this;
    const leaf = this.descendToRank(head, rank);
    this.changing();
    const height = this.head(head, HEIGHT);
    for (let level = 0; level < height; level++) nodes.addMembers(pathNodes[level]!, pathSlots[level]!, -1);
    const slot = pathSlots[height]!;
    const ref = nodes.ref(leaf, LEAF_REFS, slot);
    this.removeFrom(head, leaf, slot);
    return ref;
  }

  /** Gives an entry another score. The cell keeps its own copy, which is the caller's to change. */
  move(head: number, score: number, ref: number, newScore: number): void {
    const { nodes } = this;
    this.boundEntry(score, ref);
    const leaf = this.descend(head, 0);
    const slot = this.countBelow(leaf, LEAF_REFS, 0);
    // Where the order stays the same inside one leaf, nothing has to move.
    if (slot > 0 && slot < nodes.count(leaf) - 1) {
      if (nodes.score(leaf, slot - 1) < newScore && newScore < nodes.score(leaf, slot + 1)) {
        return nodes.setEntry(leaf, LEAF_REFS, slot, newScore, ref);
      }
    }
    for (let level = this.head(head, HEIGHT) - 1; level >= 0; level--) {
      nodes.addMembers(this.pathNodes[level]!, this.pathSlots[level]!, -1);
    }
    this.removeFrom(head, leaf, slot);
    this.insert(head, newScore, ref);
  }

  /** The leaf of the bound; the counts on the way change by `change`. */
  private descend(head: number, change: number): number {
    const { nodes } = this;
    this.changing();
    let node = this.head(head, ROOT);
    const height = this.head(head, HEIGHT);
    for (let level = 0; level < height; level++) {
      const slot = this.childOfBound(node);
      this.pathNodes[level] = node;
      this.pathSlots[level] = slot;
      nodes.addMembers(node, slot, change);
      node = nodes.child(node, slot);
    }
    return node;
  }

  /**
   * The node below `level` of the path has a new least entry: files it where it is looked at, which is not in the first
   * entries of nodes. Only removals make one: what is added below all entries goes to the first children.
   */
  private setLeast(level: number, score: number, ref: number): void {
    for (let i = level; i >= 0; i--) {
      const slot = this.pathSlots[i]!;
      if (slot !== 0) return this.nodes.setEntry(this.pathNodes[i]!, INNER_REFS, slot, score, ref);
    }
  }

  private insertSplitting(head: number, leaf: number, slot: number, score: number, ref: number): void {
    const { nodes } = this;
    const next = nodes.next(leaf);
    // Rows of growing or falling scores fill their leaves; anything else splits in the middle.
    let cut = LEAF_ENTRIES >> 1;
    if (slot === LEAF_ENTRIES && next === 0) cut = LEAF_ENTRIES;
    else if (slot === 0 && nodes.previous(leaf) === 0) cut = 0;
    const right = nodes.newLeaf();
    nodes.link(right, next);
    nodes.link(leaf, right);
    nodes.moveLeafEntries(leaf, cut, LEAF_ENTRIES - cut, right);
    const intoRight = slot > cut || cut === LEAF_ENTRIES;
    const target = intoRight ? right : leaf;
    const at = intoRight ? slot - cut : slot;
    nodes.openLeafSlot(target, at);
    nodes.setEntry(target, LEAF_REFS, at, score, ref);
    const height = this.head(head, HEIGHT);
    this.addChild(head, height - 1, leaf, right, LEAF_REFS, nodes.count(leaf), nodes.count(right));
  }

  /** The node `left` at the path's slot of `level` was split: files its new right neighbour. */
  private addChild(
    head: number,
    level: number,
    left: number,
    right: number,
    refs: number,
    leftMembers: number,
    rightMembers: number,
  ): void {
    const { nodes } = this;
    if (level < 0) return this.addRoot(head, left, right, refs, leftMembers, rightMembers);
    const inner = this.pathNodes[level]!;
    const slot = this.pathSlots[level]!;
    nodes.setChild(inner, slot, left, leftMembers);
    if (nodes.count(inner) < INNER_ENTRIES) return this.fileChild(inner, slot + 1, right, refs, rightMembers);
    const cut = slot === INNER_ENTRIES - 1 ? INNER_ENTRIES - 1 : INNER_ENTRIES >> 1;
    const sibling = nodes.newInner();
    nodes.moveInnerEntries(inner, cut, INNER_ENTRIES - cut, sibling);
    if (slot >= cut) this.fileChild(sibling, slot + 1 - cut, right, refs, rightMembers);
    else this.fileChild(inner, slot + 1, right, refs, rightMembers);
    this.addChild(
      head,
      level - 1,
      inner,
      sibling,
      INNER_REFS,
      nodes.membersBefore(inner, nodes.count(inner)),
      nodes.membersBefore(sibling, nodes.count(sibling)),
    );
  }

  private addRoot(
    head: number,
    left: number,
    right: number,
    refs: number,
    leftMembers: number,
    rightMembers: number,
  ): void {
    const root = this.nodes.newInner();
    this.fileChild(root, 0, left, refs, leftMembers);
    this.fileChild(root, 1, right, refs, rightMembers);
    this.setHead(head, ROOT, root);
    this.setHead(head, HEIGHT, this.head(head, HEIGHT) + 1);
  }

  private fileChild(inner: number, slot: number, child: number, refs: number, members: number): void {
    const { nodes } = this;
    nodes.openInnerSlot(inner, slot);
    nodes.setEntry(inner, INNER_REFS, slot, nodes.score(child, 0), nodes.ref(child, refs, 0));
    nodes.setChild(inner, slot, child, members);
  }

  private removeFrom(head: number, leaf: number, slot: number): void {
    const { nodes } = this;
    const level = this.head(head, HEIGHT) - 1;
    this.setHead(head, SIZE, this.head(head, SIZE) - 1);
    const left = nodes.closeLeafSlot(leaf, slot);
    if (level < 0) return;
    if (left === 0) {
      nodes.link(nodes.previous(leaf), nodes.next(leaf));
      this.slab.release(leaf);
      return this.dropChild(head, level);
    }
    if (slot === 0) this.setLeast(level, nodes.score(leaf, 0), nodes.ref(leaf, LEAF_REFS, 0));
    if (left < LEAF_ENTRIES_LOW) this.joinLeaves(head, level);
  }

  /** Takes the entry at the path's slot of `level` out of its node; its child is already released. */
  private dropChild(head: number, level: number): void {
    const { nodes } = this;
    const inner = this.pathNodes[level]!;
    const slot = this.pathSlots[level]!;
    const left = nodes.closeInnerSlot(inner, slot);
    if (level === 0) {
      if (left === 1) this.lowerRoot(head, inner);
      return;
    }
    if (left === 0) {
      this.slab.release(inner);
      return this.dropChild(head, level - 1);
    }
    if (slot === 0) this.setLeast(level - 1, nodes.score(inner, 0), nodes.ref(inner, INNER_REFS, 0));
    if (left < INNER_ENTRIES_LOW) this.joinInners(head, level - 1);
  }

  /** A root with a single child gives way to it. */
  private lowerRoot(head: number, root: number): void {
    const child = this.nodes.child(root, 0);
    const height = this.head(head, HEIGHT) - 1;
    this.slab.release(root);
    this.setHead(head, ROOT, child);
    this.setHead(head, HEIGHT, height);
    if (height > 0 && this.nodes.count(child) === 1) this.lowerRoot(head, child);
  }

  private joinLeaves(head: number, level: number): void {
    const { nodes } = this;
    const first = this.joinable(level, LEAF_ENTRIES_JOINED_MAX);
    if (first < 0) return;
    const inner = this.pathNodes[level]!;
    const left = nodes.child(inner, first);
    const right = nodes.child(inner, first + 1);
    nodes.link(left, nodes.next(right));
    nodes.moveLeafEntries(right, 0, nodes.count(right), left);
    this.dropJoined(head, level, first, right);
  }

  private joinInners(head: number, level: number): void {
    const { nodes } = this;
    const first = this.joinable(level, INNER_ENTRIES_JOINED_MAX);
    if (first < 0) return;
    const inner = this.pathNodes[level]!;
    const left = nodes.child(inner, first);
    const right = nodes.child(inner, first + 1);
    // What the first entry of `right` should be, which is going to be looked at.
    nodes.setEntry(
      right,
      INNER_REFS,
      0,
      nodes.score(inner, first + 1),
      nodes.ref(inner, INNER_REFS, first + 1),
    );
    nodes.moveInnerEntries(right, 0, nodes.count(right), left);
    this.dropJoined(head, level, first, right);
  }

  /** The left one of two neighbours, the path's slot of `level` among them, that fit one node; or -1. */
  private joinable(level: number, entriesMax: number): number {
    const { nodes } = this;
    const inner = this.pathNodes[level]!;
    const slot = this.pathSlots[level]!;
    const entries = nodes.count(nodes.child(inner, slot));
    if (slot + 1 < nodes.count(inner) && entries + nodes.count(nodes.child(inner, slot + 1)) <= entriesMax)
      return slot;
    if (slot > 0 && entries + nodes.count(nodes.child(inner, slot - 1)) <= entriesMax) return slot - 1;
    return -1;
  }

  private dropJoined(head: number, level: number, first: number, right: number): void {
    const inner = this.pathNodes[level]!;
    this.nodes.addMembers(inner, first, this.nodes.members(inner, first + 1));
    this.slab.release(right);
    this.pathSlots[level] = first + 1;
    this.dropChild(head, level);
  }
}
