import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { HashIndex } from '../../src/storage/hash-index.js';
import { Slab } from '../../src/storage/slab.js';
import { SlabTables } from '../../src/storage/slab-tables.js';
import { seeded } from './seeded-random.js';

/** Hashes of which many share their home slot, and some are the same. */
const hash = fc.oneof(
  fc.integer({ min: -0x8000_0000, max: 0x7fff_ffff }),
  fc.integer({ min: 0, max: 30 }).map((n) => (n << 27) | 1),
  fc.constantFrom(1, -1, 0x7fff_ffff, -0x8000_0000),
);

function refsUnder(index: HashIndex, wanted: number): number[] {
  const refs: number[] = [];
  for (let ref = index.seek(wanted); ref !== 0; ref = index.next()) refs.push(ref);
  return refs.sort((a, b) => a - b);
}

/** A hash for each number, spread over all 32 bits. */
function spread(n: number): number {
  return Math.imul(n, 0x9e3779b1) ^ 0x5bd1;
}

function filled(count: number): HashIndex {
  const index = new HashIndex(new SlabTables(new Slab()));
  for (let ref = 1; ref <= count; ref++) index.insert(spread(ref), ref);
  return index;
}

function remove(index: HashIndex, ref: number): void {
  index.locate(spread(ref), ref);
  index.removeFound();
}

describe('HashIndex', () => {
  test('agrees with a map of sets over inserts, removals and replacements', () => {
    const step = fc.record({
      what: fc.constantFrom('insert', 'insert', 'remove', 'replace'),
      hash,
      pick: fc.nat(),
    });
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 400 }), (steps) => {
        const index = new HashIndex(new SlabTables(new Slab()));
        const model: { hash: number; ref: number }[] = [];
        let next = 1;
        for (const { what, hash: wanted, pick } of steps) {
          const at = model.length === 0 ? -1 : pick % model.length;
          if (what === 'insert' || at < 0) {
            index.insert(wanted, next);
            model.push({ hash: wanted, ref: next++ });
          } else if (what === 'remove') {
            const [gone] = model.splice(at, 1);
            index.locate(gone!.hash, gone!.ref);
            index.removeFound();
          } else {
            const entry = model[at]!;
            index.locate(entry.hash, entry.ref);
            index.replaceFound(next);
            model[at] = { hash: entry.hash, ref: next++ };
          }
        }
        expect(index.size).toBe(model.length);
        const all: number[] = [];
        index.forEach((ref) => all.push(ref));
        expect(all.sort((a, b) => a - b)).toEqual(model.map(({ ref }) => ref).sort((a, b) => a - b));
        for (const wanted of new Set(model.map((entry) => entry.hash))) {
          const expected = model.filter((entry) => entry.hash === wanted).map(({ ref }) => ref);
          expect(refsUnder(index, wanted)).toEqual(expected.sort((a, b) => a - b));
        }
      }),
      { numRuns: 200 },
    );
  });

  test('a scan visits every ref that is there all the time, though the index grows and shrinks under it', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 600 }),
        fc.array(fc.integer({ min: -400, max: 400 }), { minLength: 1, maxLength: 30 }),
        (count, changes) => {
          const index = filled(count);
          const stays = new Set<number>(Array.from({ length: count }, (_, i) => i + 1));
          const added: number[] = [];
          let next = count + 1;
          const seen = new Set<number>();
          let cursor = 0;
          let call = 0;
          do {
            cursor = index.scan(cursor, (ref) => seen.add(ref));
            const change = changes[call++ % changes.length]!;
            for (let i = 0; i < change && next < 3000; i++) {
              index.insert(spread(next), next);
              added.push(next++);
            }
            for (let i = 0; i < -change && added.length > 0; i++) remove(index, added.pop()!);
            if (change < 0 && stays.size > 1 && call % 3 === 0) {
              const gone = [...stays][0]!;
              stays.delete(gone);
              remove(index, gone);
            }
          } while (cursor !== 0 && call < 20_000);
          expect(cursor).toBe(0);
          for (const ref of stays) expect(seen.has(ref)).toBe(true);
        },
      ),
      { numRuns: 50 },
    );
  });

  test('a scan of an index that does not change visits each ref exactly once', () => {
    for (const count of [0, 1, 11, 12, 13, 1000, 5000]) {
      const index = filled(count);
      const seen: number[] = [];
      let cursor = 0;
      do cursor = index.scan(cursor, (ref) => seen.push(ref));
      while (cursor !== 0);
      expect(seen).toHaveLength(count);
      expect(new Set(seen).size).toBe(count);
    }
  });

  test('shrinks its table when most refs have gone', () => {
    const index = filled(100_000);
    const full = index.tableBytes;
    for (let ref = 1; ref <= 99_900; ref++) remove(index, ref);
    for (let ref = 99_901; ref <= 100_000; ref++) expect(refsUnder(index, spread(ref))).toContain(ref);
    expect(index.tableBytes).toBeLessThan(full / 100);
  });

  test('each ref has the same chance to be the random one, also while the table is growing', () => {
    // 13 refs: the table has just begun to move from 16 slots to 32.
    for (const count of [5, 13, 40]) {
      const index = filled(count);
      const random = seeded(7);
      const counts = new Map<number, number>();
      const draws = 2000 * count;
      for (let i = 0; i < draws; i++) {
        const ref = index.randomRef(random);
        counts.set(ref, (counts.get(ref) ?? 0) + 1);
      }
      expect(counts.size).toBe(count);
      // Chi squared: 2,000 expected each; four standard deviations above the mean of the distribution.
      let chiSquared = 0;
      for (const drawn of counts.values()) chiSquared += (drawn - 2000) ** 2 / 2000;
      expect(chiSquared).toBeLessThan(count - 1 + 4 * Math.sqrt(2 * (count - 1)));
    }
  });
});
