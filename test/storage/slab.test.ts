import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { REF_PAGE_SHIFT, REF_UNIT_MASK, Slab } from '../../src/storage/slab.js';

const MIB = 1024 * 1024;

/** Sizes around every border: cells, blocks of 4 KiB, half a page, several pages. */
const size = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 1, max: 300 }) },
  { weight: 3, arbitrary: fc.integer({ min: 300, max: 9400 }) },
  { weight: 2, arbitrary: fc.integer({ min: 9400, max: MIB / 2 + 10 }) },
  { weight: 1, arbitrary: fc.integer({ min: MIB / 2, max: 3 * MIB }) },
);

function page8(slab: Slab, ref: number): Uint8Array {
  return slab.pages8[ref >>> REF_PAGE_SHIFT]!;
}

function start(ref: number): number {
  return (ref & REF_UNIT_MASK) << 3;
}

/** Marks both ends of an allocation, so that an overlap is seen. */
function mark(slab: Slab, ref: number, bytes: number, value: number): void {
  page8(slab, ref)[start(ref)] = value;
  page8(slab, ref)[start(ref) + bytes - 1] = value;
}

function marked(slab: Slab, ref: number, bytes: number, value: number): boolean {
  return page8(slab, ref)[start(ref)] === value && page8(slab, ref)[start(ref) + bytes - 1] === value;
}

describe('Slab', () => {
  test('allocations never overlap, are as large as asked, and all bytes come back', () => {
    const step = fc.record({ size, pick: fc.nat(), release: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
        const slab = new Slab();
        const live: { ref: number; bytes: number; value: number }[] = [];
        let counter = 0;
        let damaged = false;
        for (const { size: bytes, pick, release } of steps) {
          if (release && live.length > 0) {
            const [gone] = live.splice(pick % live.length, 1);
            damaged ||= !marked(slab, gone!.ref, gone!.bytes, gone!.value);
            slab.release(gone!.ref);
            continue;
          }
          const ref = slab.alloc(bytes);
          expect(ref).not.toBe(0);
          expect(slab.bytesOf(ref)).toBeGreaterThanOrEqual(bytes);
          expect(slab.bytesOf(ref)).toBe(Slab.roundUp(bytes));
          const value = (counter = (counter + 1) % 251);
          mark(slab, ref, bytes, value);
          live.push({ ref, bytes, value });
        }
        expect(damaged).toBe(false);
        expect(slab.liveBytes).toBe(live.reduce((sum, { ref }) => sum + slab.bytesOf(ref), 0));
        for (const { ref, bytes, value } of live) expect(marked(slab, ref, bytes, value)).toBe(true);
        for (const { ref } of live) slab.release(ref);
        expect(slab.liveBytes).toBe(0);
      }),
      { numRuns: 60 },
    );
  });

  test('gives pages back when everything in them is released', () => {
    const slab = new Slab();
    const refs = Array.from({ length: 200_000 }, () => slab.alloc(64));
    expect(slab.reservedBytes).toBeGreaterThan(12 * MIB);
    for (const ref of refs) slab.release(ref);
    expect(slab.reservedBytes).toBeLessThanOrEqual(4 * MIB);
  });

  test('steady growth of all values reserves at most twice the live bytes', () => {
    const slab = new Slab();
    let refs = Array.from({ length: 20_000 }, () => slab.alloc(24));
    for (let bytes = 32; bytes <= 512; bytes += 8) {
      refs = refs.map((ref) => {
        slab.release(ref);
        return slab.alloc(bytes);
      });
    }
    expect(slab.reservedBytes).toBeLessThan(2 * slab.liveBytes);
  });

  test('clear drops every page and the slab can be used again', () => {
    const slab = new Slab();
    for (let i = 0; i < 10_000; i++) slab.alloc(1000);
    slab.alloc(5 * MIB);
    slab.clear();
    expect(slab.liveBytes).toBe(0);
    expect(slab.reservedBytes).toBeLessThanOrEqual(2 * MIB);
    expect(slab.bytesOf(slab.alloc(100))).toBeGreaterThanOrEqual(100);
  });
});
