import assert from 'node:assert/strict';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Bytes } from '../../src/bytes/bytes.js';
import { OrderTree } from '../../src/storage/order-tree.js';
import { INNER_REFS, LEAF_REFS, OrderTreeNodes } from '../../src/storage/order-tree-nodes.js';
import { HEIGHT, ROOT } from '../../src/storage/order-tree-search.js';
import { REF_PAGE_SHIFT, REF_UNIT_MASK, Slab } from '../../src/storage/slab.js';
import { writeVarint } from '../../src/storage/varint.js';

interface Entry {
  readonly score: number;
  readonly member: string;
  readonly ref: number;
}

/** A tree beside the sorted array it must agree with. */
class Checked {
  readonly slab = new Slab();
  readonly liveAtStart = this.slab.liveBytes;
  readonly tree = new OrderTree(this.slab);
  readonly nodes = new OrderTreeNodes(this.slab);
  readonly head = this.slab.alloc(16);
  readonly model: Entry[] = [];

  constructor() {
    this.tree.create(this.head);
  }

  cell(member: string): number {
    const ref = this.slab.alloc(8 + 5 + member.length);
    const page = this.slab.pages8[ref >>> REF_PAGE_SHIFT]!;
    const at = writeVarint(member.length, page, ((ref & REF_UNIT_MASK) << 3) + 8);
    page.set(Buffer.from(member, 'latin1'), at);
    return ref;
  }

  add(score: number, member: string): void {
    const entry = { score, member, ref: this.cell(member) };
    this.tree.insert(this.head, score, entry.ref);
    this.model.splice(this.place(entry), 0, entry);
  }

  place(entry: { score: number; member: string }): number {
    let low = 0;
    let high = this.model.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const other = this.model[middle]!;
      const below = other.score < entry.score || (other.score === entry.score && other.member < entry.member);
      if (below) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  move(rank: number, score: number): void {
    const [entry] = this.model.splice(rank, 1);
    this.tree.move(this.head, entry!.score, entry!.ref, score);
    const moved = { ...entry!, score };
    this.model.splice(this.place(moved), 0, moved);
  }

  remove(rank: number, byRank: boolean): void {
    const [entry] = this.model.splice(rank, 1);
    if (byRank) assert.equal(this.tree.removeRank(this.head, rank), entry!.ref);
    else this.tree.remove(this.head, entry!.score, entry!.ref);
    this.slab.release(entry!.ref);
  }

  walk(): Entry[] {
    const { tree } = this;
    const walked: Entry[] = [];
    if (tree.size(this.head) === 0) return walked;
    for (const ref of this.refs(0, false)) {
      tree.seek(this.head, walked.length);
      assert.equal(tree.ref, ref);
      walked.push({ score: tree.score, member: '', ref });
    }
    return walked;
  }

  walkBack(): number[] {
    const size = this.tree.size(this.head);
    return size === 0 ? [] : this.refs(size - 1, true);
  }

  /** The refs from a rank on, in runs of at most seven. */
  private refs(rank: number, reverse: boolean): number[] {
    const { tree } = this;
    const refs: number[] = [];
    const run = new Int32Array(7);
    tree.seek(this.head, rank);
    while (tree.leaf !== 0) refs.push(...run.subarray(0, tree.readRun(7, reverse, run)));
    return refs;
  }

  /** Every node against what its parent says of it. */
  checkNodes(): void {
    const words = this.slab.pages32[this.head >>> REF_PAGE_SHIFT]!;
    const at = (this.head & REF_UNIT_MASK) << 1;
    assert.equal(this.checkNode(words[at + ROOT]!, words[at + HEIGHT]!), this.model.length);
  }

  private checkNode(node: number, height: number): number {
    const { nodes } = this;
    if (height === 0) return nodes.count(node);
    let members = 0;
    for (let slot = 0; slot < nodes.count(node); slot++) {
      const child = nodes.child(node, slot);
      // The first entry is never looked at.
      if (slot > 0) {
        const leaf = this.firstLeaf(child, height - 1);
        assert.equal(nodes.score(leaf, 0), nodes.score(node, slot));
        assert.equal(nodes.ref(leaf, LEAF_REFS, 0), nodes.ref(node, INNER_REFS, slot));
      }
      const below = this.checkNode(child, height - 1);
      assert.equal(below, nodes.members(node, slot));
      members += below;
    }
    return members;
  }

  private firstLeaf(node: number, height: number): number {
    return height === 0 ? node : this.firstLeaf(this.nodes.child(node, 0), height - 1);
  }

  check(): void {
    assert.equal(this.tree.size(this.head), this.model.length);
    assert.deepEqual(
      this.walk(),
      this.model.map(({ score, ref }) => ({ score, member: '', ref })),
    );
    assert.deepEqual(this.walkBack(), this.model.map(({ ref }) => ref).reverse());
    this.checkNodes();
  }

  /** Removes everything and expects the slab to be as it was. */
  end(): void {
    while (this.model.length > 0) this.remove(this.model.length >> 1, true);
    this.tree.free(this.head);
    this.slab.release(this.head);
    assert.equal(this.slab.liveBytes, this.liveAtStart);
  }
}

/** Few distinct scores and many equal ones, or all different. */
const scores = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.double({ noNaN: true }));
const step = fc.record({
  kind: fc.constantFrom('add', 'add', 'add', 'move', 'remove', 'removeRank', 'rank', 'rankOfScore'),
  times: fc.integer({ min: 1, max: 90 }),
  score: scores,
  spread: fc.constantFrom(0, 0.25, 1),
  at: fc.nat(),
});

test('agrees with a sorted array over long rows of changes and many equal scores', () => {
  const property = fc.property(fc.array(step, { minLength: 1, maxLength: 120 }), (steps) => {
    const checked = new Checked();
    let serial = 0;
    for (const { kind, times, score, spread, at } of steps) {
      for (let i = 0; i < times; i++) {
        const size = checked.model.length;
        const rank = size === 0 ? 0 : (at + i * 31) % size;
        if (kind === 'add') {
          const name = `${'long'.repeat(serial % 40)}${((serial * 7919) % 100_003).toString(36)}:${serial++}`;
          checked.add(score + i * spread, name);
        } else if (size === 0) continue;
        else if (kind === 'move') checked.move(rank, score + i * spread);
        else if (kind === 'remove') checked.remove(rank, false);
        else if (kind === 'removeRank') checked.remove(rank, true);
        else if (kind === 'rank') {
          const entry = checked.model[rank]!;
          assert.equal(checked.tree.rankOf(checked.head, entry.score, entry.ref), rank);
          assert.equal(checked.tree.ref, entry.ref);
        } else {
          const below = checked.model.filter((entry) => entry.score < score).length;
          const upTo = checked.model.filter((entry) => entry.score <= score).length;
          assert.equal(checked.tree.rankOfScore(checked.head, score, false), below);
          assert.equal(checked.tree.rankOfScore(checked.head, score, true), upTo);
          if (upTo < size) assert.equal(checked.tree.ref, checked.model[upTo]!.ref);
          else assert.equal(checked.tree.leaf, 0);
        }
      }
    }
    checked.check();
    checked.end();
  });
  expect(() => {
    fc.assert(property, { numRuns: 150 });
  }).not.toThrow();
});

test('finds members by their bytes where all scores are the same', () => {
  const checked = new Checked();
  for (let i = 0; i < 5000; i++) checked.add(0, ((i * 7919) % 5000).toString(36));
  for (let i = 0; i < 5200; i += 13) {
    const name = i.toString(36);
    const below = checked.model.filter(({ member }) => member < name).length;
    const upTo = checked.model.filter(({ member }) => member <= name).length;
    expect(checked.tree.rankOfMember(checked.head, Bytes.from(name), false)).toBe(below);
    expect(checked.tree.rankOfMember(checked.head, Bytes.from(name), true)).toBe(upTo);
  }
  checked.end();
});

test.each(['growing', 'falling'])('rows of %s scores fill their nodes', (direction) => {
  const checked = new Checked();
  for (let i = 0; i < 40_000; i++) {
    const score = direction === 'growing' ? i : -i;
    checked.tree.insert(checked.head, score, checked.cell(i.toString(36)));
  }
  const cells = 40_000 * 24;
  const perEntry = (checked.slab.liveBytes - checked.liveAtStart - cells) / 40_000;
  expect(perEntry).toBeLessThan(direction === 'growing' ? 12.9 : 14);
});

test('100,000 entries, all moved, and removed from both ends, leave nothing behind', () => {
  const checked = new Checked();
  const { tree, head, slab } = checked;
  const refs: number[] = [];
  const key = (i: number): number => (i * 7_919) % 100_003;
  for (let i = 0; i < 100_000; i++) {
    refs.push(checked.cell(i.toString(36)));
    tree.insert(head, key(i), refs[i]!);
  }
  for (let i = 0; i < 100_000; i++) tree.move(head, key(i), refs[i]!, key(99_999 - i) / 3);
  for (let i = 0; i < 50_000; i++) {
    slab.release(tree.removeRank(head, 0));
    slab.release(tree.removeRank(head, tree.size(head) - 1));
  }
  expect(tree.size(head)).toBe(0);
  tree.free(head);
  slab.release(head);
  expect(slab.liveBytes).toBe(checked.liveAtStart);
});
