import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Bytes } from '../../src/bytes/bytes.js';
import type { Database } from '../../src/storage/database.js';
import { Keyspace } from '../../src/storage/keyspace.js';
import {
  packedBytes,
  packedCount,
  packedFind,
  packedNext,
  packedRead,
  packedSkip,
  packedWrite,
  spliceValue,
} from '../../src/storage/packed-entries.js';
import { Representation } from '../../src/storage/representation.js';
import { recordBytes } from './record-bytes.js';

const HEADER = 3;
const KEY = Bytes.from('key');

function database(): Database {
  const keyspace = new Keyspace({ shardCount: 1, databaseCount: 1, keysPerShardMax: 0, random: () => 0.5 });
  return keyspace.databases[0]!;
}

function entries(db: Database, ref: number): string[] {
  const page = db.records.page8(ref);
  const start = db.records.valueStart(ref);
  const end = start + db.records.valueLength(ref);
  const view = new Bytes(page);
  const found: string[] = [];
  for (let at = start + HEADER; at < end;) {
    at = packedRead(page, at, view);
    found.push(view.toString());
  }
  expect(packedCount(page, start + HEADER, end)).toBe(found.length);
  return found;
}

/** Offset inside the value of the entry that is number `index`. */
function offsetOf(db: Database, ref: number, index: number): number {
  const start = db.records.valueStart(ref);
  return packedSkip(db.records.page8(ref), start + HEADER, index) - start;
}

const text = fc.oneof(
  { weight: 8, arbitrary: fc.string({ maxLength: 12, unit: 'binary-ascii' }) },
  { weight: 2, arbitrary: fc.string({ minLength: 100, maxLength: 300 }) },
  { weight: 1, arbitrary: fc.constant('z'.repeat(20_000)) },
);

describe('packed entries', () => {
  test('agree with an array over insertions, replacements and removals at any place', () => {
    const operation = fc.tuple(fc.constantFrom('insert', 'replace', 'remove'), fc.nat(), text);
    fc.assert(
      fc.property(fc.array(operation, { minLength: 1, maxLength: 120 }), (operations) => {
        const db = database();
        const liveBefore = recordBytes(db.keyspace);
        let ref = db.create(KEY, Representation.SET_PACKED, HEADER);
        const oracle: string[] = [];
        for (const [what, place, value] of operations) {
          const inserting = what === 'insert' || oracle.length === 0;
          const index = place % (oracle.length + (inserting ? 1 : 0));
          const offset = offsetOf(db, ref, index);
          const removed = inserting ? 0 : packedBytes(oracle[index]!.length);
          const added = what === 'remove' && !inserting ? [] : [value];
          ref = spliceValue(db, ref, offset, removed, added.length === 0 ? 0 : packedBytes(value.length));
          const at = db.records.valueStart(ref) + offset;
          for (const entry of added) packedWrite(db.records.page8(ref), at, Bytes.from(entry));
          oracle.splice(index, inserting ? 0 : 1, ...added);
        }
        expect(entries(db, ref)).toEqual(oracle);
        db.remove(ref);
        expect(recordBytes(db.keyspace)).toBe(liveBefore);
      }),
      { numRuns: 200 },
    );
  });

  test('the first equal entry is found, at any length, in every place or in every second one', () => {
    fc.assert(
      fc.property(fc.array(text, { minLength: 2, maxLength: 40 }), fc.nat(), (list, pick) => {
        const all = list.length % 2 === 0 ? list : list.slice(1);
        const page = new Uint8Array(all.reduce((sum, entry) => sum + packedBytes(entry.length), 0));
        const positions: number[] = [];
        let at = 0;
        for (const entry of all) {
          positions.push(at);
          at = packedWrite(page, at, Bytes.from(entry));
        }
        const wanted = all[pick % all.length]!;
        expect(packedFind(page, 0, at, 1, Bytes.from(wanted))).toBe(positions[all.indexOf(wanted)]);
        const field = all.findIndex((entry, index) => index % 2 === 0 && entry === wanted);
        expect(packedFind(page, 0, at, 2, Bytes.from(wanted))).toBe(field < 0 ? -1 : positions[field]);
        expect(packedFind(page, 0, at, 1, Bytes.from(`${wanted}?`))).toBe(
          all.includes(`${wanted}?`) ? positions[all.indexOf(`${wanted}?`)] : -1,
        );
        expect(packedNext(page, positions[positions.length - 1]!)).toBe(page.length);
      }),
      { numRuns: 300 },
    );
  });
});
