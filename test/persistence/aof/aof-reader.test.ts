import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { AofItem } from '../../../src/persistence/aof/aof-format.js';
import { AofReader } from '../../../src/persistence/aof/aof-reader.js';
import { checksummed, latin1, readAll, readerOfBytes, resp } from './aof-bytes.js';

const SAMPLE =
  resp('SELECT', 0) +
  '#TS:1700000000\r\n' +
  resp('SET', 'key', 'a value of 20 bytes.') +
  resp('MULTI') +
  resp('INCR', 'n') +
  resp('EXEC') +
  resp('SET', 'binary', '\r\n*1\r\n$4\r\nPING\r\n\0\xff');

test('records, annotations and their offsets are told in order', () => {
  const { records, annotations, spans, reader } = readAll(latin1(SAMPLE));
  expect(records.map(([name]) => name)).toEqual(['SELECT', 'SET', 'MULTI', 'INCR', 'EXEC', 'SET']);
  expect(records[5]?.[2]).toBe('\r\n*1\r\n$4\r\nPING\r\n\0\xff');
  expect(annotations).toEqual(['#TS:1700000000\r\n']);
  expect(spans[0]).toEqual([0, 23]);
  expect(spans[1]).toEqual([39, 39 + resp('SET', 'key', 'a value of 20 bytes.').length]);
  expect(reader.damage).toBeNull();
  expect(reader.soundTo).toBe(SAMPLE.length);
});

test('records come out the same however few bytes each read gives', () => {
  const record = fc.array(fc.string({ unit: 'binary-ascii', maxLength: 400 }), {
    minLength: 1,
    maxLength: 90,
  });
  fc.assert(
    fc.property(fc.array(record, { maxLength: 12 }), fc.integer({ min: 1, max: 300 }), (records, part) => {
      const bytes = latin1(records.map((args) => resp('X', ...args)).join(''));
      const { reader, ...result } = readAll(bytes, {}, part);
      expect(result.records).toEqual(records.map((args) => ['X', ...args]));
      expect(reader.damage).toBeNull();
    }),
  );
});

test('records larger than the buffer are whole, or cut to their first bytes on request', () => {
  const large = 'x'.repeat(3_000_000);
  const bytes = latin1(resp('SET', 'a', large, 'NX') + resp('SET', 'b', 'small'));
  const whole = readAll(bytes);
  expect(whole.records).toEqual([
    ['SET', 'a', large, 'NX'],
    ['SET', 'b', 'small'],
  ]);
  const cut = readAll(bytes, { argumentBytesMax: 100 });
  expect(cut.records).toEqual([
    ['SET', 'a', 'x'.repeat(100), 'NX'],
    ['SET', 'b', 'small'],
  ]);
  expect(cut.spans).toEqual(whole.spans);
});

test('a cut record is told from altered bytes', () => {
  expect(readAll(latin1(resp('SET', 'a', 'b') + '*3\r\n$3\r\nSE')).reader.damage?.kind).toBe('cut');
  expect(readAll(latin1(resp('SET', 'a', 'b') + '*3\r\n$3\r\nSETxx')).reader.damage?.kind).toBe('format');
  expect(readAll(latin1(resp('SET', 'a', 'b') + '\0\0\0\0')).reader.damage?.kind).toBe('zeros');
  expect(readAll(latin1(resp('MULTI') + resp('SET', 'a', 'b'))).reader.damage?.kind).toBe('open-transaction');
  expect(readAll(latin1(resp('MULTI') + resp('multi'))).reader.damage?.kind).toBe('transaction');
  expect(readAll(latin1(resp('Exec'))).reader.damage?.kind).toBe('transaction');
  expect(readAll(latin1('#TS:17')).reader.damage?.kind).toBe('cut');
  expect(readAll(latin1('*0\r\n')).reader.damage?.kind).toBe('format');
  expect(readAll(latin1('*x\r\n')).reader.damage?.kind).toBe('format');
});

test('cut at any byte, every whole record is kept and a transaction is kept whole or not at all', () => {
  const bytes = latin1(SAMPLE);
  const { spans } = readAll(bytes);
  for (let size = 0; size <= bytes.length; size++) {
    const { reader, records } = readAll(bytes.subarray(0, size));
    expect(records).toHaveLength(spans.filter(([, end]) => end <= size).length);
    expect(reader.soundTo).toBeLessThanOrEqual(size);
    expect(['cut', 'open-transaction', 'none']).toContain(reader.damage?.kind ?? 'none');
    expect(reader.damage === null).toBe(reader.soundTo === size);
  }
});

test('with checksums every altered byte is found', () => {
  const bytes = checksummed(
    resp('SELECT', 0) + resp('SET', 'key', 'value'),
    resp('MULTI') + resp('SET', 'a', '1') + '#TS:1700000000\r\n' + resp('EXEC'),
    resp('SET', 'binary', '\r\n*1\r\n$4\r\nPING\r\n\0\xff'),
    resp('DEL', 'key'),
  );
  expect(readAll(bytes).reader.damage).toBeNull();
  expect(readAll(bytes).reader.checksums?.bytes).toBeGreaterThan(100);
  for (let at = 0; at < bytes.length; at++) {
    for (const flip of [1, 2, 4, 8, 16, 32, 64, 128, 255]) {
      const altered = Buffer.from(bytes);
      altered[at]! ^= flip;
      expect([at, flip, readAll(altered).reader.damage]).not.toEqual([at, flip, null]);
    }
  }
});

test('with checksums a stretch that was removed, repeated or exchanged is found', () => {
  const batches = ['a', 'b', 'c', 'd'].map((value) => resp('SET', 'key', value));
  const bytes = checksummed(...batches);
  const lines = bytes.toString('latin1').split(/(?<=#CRC[^\n]*\n)/);
  const [opening = '', first = '', second = '', third = ''] = lines;
  for (const order of [
    [opening, first, third],
    [opening, first, first, second],
    [opening, second, first, third],
    [first, second, third],
    [opening, batches[0]!, second],
  ]) {
    expect(readAll(latin1(order.join(''))).reader.damage?.kind).toBe('checksum');
  }
});

test('what a server without checksums appended is accepted behind an opening annotation', () => {
  const start = checksummed(resp('SET', 'a', '1')).toString('latin1') + resp('SET', 'by', 'redis');
  const opening = checksummed(resp('SET', 'b', '2')).toString('latin1');
  // An opening annotation written for another offset does not fit here.
  expect(readAll(latin1(start + opening)).reader.damage?.kind).toBe('checksum');
  expect(readAll(latin1(start)).reader.damage).toBeNull();
});

test('random bytes never do more than end in damage', () => {
  const alphabet = fc.constantFrom(...'*$#\r\n0123456789MULTIEXECabc:\0'.split(''));
  fc.assert(
    fc.property(fc.string({ unit: alphabet, maxLength: 200 }), (text) => {
      const { reader } = readAll(latin1(text));
      expect(reader.soundTo).toBeLessThanOrEqual(text.length);
    }),
    { numRuns: 3000 },
  );
});

test('a damaged reader stays where it is', () => {
  const bytes = latin1('garbage');
  const reader = new AofReader(readerOfBytes(bytes), bytes.length);
  expect(reader.next()).toBe(AofItem.DAMAGE);
  expect(reader.next()).toBe(AofItem.DAMAGE);
  expect(reader.damage?.offset).toBe(0);
});
