import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Bytes } from '../../src/bytes/bytes.js';
import type { Database } from '../../src/storage/database.js';
import { Keyspace } from '../../src/storage/keyspace.js';
import { Representation } from '../../src/storage/representation.js';
import {
  clearFieldTime,
  expiredField,
  fieldTime,
  hasFieldTimes,
} from '../../src/storage/types/field-times.js';
import {
  createHash,
  hashDelete,
  hashEncoding,
  hashExpire,
  hashForEach,
  hashGet,
  hashLength,
  hashRandom,
  hashSample,
  hashScan,
  hashSet,
  hashUpdate,
} from '../../src/storage/types/hash.js';
import { recordBytes } from './record-bytes.js';
import { seeded } from './seeded-random.js';

const KEY = Bytes.from('key');
const view = new Bytes(new Uint8Array(0));
const otherView = new Bytes(new Uint8Array(0));

function database(): Database {
  const random = seeded(99);
  return new Keyspace({ shardCount: 2, databaseCount: 2, keysPerShardMax: 0, random }).databases[0]!;
}

function filled(db: Database, fields: number, value = 'value'): number {
  let ref = createHash(db, KEY);
  for (let i = 0; i < fields; i++) ref = hashSet(db, ref, Bytes.from(`field:${i}`), Bytes.from(value));
  return ref;
}

function contents(db: Database, ref: number): Map<string, string> {
  const found = new Map<string, string>();
  hashForEach(db, ref, (field, value) => found.set(field.toString(), value.toString()));
  return found;
}

const text = fc.oneof(
  { weight: 10, arbitrary: fc.nat(300).map((n) => `field:${n}`) },
  { weight: 3, arbitrary: fc.string({ maxLength: 30, unit: 'binary-ascii' }) },
  { weight: 1, arbitrary: fc.string({ minLength: 60, maxLength: 300 }) },
);

describe('hashes', () => {
  test('agree with a Map over long runs of changes, from packed to dictionary and down to nothing', () => {
    const operation = fc.tuple(fc.constantFrom('set', 'set', 'set', 'delete'), text, text);
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 500 }), (operations) => {
        const db = database();
        const liveBefore = recordBytes(db.keyspace);
        let ref = createHash(db, KEY);
        const oracle = new Map<string, string>();
        for (const [what, field, value] of operations) {
          if (what === 'set') {
            ref = hashSet(db, ref, Bytes.from(field), Bytes.from(value));
            oracle.set(field, value);
          } else {
            ref = hashDelete(db, ref, Bytes.from(field));
            oracle.delete(field);
          }
          expect(hashLength(db, ref)).toBe(oracle.size);
          expect(db.find(KEY)).toBe(ref);
          const present = hashGet(db, ref, Bytes.from(field), view);
          expect(present ? view.toString() : undefined).toBe(oracle.get(field));
        }
        expect(contents(db, ref)).toEqual(oracle);
        db.remove(ref);
        expect(recordBytes(db.keyspace)).toBe(liveBefore);
      }),
      { numRuns: 80 },
    );
  });

  test('remember the expire time of each field through every change, copy and removal', () => {
    const operation = fc.tuple(
      fc.constantFrom('set', 'update', 'expire', 'expire', 'clear', 'delete'),
      fc.nat(120).map((n) => `field:${n}`),
      fc.nat(1_000_000),
    );
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 400 }), (operations) => {
        const db = database();
        const liveBefore = recordBytes(db.keyspace);
        let ref = createHash(db, KEY);
        const oracle = new Map<string, number>();
        for (const [what, name, time] of operations) {
          const field = Bytes.from(name);
          if (what === 'set' || what === 'update') {
            ref = (what === 'set' ? hashSet : hashUpdate)(db, ref, field, Bytes.from('v'));
            oracle.set(name, what === 'set' ? -1 : (oracle.get(name) ?? -1));
          } else if (what === 'delete') {
            ref = hashDelete(db, ref, field);
            oracle.delete(name);
          } else if (oracle.has(name) && what === 'expire') {
            ref = hashExpire(db, ref, field, time);
            oracle.set(name, time);
          } else if (what === 'clear' && clearFieldTime(db, ref, field)) oracle.set(name, -1);
          expect(fieldTime(db, ref, field)).toBe(oracle.get(name) ?? -1);
        }
        const copy = db.copy(ref, db, Bytes.from('copy'));
        const earliest = Math.min(Infinity, ...[...oracle.values()].filter((time) => time >= 0));
        const early = hasFieldTimes(db, ref) ? expiredField(db, ref, earliest - 1) : null;
        const first = hasFieldTimes(db, ref) ? expiredField(db, ref, earliest) : null;
        expect(early).toBeNull();
        expect(oracle.get(first?.toString() ?? '') ?? Infinity).toBe(earliest);
        db.remove(ref);
        expect(hashLength(db, copy)).toBe(oracle.size);
        for (const [name, time] of oracle) expect(fieldTime(db, copy, Bytes.from(name))).toBe(time);
        db.remove(copy);
        expect(recordBytes(db.keyspace)).toBe(liveBefore);
        expect(db.keyspace.expiringHashes).toBe(0);
      }),
      { numRuns: 60 },
    );
  });

  test('keep the order in which fields came while they are packed, and stay off the heap as they grow', () => {
    const db = database();
    const ref = filled(db, 128);
    expect(db.representation(ref)).toBe(Representation.HASH_PACKED);
    expect([...contents(db, ref).keys()]).toEqual(Array.from({ length: 128 }, (_, i) => `field:${i}`));
    const grown = hashSet(db, ref, Bytes.from('one more'), Bytes.from(''));
    expect(db.representation(grown)).toBe(Representation.HASH_DICT);
    expect(contents(db, grown).size).toBe(129);
  });

  test('report listpack until a limit is passed once, whatever their bytes look like', () => {
    const db = database();
    db.keyspace.encodingLimits.hashEntriesMax = 200;
    const dictionary = filled(db, 200);
    expect(db.representation(dictionary)).toBe(Representation.HASH_DICT);
    expect(hashEncoding(db, dictionary)).toBe('listpack');
    const over = hashSet(db, dictionary, Bytes.from('more'), Bytes.from('x'));
    expect(hashEncoding(db, over)).toBe('hashtable');
    expect(hashEncoding(db, hashDelete(db, over, Bytes.from('more')))).toBe('hashtable');
    db.remove(db.find(KEY));

    let ref = filled(db, 2, 'v'.repeat(64));
    expect(hashEncoding(db, ref)).toBe('listpack');
    ref = hashSet(db, ref, Bytes.from('long'), Bytes.from('v'.repeat(65)));
    expect(db.representation(ref)).toBe(Representation.HASH_PACKED);
    expect(hashEncoding(db, ref)).toBe('hashtable');
    ref = hashDelete(db, ref, Bytes.from('long'));
    expect(hashEncoding(db, ref)).toBe('hashtable');
  });

  test('values of any length go in and out, in place or not', () => {
    const db = database();
    let ref = filled(db, 10);
    for (const length of [0, 1, 127, 128, 129, 16_383, 16_384, 3_000_000, 5, 0]) {
      ref = hashSet(db, ref, Bytes.from('field:3'), Bytes.from('x'.repeat(length)));
      expect(hashGet(db, ref, Bytes.from('field:3'), view)).toBe(true);
      expect(view.length).toBe(length);
      expect(hashLength(db, ref)).toBe(10);
    }
  });

  test.each([5, 100, 1000])(
    'a sample of a hash of %i has different fields, each as often as any other',
    (fields) => {
      const db = database();
      const ref = filled(db, fields);
      const counts = new Map<string, number>();
      const rounds = 2000;
      const take = Math.ceil(fields / 3);
      for (let round = 0; round < rounds; round++) {
        const seen = new Set<string>();
        hashSample(db, ref, take, (field) => seen.add(field.toString()));
        expect(seen.size).toBe(take);
        for (const field of seen) counts.set(field, (counts.get(field) ?? 0) + 1);
      }
      const expected = (rounds * take) / fields;
      expect(counts.size).toBe(fields);
      for (const count of counts.values()) expect(Math.abs(count - expected)).toBeLessThan(expected * 0.25);
    },
  );

  test('a random field comes with its own value', () => {
    const db = database();
    for (const fields of [3, 300]) {
      let ref = createHash(db, KEY);
      for (let i = 0; i < fields; i++) ref = hashSet(db, ref, Bytes.from(`f${i}`), Bytes.from(`v${i}`));
      const seen = new Set<string>();
      for (let i = 0; i < 50 * fields; i++) {
        hashRandom(db, ref, view, otherView);
        expect(otherView.toString().slice(1)).toBe(view.toString().slice(1));
        seen.add(view.toString());
      }
      expect(seen.size).toBe(fields);
      db.remove(ref);
    }
  });

  test('a scan meets every field that stays while others come and go, across the change to a dictionary', () => {
    const db = database();
    let ref = filled(db, 1000);
    const seen = new Set<string>();
    let extra = 0;
    let cursor = 0;
    do {
      cursor = hashScan(db, ref, cursor, 10, (field) => seen.add(field.toString()));
      for (let i = 0; i < 40; i++) ref = hashSet(db, ref, Bytes.from(`extra:${extra++}`), Bytes.from('x'));
    } while (cursor !== 0);
    for (let i = 0; i < 1000; i++) expect(seen.has(`field:${i}`)).toBe(true);
  });

  test('a hash may be copied into another while it is walked, whatever becomes of the copy', () => {
    const db = database();
    for (const fields of [10, 200]) {
      const from = filled(db, fields);
      let to = createHash(db, Bytes.from('copy'));
      hashForEach(db, from, (field, value) => {
        to = hashSet(db, to, field, value);
      });
      expect(contents(db, to)).toEqual(contents(db, from));
      db.remove(to);
      db.remove(from);
    }
  });
});
