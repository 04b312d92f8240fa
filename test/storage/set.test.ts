import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Bytes } from '../../src/bytes/bytes.js';
import type { Database } from '../../src/storage/database.js';
import { encodingName } from '../../src/storage/encoding.js';
import { Keyspace } from '../../src/storage/keyspace.js';
import { Representation } from '../../src/storage/representation.js';
import {
  createSet,
  setAdd,
  setForEach,
  setHas,
  setLength,
  setRandom,
  setRemove,
  setSample,
  setScan,
} from '../../src/storage/types/set.js';
import { recordBytes } from './record-bytes.js';
import { seeded } from './seeded-random.js';

const KEY = Bytes.from('key');
const view = new Bytes(new Uint8Array(0));

function database(): Database {
  const random = seeded(99);
  return new Keyspace({ shardCount: 2, databaseCount: 2, keysPerShardMax: 0, random }).databases[0]!;
}

function setOf(db: Database, members: readonly string[], key = KEY): number {
  let ref = createSet(db, key, Bytes.from(members[0]!));
  for (const member of members) ref = setAdd(db, ref, Bytes.from(member));
  return ref;
}

function numbered(count: number, prefix = ''): string[] {
  return Array.from({ length: count }, (_, i) => `${prefix}${i}`);
}

function members(db: Database, ref: number): string[] {
  const found: string[] = [];
  setForEach(db, ref, (member) => {
    found.push(member.toString());
  });
  return found;
}

const text = fc.oneof(
  { weight: 10, arbitrary: fc.integer({ min: -100, max: 400 }).map(String) },
  { weight: 2, arbitrary: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String) },
  { weight: 2, arbitrary: fc.integer().map(String) },
);
const anyText = fc.oneof(
  { weight: 20, arbitrary: text },
  { weight: 1, arbitrary: fc.string({ maxLength: 200, unit: 'binary-ascii' }) },
);

describe('sets', () => {
  test.each([
    ['integers', text],
    ['integers and, sooner or later, other members', anyText],
    ['words', fc.nat(200).map((n) => `member:${n}`)],
  ])('of %s agree with a Set over long runs of changes', (_name, member) => {
    const operation = fc.tuple(fc.constantFrom('add', 'add', 'add', 'remove'), member);
    fc.assert(
      fc.property(
        fc.array(operation, { maxLength: 700 }),
        fc.constantFrom(8, 100, 512),
        (operations, intsMax) => {
          const db = database();
          db.keyspace.encodingLimits.setIntsMax = intsMax;
          const liveBefore = recordBytes(db.keyspace);
          let ref = createSet(db, KEY, Bytes.from('1'));
          const oracle = new Set<string>();
          for (const [what, name] of operations) {
            if (what === 'add') {
              ref = setAdd(db, ref, Bytes.from(name));
              oracle.add(name);
            } else {
              ref = setRemove(db, ref, Bytes.from(name));
              oracle.delete(name);
            }
            expect(setLength(db, ref)).toBe(oracle.size);
            expect(setHas(db, ref, Bytes.from(name))).toBe(what === 'add');
          }
          expect(members(db, ref).sort()).toEqual([...oracle].sort());
          db.remove(ref);
          expect(recordBytes(db.keyspace)).toBe(liveBefore);
        },
      ),
      { numRuns: 50 },
    );
  });

  test('of integers are sorted and report intset up to the limit, and never again afterwards', () => {
    const db = database();
    let ref = setOf(db, ['3', '-7', '100000', '9223372036854775807', '-9223372036854775808', '0']);
    expect(members(db, ref)).toEqual([
      '-9223372036854775808',
      '-7',
      '0',
      '3',
      '100000',
      '9223372036854775807',
    ]);
    expect(encodingName(db, ref)).toBe('intset');
    ref = setAdd(db, ref, Bytes.from('x'));
    expect(encodingName(db, ref)).toBe('hashtable');
    expect(encodingName(db, setRemove(db, ref, Bytes.from('x')))).toBe('hashtable');
    db.remove(db.find(KEY));

    ref = setOf(db, numbered(512));
    expect(encodingName(db, ref)).toBe('intset');
    ref = setAdd(db, ref, Bytes.from('512'));
    expect(encodingName(db, ref)).toBe('hashtable');
    expect(setLength(db, ref)).toBe(513);
  });

  test('are packed while they are small and a dictionary afterwards', () => {
    const db = database();
    const ref = setOf(db, numbered(64, 'm'));
    expect(db.representation(ref)).toBe(Representation.SET_PACKED);
    expect(members(db, ref)).toEqual(numbered(64, 'm'));
    expect(db.representation(setAdd(db, ref, Bytes.from('m64')))).toBe(Representation.SET_DICT);
  });

  test('of members of any length, the empty one included, find each of them', () => {
    const db = database();
    const texts = ['', 'a', 'b'.repeat(127), 'c'.repeat(128), 'd'.repeat(5000), 'e'.repeat(100_000)];
    const ref = setOf(db, texts);
    for (const member of texts) expect(setHas(db, ref, Bytes.from(member))).toBe(true);
    expect(setHas(db, ref, Bytes.from('b'.repeat(126)))).toBe(false);
    expect(members(db, ref).sort()).toEqual([...texts].sort());
  });

  test.each([
    ['integers', numbered(90)],
    ['a few words', numbered(50, 'm')],
    ['many words', numbered(900, 'm')],
  ])('a sample of %s has different members, each as often as any other', (_name, all) => {
    const db = database();
    const ref = setOf(db, all);
    const counts = new Map<string, number>();
    const rounds = 2000;
    for (const share of [0.2, 0.8]) {
      const take = Math.floor(all.length * share);
      for (let round = 0; round < rounds; round++) {
        const seen = new Set<string>();
        setSample(db, ref, take, (member) => seen.add(member.toString()));
        expect(seen.size).toBe(take);
        for (const member of seen) counts.set(member, (counts.get(member) ?? 0) + 1);
      }
    }
    for (const count of counts.values()) expect(Math.abs(count - rounds)).toBeLessThan(rounds * 0.15);
    expect(counts.size).toBe(all.length);
    for (let i = 0; i < 100; i++) {
      setRandom(db, ref, view);
      expect(all).toContain(view.toString());
    }
  });

  test('a scan meets every member that stays while the set shrinks under it', () => {
    const db = database();
    let ref = setOf(db, [...numbered(1000, 'stays:'), ...numbered(20_000, 'goes:')]);
    const seen = new Set<string>();
    let gone = 0;
    let cursor = 0;
    do {
      cursor = setScan(db, ref, cursor, 10, (member) => seen.add(member.toString()));
      for (let i = 0; i < 40; i++) ref = setRemove(db, ref, Bytes.from(`goes:${gone++}`));
    } while (cursor !== 0);
    for (const member of numbered(1000, 'stays:')) expect(seen.has(member)).toBe(true);
  });

  test.each([
    ['integers', numbered(300)],
    ['integers and one word', [...numbered(300), 'word']],
    ['words', numbered(300, 'm')],
  ])('a set of %s may be walked while its members are added to another set', (_name, all) => {
    const db = database();
    const from = setOf(db, all);
    for (const first of ['1', 'w']) {
      let to = createSet(db, Bytes.from('copy'), Bytes.from(first));
      to = setAdd(db, to, Bytes.from(first));
      setForEach(db, from, (member) => {
        expect(setHas(db, from, member)).toBe(true);
        to = setAdd(db, to, member);
      });
      expect(members(db, to).sort()).toEqual([...new Set([...all, first])].sort());
      db.remove(to);
    }
  });
});
