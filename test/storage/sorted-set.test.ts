import assert from 'node:assert/strict';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Bytes } from '../../src/bytes/bytes.js';
import { Keyspace } from '../../src/storage/keyspace.js';
import { Representation } from '../../src/storage/representation.js';
import type { SortedSet } from '../../src/storage/types/sorted-set.js';
import { readScore, scoreKind, SCORE_BYTES, writeScore } from '../../src/storage/types/sorted-set-score.js';
import { recordBytes } from './record-bytes.js';
import { seeded } from './seeded-random.js';

const KEY = Bytes.from('scores');

function newKeyspace(): Keyspace {
  return new Keyspace({ shardCount: 1, databaseCount: 1, keysPerShardMax: 0, random: seeded(12_345) });
}

type Entry = readonly [member: string, score: number];

/** A sorted set beside a map it must agree with. */
class Checked {
  readonly keyspace = newKeyspace();
  readonly db = this.keyspace.databases[0]!;
  readonly liveAtStart = recordBytes(this.keyspace);
  readonly model = new Map<string, number>();
  readonly view = new Bytes(new Uint8Array(0));

  get set(): SortedSet {
    const ref = this.db.find(KEY);
    return ref === 0
      ? this.keyspace.sortedSet.create(this.db, KEY)
      : this.keyspace.sortedSet.open(this.db, ref);
  }

  put(member: string, score: number): void {
    const { set } = this;
    set.set(Bytes.from(member), score);
    this.model.set(member, score === 0 && set.encoding === 'listpack' ? 0 : score); // a listpack knows no -0
  }

  remove(member: string): void {
    const { set } = this;
    const score = set.find(Bytes.from(member));
    assert.equal(score, this.model.get(member) ?? NaN);
    if (!Number.isNaN(score)) set.removeFound();
    this.model.delete(member);
    this.removeIfEmpty(set);
  }

  removeRanks(from: number, to: number): void {
    const { set } = this;
    if (from >= to) return;
    for (const [member] of this.sorted().slice(from, to)) this.model.delete(member);
    set.removeRanks(from, to);
    this.removeIfEmpty(set);
  }

  removeIfEmpty(set: SortedSet): void {
    if (set.size === 0) this.db.remove(set.ref);
  }

  sorted(): Entry[] {
    return [...this.model].sort(([a, x], [b, y]) => (x === y ? (a < b ? -1 : 1) : x - y));
  }

  check(): void {
    if (this.model.size === 0) {
      assert.equal(this.db.find(KEY), 0);
      return;
    }
    const expected = this.sorted();
    const { set } = this;
    const walked: Entry[] = [];
    set.forEach((member, score) => {
      walked.push([member.toString(), score]);
    });
    assert.deepEqual(walked, expected);
    const back: Entry[] = [];
    set.seek(set.size - 1);
    for (let left = set.size; left > 0;) {
      const run = set.readRun(left, true);
      for (let i = 0; i < run; i++) back.push([set.runMember(i, this.view).toString(), set.runScore(i)]);
      left -= run;
    }
    assert.deepEqual(back, expected.reverse());
    expected.reverse().forEach(([member, score], rank) => {
      assert.equal(set.find(Bytes.from(member)), score);
      assert.equal(set.rankOfFound(), rank);
    });
    assert.deepEqual(this.scanned(set), new Map(expected));
  }

  scanned(set: SortedSet): Map<string, number> {
    const seen = new Map<string, number>();
    let cursor = 0;
    do {
      cursor = set.scan(cursor, 10, (member, score) => {
        seen.set(member.toString(), score);
      });
    } while (cursor !== 0);
    return seen;
  }

  end(): void {
    const ref = this.db.find(KEY);
    if (ref !== 0) this.db.remove(ref);
    assert.equal(recordBytes(this.keyspace), this.liveAtStart);
  }
}

const member = fc.oneof(
  fc.integer({ min: 0, max: 300 }).map((i) => `member:${i}`),
  fc.string({ maxLength: 40 }),
  fc.integer({ min: 0, max: 400 }).map((length) => 'x'.repeat(length)),
);
const score = fc.oneof(
  fc.constantFrom(0, -0, 1, 1, 2),
  fc.integer(),
  fc.maxSafeInteger(),
  fc.double({ noNaN: true }),
  fc.constantFrom(Infinity, -Infinity, 0.5, -0.25, 2 ** 47, -(2 ** 47)),
);
const step = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(fc.constant('put'), member, score) },
  { weight: 2, arbitrary: fc.tuple(fc.constant('remove'), member, score) },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.constant('ranks'), member, fc.double({ min: 0, max: 1, noNaN: true })),
  },
  { weight: 1, arbitrary: fc.tuple(fc.constant('bounds'), member, score) },
);

test('agrees with a sorted map through growth, moves and removals, and leaves nothing behind', () => {
  const property = fc.property(fc.array(step, { minLength: 1, maxLength: 600, size: 'max' }), (steps) => {
    const checked = new Checked();
    for (const [kind, name, value] of steps) {
      if (kind === 'put') checked.put(name, value);
      else if (kind === 'remove') checked.remove(name);
      else if (checked.model.size === 0) continue;
      else if (kind === 'ranks') {
        const from = Math.floor(value * checked.model.size);
        checked.removeRanks(from, Math.min(checked.model.size, from + 1 + (name.length % 5)));
      } else {
        const scores = [...checked.model.values()];
        assert.equal(checked.set.rankOfScore(value, false), scores.filter((own) => own < value).length);
        assert.equal(checked.set.rankOfScore(value, true), scores.filter((own) => own <= value).length);
      }
    }
    checked.check();
    checked.end();
  });
  expect(() => {
    fc.assert(property, { numRuns: 120 });
  }).not.toThrow();
});

test('members of one score are ranked by their bytes, small set or large', () => {
  for (const size of [50, 5000]) {
    const checked = new Checked();
    for (let i = 0; i < size; i++) checked.put(((i * 7919) % size).toString(36), 0);
    const members = checked.sorted().map(([name]) => name);
    const ranks: number[][] = [];
    const expected: number[][] = [];
    for (let i = 0; i < size + 20; i += 7) {
      const bound = i.toString(36);
      const { set } = checked;
      ranks.push([set.rankOfMember(Bytes.from(bound), false), set.rankOfMember(Bytes.from(bound), true)]);
      expected.push([
        members.filter((name) => name < bound).length,
        members.filter((name) => name <= bound).length,
      ]);
    }
    expect(ranks).toEqual(expected);
    checked.end();
  }
});

test('a set turns into a tree as it grows, and keeps reporting what Redis would', () => {
  const checked = new Checked();
  for (let i = 0; i < 128; i++) checked.put(`m${i}`, i);
  expect(checked.set.encoding).toBe('listpack');
  checked.put('one more', 1);
  expect(checked.set.encoding).toBe('skiplist');
  expect(checked.db.representation(checked.db.find(KEY))).toBe(Representation.ZSET_TREE);
  checked.removeRanks(0, 120);
  expect(checked.set.encoding).toBe('skiplist');
  checked.check();
  checked.end();
});

test('only a skip list knows -0, as in Redis', () => {
  const checked = new Checked();
  checked.put('a', -0);
  expect(Object.is(checked.set.find(Bytes.from('a')), 0)).toBe(true);
  checked.put('x'.repeat(65), -0);
  checked.put('a', -0);
  expect(Object.is(checked.set.find(Bytes.from('a')), -0)).toBe(true);
  expect(Object.is(checked.set.find(Bytes.from('x'.repeat(65))), -0)).toBe(true);
  checked.remove('a');
  checked.check();
  checked.end();
});

test('a long member is reported as a skip list, whatever becomes of it', () => {
  const checked = new Checked();
  checked.put('x'.repeat(65), 1);
  expect(checked.set.encoding).toBe('skiplist');
  checked.put('short', 1);
  checked.remove('x'.repeat(65));
  expect(checked.set.encoding).toBe('skiplist');
  checked.end();
});

test('raised limits are reported, though the bytes are a tree', () => {
  const checked = new Checked();
  checked.keyspace.encodingLimits.zsetEntriesMax = 1000;
  for (let i = 0; i < 1000; i++) checked.put(`m${i}`, i);
  expect(checked.set.encoding).toBe('listpack');
  checked.put('one more', 1);
  expect(checked.set.encoding).toBe('skiplist');
});

test('100,000 members, all moved and then removed by rank, leave nothing behind', () => {
  const checked = new Checked();
  const random = seeded(12_345);
  const { set } = checked;
  for (let i = 0; i < 100_000; i++) set.set(Bytes.from(`element:${i}`), Math.floor(random() * 1000));
  for (let i = 0; i < 100_000; i++) set.set(Bytes.from(`element:${i}`), random());
  expect(set.size).toBe(100_000);
  while (set.size > 100) {
    const from = Math.floor(random() * (set.size - 100));
    set.removeRanks(from, from + 100);
  }
  set.removeRanks(0, set.size);
  checked.db.remove(set.ref);
  expect(recordBytes(checked.keyspace)).toBe(checked.liveAtStart);
});

test('every kind of score is read back as it was written', () => {
  const bytes = new Uint8Array(8);
  const property = fc.property(score, (value) => {
    const kind = scoreKind(value);
    writeScore(kind, value, bytes, 0);
    assert.ok(Object.is(readScore(kind, bytes, 0), value));
  });
  expect(() => {
    fc.assert(property, { numRuns: 5000 });
  }).not.toThrow();
  const bytesOf = (value: number): number => SCORE_BYTES[scoreKind(value)]!;
  expect([0, 127, -128, 128, 32_768, 2 ** 23, 2 ** 31, 0.5, 2 ** 47, 0.1].map(bytesOf)).toEqual([
    0, 1, 1, 2, 3, 4, 4, 4, 4, 8,
  ]);
});
