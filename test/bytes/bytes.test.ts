import { expect, test } from '@jest/globals';
import { writeInteger } from '../../src/bytes/ascii.js';
import { Bytes, viewOf } from '../../src/bytes/bytes.js';
import { copyRun, equalRun, KeyHash } from '../../src/bytes/hash.js';

test.each([
  ['a Buffer', Buffer.from('--name--')],
  ['an array of bytes', new Uint8Array(Buffer.from('--name--'))],
])('a copy of what stands in %s stays as it is when that is written over', (_, memory) => {
  const view = new Bytes(memory, 2, 4);
  view.hash = 7;
  const copy = view.copy();
  memory.fill(0);
  expect([copy.toString(), copy.hash]).toEqual(['name', 7]);
});

const noise = Uint8Array.from({ length: 400 }, (_, i) => (i * 151 + (i >>> 3)) & 255);

test('runs of any length, at any place, are copied, compared and hashed by words as by bytes', () => {
  const view = viewOf(noise);
  const hash = new KeyHash(12345);
  for (let length = 0; length <= 140; length++) {
    for (const start of [0, 1, 2, 3, 50]) {
      const to = new Uint8Array(200).fill(255);
      copyRun(noise, view, start, length, to, viewOf(to), 7);
      const run = noise.subarray(start, start + length);
      expect(Buffer.from(to)).toEqual(
        Buffer.concat([Buffer.alloc(7, 255), run, Buffer.alloc(193 - length, 255)]),
      );
      expect(equalRun(to, viewOf(to), 7, noise, view, start, length)).toBe(true);
      expect(hash.computeViewed(view, start, length)).toBe(hash.compute(noise, start, length));
      for (let i = 0; i < length; i++) {
        to[7 + i]! ^= 1;
        expect(equalRun(to, viewOf(to), 7, noise, view, start, length)).toBe(false);
        to[7 + i]! ^= 1;
      }
    }
  }
});

test('integers are written in decimal', () => {
  const to = new Uint8Array(40);
  const written = (value: number): string =>
    Buffer.from(to.subarray(3, writeInteger(value, to, 3))).toString();
  const values = [0, 5, 2 ** 31 - 1, 2 ** 31, 2 ** 31 + 1, Number.MAX_SAFE_INTEGER, 1_000_000_000_000];
  for (let power = 1; power < 2 ** 53; power *= 10) values.push(power - 1, power, power + 1, 7 * power);
  const safe = values.filter((value) => Number.isSafeInteger(value));
  expect(safe.map(written)).toEqual(safe.map(String));
  expect(safe.map((value) => written(-value))).toEqual(safe.map((value) => String(-value)));
});
