import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Bytes } from '../../src/bytes/bytes.js';
import { KeyHash } from '../../src/bytes/hash.js';
import { Dict } from '../../src/storage/dict.js';
import { REF_PAGE_SHIFT, REF_UNIT_MASK, Slab } from '../../src/storage/slab.js';

/** Numbers in [0, 1) that are the same in every run. */
function seeded(seed: number): () => number {
  let state = seed | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 0x1_0000_0000;
  };
}

const HASHES = { prefixBytes: 0, hasValues: true };
const SETS = { prefixBytes: 0, hasValues: false };
const SCORES = { prefixBytes: 8, hasValues: false };

function fixture(shape = HASHES, slab = new Slab()): { slab: Slab; dict: Dict; window: () => Dict } {
  const hash = new KeyHash(12345);
  const random = seeded(42);
  const window = (): Dict => new Dict(slab, hash, shape, random);
  return { slab, dict: window(), window };
}

const view = new Bytes(new Uint8Array(0));

function contents(dict: Dict): Map<string, string> {
  const found = new Map<string, string>();
  dict.forEach((entry) => {
    const key = dict.key(entry, view).toString();
    if (found.has(key)) throw new Error(`${key} is there twice`);
    found.set(key, dict.value(entry, view).toString());
  });
  return found;
}

type Operation = 'set' | 'remove' | 'find';

/** Whether the key was there before, for all three. */
function apply(dict: Dict, what: Operation, name: string, text: string): boolean {
  if (what === 'set') return !dict.set(Bytes.from(name), Bytes.from(text));
  return what === 'remove' ? dict.remove(Bytes.from(name)) : dict.find(Bytes.from(name)) !== 0;
}

function applyToMap(map: Map<string, string>, what: Operation, name: string, text: string): boolean {
  const present = map.has(name);
  if (what === 'set') map.set(name, text);
  if (what === 'remove') map.delete(name);
  return present;
}

describe('Dict', () => {
  test('agrees with a Map over long runs of sets, removals and look-ups, growing and shrinking', () => {
    const key = fc.oneof(
      fc.integer({ min: 0, max: 400 }).map((n) => `field:${n}`),
      fc.string({ maxLength: 300, unit: 'binary-ascii' }),
    );
    const value = fc.oneof(
      fc.string({ maxLength: 20 }),
      fc.nat(20_000).map((n) => 'v'.repeat(n)),
    );
    const operation = fc.oneof(
      { weight: 6, arbitrary: fc.tuple(fc.constant('set' as const), key, value) },
      { weight: 4, arbitrary: fc.tuple(fc.constant('remove' as const), key, fc.constant('')) },
      { weight: 2, arbitrary: fc.tuple(fc.constant('find' as const), key, fc.constant('')) },
    );
    fc.assert(
      fc.property(fc.array(operation, { minLength: 50, maxLength: 600 }), (operations) => {
        const { slab, dict, window } = fixture();
        const liveBefore = slab.liveBytes;
        const ref = dict.create();
        const oracle = new Map<string, string>();
        for (const [what, name, text] of operations) {
          // Another window each time: nothing of a dictionary may live in the object.
          const open = window().open(ref);
          expect(apply(open, what, name, text)).toBe(applyToMap(oracle, what, name, text));
          expect(open.size).toBe(oracle.size);
        }
        expect(contents(dict.open(ref))).toEqual(oracle);
        dict.open(ref).release();
        expect(slab.liveBytes).toBe(liveBefore);
      }),
      { numRuns: 60 },
    );
  });

  test('grows to 20,000 entries and shrinks back, keeping every one, and leaves no byte behind', () => {
    const { slab, dict } = fixture();
    const random = seeded(7);
    const liveBefore = slab.liveBytes;
    const ref = dict.create();
    const oracle = new Map<string, string>();
    let mismatches = 0;
    for (let round = 0; round < 180_000; round++) {
      const growing = Math.floor(round / 36_000) % 2 === 0;
      const name = `f${Math.floor(random() * 40_000)}`;
      dict.open(ref);
      const what = random() < (growing ? 0.9 : 0.1) ? 'set' : 'remove';
      const text = 'x'.repeat(Math.floor(random() * 40));
      if (apply(dict, what, name, text) !== applyToMap(oracle, what, name, text)) mismatches++;
    }
    expect(mismatches).toBe(0);
    expect(contents(dict.open(ref))).toEqual(oracle);
    for (const name of oracle.keys()) dict.remove(Bytes.from(name));
    expect(dict.size).toBe(0);
    // Shrunk: an empty dictionary holds its state and a table or two of a few slots.
    expect(slab.liveBytes - liveBefore).toBeLessThan(2048);
    dict.release();
    expect(slab.liveBytes).toBe(liveBefore);
  });

  test('a value of the same size class is replaced in place, another one moves the entry', () => {
    const { dict } = fixture();
    dict.create();
    const key = Bytes.from('field');
    const entry = dict.add(key, Bytes.from('12345678'));
    expect(dict.setValue(dict.find(key), key, Bytes.from('abcdefgh'))).toBe(entry);
    expect(dict.value(dict.find(key), view).toString()).toBe('abcdefgh');
    const moved = dict.setValue(dict.find(key), key, Bytes.from('y'.repeat(1000)));
    expect(moved).not.toBe(entry);
    expect(dict.find(key)).toBe(moved);
    expect(dict.key(moved, view).toString()).toBe('field');
    expect(dict.value(moved, view).length).toBe(1000);
  });

  test('the prefix of an entry stays with it and is 8-byte aligned', () => {
    const { slab, dict } = fixture(SCORES);
    dict.create();
    for (let i = 0; i < 1000; i++) {
      const entry = dict.add(Bytes.from(`member:${i}`));
      slab.pages32[entry >>> REF_PAGE_SHIFT]![(entry & REF_UNIT_MASK) << 1] = i;
    }
    for (let i = 0; i < 1000; i++) {
      const entry = dict.find(Bytes.from(`member:${i}`));
      expect(slab.pages32[entry >>> REF_PAGE_SHIFT]![(entry & REF_UNIT_MASK) << 1]).toBe(i);
      expect(dict.key(entry, view).toString()).toBe(`member:${i}`);
    }
  });

  test('two windows on two dictionaries do not disturb each other', () => {
    const { dict, window } = fixture(SETS);
    const other = window();
    const first = dict.create();
    const second = other.create();
    for (let i = 0; i < 2000; i++) {
      dict.add(Bytes.from(`a${i}`));
      other.add(Bytes.from(`b${i}`));
    }
    dict.open(second);
    other.open(first);
    expect(dict.find(Bytes.from('a7'))).toBe(0);
    expect(dict.find(Bytes.from('b7'))).not.toBe(0);
    expect(other.find(Bytes.from('a7'))).not.toBe(0);
    expect(other.size).toBe(2000);
  });

  test('a scan meets every entry that is there all the time, whatever grows and shrinks meanwhile', () => {
    for (let round = 0; round < 10; round++) {
      const { dict } = fixture(SETS);
      const random = seeded(round + 1);
      const ref = dict.create();
      for (let i = 0; i < 2000; i++) dict.add(Bytes.from(`stays:${i}`));
      const shrinking = round % 2 === 0;
      let next = 0;
      if (shrinking) for (; next < 30_000; next++) dict.add(Bytes.from(`goes:${next}`));
      let oldest = 0;
      const seen = new Set<string>();
      const burst = Math.floor(random() * 60);
      let cursor = 0;
      do {
        cursor = dict.open(ref).scan(cursor, 10, (entry) => seen.add(dict.key(entry, view).toString()));
        for (let i = 0; i < burst; i++) {
          if (!shrinking && next < 100_000) dict.add(Bytes.from(`goes:${next++}`));
          else if (shrinking && oldest < next) dict.remove(Bytes.from(`goes:${oldest++}`));
        }
      } while (cursor !== 0);
      for (let i = 0; i < 2000; i++) expect(seen.has(`stays:${i}`)).toBe(true);
    }
  });

  test('a random entry is any entry with the same chance, in the middle of a migration too', () => {
    const { dict } = fixture(SETS);
    dict.create();
    const members = 1000;
    for (let i = 0; i < members; i++) dict.add(Bytes.from(String(i)));
    const counts = new Map<string, number>();
    const draws = 200_000;
    for (let i = 0; i < draws; i++) {
      const member = dict.key(dict.randomEntry(), view).toString();
      counts.set(member, (counts.get(member) ?? 0) + 1);
    }
    const expected = draws / members;
    let chiSquare = 0;
    for (let i = 0; i < members; i++) chiSquare += ((counts.get(String(i)) ?? 0) - expected) ** 2 / expected;
    // 999 degrees of freedom: 1,143 is the 99.9th percentile.
    expect(chiSquare).toBeLessThan(1143);
  });

  test('equal dictionaries keep their entries in different orders, so that copying one does not cluster', () => {
    const { dict, window } = fixture(SETS);
    const other = window();
    const from = dict.create();
    other.create();
    dict.open(from);
    for (let i = 0; i < 20_000; i++) dict.add(Bytes.from(`member:${i}`));
    const copy = new Bytes(new Uint8Array(0));
    dict.forEach((entry) => other.add(dict.key(entry, copy)));
    expect(other.size).toBe(20_000);
    const firstHundred = (of: Dict): string[] => {
      const keys: string[] = [];
      of.scan(0, 100, (entry) => keys.push(of.key(entry, copy).toString()));
      return keys.slice(0, 100);
    };
    const shared = firstHundred(dict).filter((key) => firstHundred(other).includes(key));
    expect(shared.length).toBeLessThan(10);
  });
});
