import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { lzfCompress, lzfDecompress } from '../../../src/persistence/rdb/lzf.js';

/** Bytes with and without repetitions. */
const compressible = fc.oneof(
  fc.uint8Array({ maxLength: 2000 }),
  fc.array(fc.constantFrom(0, 1, 2), { maxLength: 20_000 }).map((bytes) => Uint8Array.from(bytes)),
  fc
    .tuple(fc.uint8Array({ minLength: 1, maxLength: 300 }), fc.integer({ min: 1, max: 60 }))
    .map(([unit, times]) => Uint8Array.from(Array.from({ length: times }, () => [...unit]).flat())),
);

test('what was compressed expands to the same bytes', () => {
  let compressed = 0;
  fc.assert(
    fc.property(compressible, fc.nat(5), (bytes, shift) => {
      const from = Buffer.concat([Buffer.alloc(shift, 7), bytes]);
      const packed = Buffer.alloc(bytes.length + 8);
      const length = lzfCompress(from, shift, bytes.length, packed, 3);
      if (length === 0) return;
      compressed++;
      expect(length).toBeLessThanOrEqual(bytes.length - 4);
      const out = Buffer.alloc(bytes.length + 2);
      expect(lzfDecompress(packed, 3, 3 + length, out, 1, bytes.length)).toBe(true);
      expect(out.subarray(1, 1 + bytes.length).equals(bytes)).toBe(true);
    }),
    { numRuns: 500 },
  );
  expect(compressed).toBeGreaterThan(100);
});

test('a long run shrinks to about a ninetieth', () => {
  const packed = Buffer.alloc(100_000);
  expect(lzfCompress(Buffer.alloc(100_000, 65), 0, 100_000, packed, 0)).toBeLessThan(1300);
});

test('bytes without repetition are not compressed', () => {
  const bytes = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
  expect(lzfCompress(bytes, 0, 256, Buffer.alloc(256), 0)).toBe(0);
});

test('altered input neither crashes nor writes outside its room', () => {
  const packed = Buffer.alloc(1000);
  const original = Buffer.from('abcabcabcabcabcabcabcabcabcabcabcabc'.repeat(10));
  const length = lzfCompress(original, 0, original.length, packed, 0);
  fc.assert(
    fc.property(fc.nat(length - 1), fc.nat(255), fc.nat(length), (at, byte, cut) => {
      const altered = Buffer.from(packed.subarray(0, length));
      altered[at] = byte;
      const out = Buffer.alloc(original.length + 2, 0xee);
      lzfDecompress(altered, 0, cut, out, 1, original.length);
      expect(out[0]).toBe(0xee);
      expect(out[original.length + 1]).toBe(0xee);
    }),
  );
});
