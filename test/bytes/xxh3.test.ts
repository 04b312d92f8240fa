import { describe, expect, test } from '@jest/globals';
import { xxh3Digest } from '../../src/bytes/xxh3.js';

/** Bytes 3, 10, 17, … */
function pattern(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (7 * i + 3) & 0xff);
}

/** By the reference implementation, for lengths on both sides of every change of method. */
const DIGESTS: Readonly<Record<number, string>> = {
  0: '2d06800538d394c2',
  1: '13e608bc156defed',
  3: 'a9088dda485b481c',
  4: '6d9253b16c8b1ed3',
  8: '60539db630471163',
  9: 'feff668361d723a8',
  16: 'b8c859b0f030b585',
  17: '714a04408e79b80f',
  128: '67425a03650261bf',
  129: 'c664bf3311c6abc4',
  240: '64556dc6b462a6cf',
  241: '8beadd3a8874fe17',
  256: '3c38817f6d79c0da',
  1024: '9b81661c641c72b1',
  1025: '806c2072ed713576',
  2048: 'abe604813ba62ed1',
  2049: '55aed42c9f1554b6',
  4096: 'd7428746842be37e',
  100000: '0c056f6fcc340974',
};

describe('XXH3 of 64 bits:', () => {
  test.each(Object.entries(DIGESTS))('%s bytes', (length, digest) => {
    expect(xxh3Digest(pattern(Number(length)), 0, Number(length))).toBe(digest);
  });

  test('bytes are hashed wherever they stand', () => {
    for (const length of [2, 7, 15, 100, 200, 5000]) {
      const bytes = pattern(length);
      const shifted = new Uint8Array(length + 9);
      shifted.set(bytes, 5);
      expect(xxh3Digest(shifted, 5, length)).toBe(xxh3Digest(bytes, 0, length));
    }
  });

  test('leading zeros are told', () => {
    const text =
      'v8lf0c11xh8ymlqztfd3eeq16kfn4sspw7fqmnuuq3k3t75em5wdizgcdw7uc26nnf961u2jkfzkjytls2kwlj7626sd';
    expect(xxh3Digest(Buffer.from(text), 0, text.length)).toBe('00006c38adf31777');
  });
});
