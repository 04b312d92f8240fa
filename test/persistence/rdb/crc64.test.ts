import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Crc64 } from '../../../src/persistence/rdb/crc64.js';

const sum = (bytes: Uint8Array): Crc64 => {
  const crc = new Crc64();
  crc.update(bytes, 0, bytes.length);
  return crc;
};

test('the checksum of 123456789 is the published check value', () => {
  expect(sum(Buffer.from('123456789')).value).toBe(0xe9c6d914c4b8d9can);
});

test('bytes summed in parts give the same checksum as at once', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(300), (bytes, cut) => {
      const parts = new Crc64();
      parts.update(bytes, 0, Math.min(cut, bytes.length));
      parts.update(bytes, Math.min(cut, bytes.length), bytes.length);
      expect(parts.value).toBe(sum(bytes).value);
    }),
  );
});

test('amending gives the checksum of the changed bytes', () => {
  const arbitrary = fc.tuple(
    fc.uint8Array({ minLength: 4, maxLength: 400 }),
    fc.nat(399),
    fc.uint8Array({ minLength: 4, maxLength: 4 }),
  );
  fc.assert(
    fc.property(arbitrary, ([bytes, place, difference]) => {
      const at = place % (bytes.length - 3);
      const crc = sum(bytes);
      crc.amend(difference, bytes.length - at - 4);
      difference.forEach((byte, i) => (bytes[at + i]! ^= byte));
      expect(crc.value).toBe(sum(bytes).value);
    }),
  );
});

test('the eight bytes written are recognised, and no others', () => {
  const crc = sum(Buffer.from('some bytes'));
  const bytes = Buffer.alloc(8);
  crc.write(bytes, 0);
  expect(crc.equals(bytes, 0)).toBe(true);
  for (let i = 0; i < 8; i++) {
    bytes[i]! ^= 1;
    expect(crc.equals(bytes, 0)).toBe(false);
    bytes[i]! ^= 1;
  }
});
