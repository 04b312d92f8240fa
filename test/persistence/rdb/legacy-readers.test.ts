import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Bytes } from '../../../src/bytes/bytes.js';
import { IntsetReader, ZiplistReader, ZipmapReader } from '../../../src/persistence/rdb/legacy-readers.js';
import { PackedError, type PackedReader } from '../../../src/persistence/rdb/packed-reader.js';

function elements(reader: PackedReader, bytes: Buffer): string[] {
  const view = new Bytes(bytes);
  const found: string[] = [];
  reader.open(view);
  const count = reader.count();
  while (reader.next(view)) found.push(view.toString());
  if (found.length !== count) throw new Error(`${count} counted, ${found.length} read`);
  return found;
}

/** A ziplist of entries given without the length of the one before, which is put in. */
function ziplist(...entries: readonly (readonly number[])[]): Buffer {
  let before = 0;
  const body = entries.flatMap((entry) => {
    const whole = [...(before < 254 ? [before] : [254, before & 255, before >> 8, 0, 0]), ...entry];
    before = whole.length;
    return whole;
  });
  const bytes = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, entries.length, 0, ...body, 255]);
  bytes.writeUInt32LE(bytes.length, 0);
  bytes.writeUInt32LE(bytes.length - 1 - before, 4);
  return bytes;
}

const text = (value: string): number[] => [...Buffer.from(value, 'latin1')];

const SAMPLES: readonly (readonly [string, () => PackedReader, Buffer, string[]])[] = [
  [
    'a ziplist with every encoding',
    () => new ZiplistReader(),
    ziplist(
      [3, ...text('abc')],
      [0x41, 0x2c, ...text('m'.repeat(300))],
      [0x80, 0, 0, 0, 2, ...text('xy')],
      [0xf1],
      [0xfd],
      [0xfe, 0x80],
      [0xc0, 0xff, 0x7f],
      [0xf0, 0, 0, 0x80],
      [0xd0, 0, 0, 0, 0x80],
      [0xe0, 255, 255, 255, 255, 255, 255, 255, 0x7f],
    ),
    [
      'abc',
      'm'.repeat(300),
      'xy',
      '0',
      '12',
      '-128',
      '32767',
      '-8388608',
      '-2147483648',
      '9223372036854775807',
    ],
  ],
  [
    'a zipmap with unused bytes and a long value',
    () => new ZipmapReader(),
    Buffer.from([
      2,
      1,
      ...text('f'),
      1,
      2,
      ...text('v__'),
      1,
      ...text('g'),
      254,
      44,
      1,
      0,
      0,
      0,
      ...text('w'.repeat(300)),
      255,
    ]),
    ['f', 'v', 'g', 'w'.repeat(300)],
  ],
  [
    'an intset of 64-bit integers',
    () => new IntsetReader(),
    Buffer.from([8, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x80, 5, 0, 0, 0, 0, 0, 0, 0]),
    ['-9223372036854775808', '5'],
  ],
];

test.each(SAMPLES)('%s is read', (_, reader, bytes, expected) => {
  expect(elements(reader(), bytes)).toEqual(expected);
});

test.each(SAMPLES)(
  '%s, altered or cut anywhere, gives other elements or a PackedError',
  (_, reader, bytes) => {
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.nat(255), fc.nat(bytes.length), (at, byte, size) => {
        const altered = Buffer.from(bytes);
        altered[at] = byte;
        for (const input of [altered, altered.subarray(0, size)]) {
          let outcome: unknown = null;
          try {
            elements(reader(), input);
          } catch (error) {
            outcome = error;
          }
          expect(outcome === null || outcome instanceof PackedError).toBe(true);
        }
      }),
      { numRuns: 500 },
    );
  },
);
