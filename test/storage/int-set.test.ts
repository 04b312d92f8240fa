import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Bytes } from '../../src/bytes/bytes.js';
import { Int64, type IntWidth, searchInts, widenInts } from '../../src/storage/int-set.js';

const int64 = fc.oneof(
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.bigInt({ min: -(2n ** 33n), max: 2n ** 33n }),
  fc.bigInt({ min: -70_000n, max: 70_000n }),
  fc.constantFrom(2n ** 53n, 2n ** 53n - 1n, 2n ** 53n + 1n, -(2n ** 53n) - 1n, 2n ** 63n - 1n, -(2n ** 63n)),
  fc.constantFrom(
    32_767n,
    32_768n,
    -32_768n,
    -32_769n,
    2n ** 31n - 1n,
    2n ** 31n,
    -(2n ** 31n),
    -(2n ** 31n) - 1n,
  ),
);

function widthOf(value: bigint): IntWidth {
  if (BigInt.asIntN(16, value) === value) return 2;
  return BigInt.asIntN(32, value) === value ? 4 : 8;
}

function parsed(value: bigint): Int64 {
  const int = new Int64();
  expect(int.parse(Bytes.from(String(value)))).toBe(true);
  return int;
}

const view = new Bytes(new Uint8Array(0));

describe('Int64', () => {
  test('prints what it has read, knows its width, and goes through a row unchanged', () => {
    fc.assert(
      fc.property(int64, (value) => {
        const int = parsed(value);
        expect(int.print(view).toString()).toBe(String(value));
        expect(int.width).toBe(widthOf(value));
        const page = new Uint8Array(16);
        int.write(page, 3, widthOf(value));
        const back = new Int64();
        back.read(page, 3, widthOf(value));
        expect(back.print(view).toString()).toBe(String(value));
        expect(int.compare(page, 3, widthOf(value))).toBe(0);
      }),
      { numRuns: 2000 },
    );
  });

  test.each([
    '',
    ' 1',
    '1 ',
    '+1',
    '01',
    '-0',
    '1.0',
    '9223372036854775808',
    '-9223372036854775809',
    'abc',
    '-',
  ])('%j is no integer', (text) => {
    expect(new Int64().parse(Bytes.from(text))).toBe(false);
  });
});

describe('rows of integers', () => {
  test('are found by binary search at every width, and survive widening in place', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(int64, { maxLength: 40 }),
        int64,
        fc.constantFrom(0, 1),
        (values, other, shift) => {
          const sorted = values.sort((a, b) => (a < b ? -1 : 1));
          const narrow = sorted.reduce<IntWidth>(
            (width, value) => (widthOf(value) > width ? widthOf(value) : width),
            2,
          );
          const page = new Uint8Array(8 * (sorted.length + 1) + 1);
          sorted.forEach((value, row) => parsed(value).write(page, 1 + row * narrow, narrow));
          widenInts(page, 1, sorted.length, narrow, 8, shift);
          for (const value of [...sorted, other]) {
            const at = sorted.indexOf(value);
            const expected = at >= 0 ? at : -1 - sorted.filter((member) => member < value).length;
            expect(searchInts(page, 1 + shift * 8, sorted.length, 8, parsed(value))).toBe(expected);
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});
