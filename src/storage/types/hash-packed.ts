/*
 * The value of a small hash, in the order in which the fields came:
 *
 *   HASH_PACKED: [representation][flags][number of fields][field, value, field, value, …]
 *
 * The entries are those of packed-entries.ts.
 */
import type { Bytes } from '../../bytes/bytes.js';
import type { Database } from '../database.js';
import {
  packedBytes,
  packedFind,
  packedNext,
  packedRead,
  packedSkip,
  packedWrite,
  spliceValue,
} from '../packed-entries.js';
import { Representation } from '../representation.js';
import { FLAGS_AT } from './hash-flags.js';

const COUNT_AT = 2;
const ENTRIES_AT = 3;

/** An empty hash; the caller adds a field before anybody sees it. */
export function createHash(db: Database, key: Bytes): number {
  const ref = db.create(key, Representation.HASH_PACKED, ENTRIES_AT);
  const page = db.records.page8(ref);
  const start = db.records.valueStart(ref);
  page[start + FLAGS_AT] = 0;
  page[start + COUNT_AT] = 0;
  return ref;
}

/** Number of fields. */
export function packedLength(db: Database, ref: number): number {
  return db.records.page8(ref)[db.records.valueStart(ref) + COUNT_AT]!;
}

/** Where in `page` the entry of `field` stands, or -1, in a value of `length` bytes that begins at `start`. */
export function findField(page: Uint8Array, start: number, length: number, field: Bytes): number {
  return packedFind(page, start + ENTRIES_AT, start + length, 2, field);
}

/** Sets a field; the record's ref afterwards. */
export function setPacked(db: Database, ref: number, field: Bytes, value: Bytes): number {
  const { records } = db;
  const page = records.page8(ref);
  const start = records.valueStart(ref);
  const length = records.valueLength(ref);
  const at = findField(page, start, length, field);
  if (at < 0) return appendPacked(db, ref, length, field, value);
  const valueAt = packedNext(page, at);
  const offset = valueAt - start;
  const target = spliceValue(db, ref, offset, packedNext(page, valueAt) - valueAt, packedBytes(value.length));
  packedWrite(records.page8(target), records.valueStart(target) + offset, value);
  return target;
}

function appendPacked(db: Database, ref: number, length: number, field: Bytes, value: Bytes): number {
  const { records } = db;
  const target = db.resize(ref, length + packedBytes(field.length) + packedBytes(value.length));
  const page = records.page8(target);
  const start = records.valueStart(target);
  packedWrite(page, packedWrite(page, start + length, field), value);
  page[start + COUNT_AT]!++;
  return target;
}

/** Removes a field, if it is there; the record's ref afterwards. */
export function deletePacked(db: Database, ref: number, field: Bytes): number {
  const { records } = db;
  const page = records.page8(ref);
  const start = records.valueStart(ref);
  const at = findField(page, start, records.valueLength(ref), field);
  if (at < 0) return ref;
  page[start + COUNT_AT]!--;
  return spliceValue(db, ref, at - start, packedSkip(page, at, 2) - at, 0);
}

/** Visits every field with its value, by these two views. */
export function visitPacked(
  db: Database,
  ref: number,
  field: Bytes,
  value: Bytes,
  visit: (field: Bytes, value: Bytes) => void,
): void {
  const { records } = db;
  const page = records.page8(ref);
  const start = records.valueStart(ref);
  const end = start + records.valueLength(ref);
  for (let at = start + ENTRIES_AT; at < end;) {
    at = packedRead(page, at, field);
    at = packedRead(page, at, value);
    visit(field, value);
  }
}

/** Points `field` and `value` at the ones that stand at `index`. */
export function packedAt(db: Database, ref: number, index: number, field: Bytes, value: Bytes): void {
  const page = db.records.page8(ref);
  const at = packedSkip(page, db.records.valueStart(ref) + ENTRIES_AT, 2 * index);
  packedRead(page, packedRead(page, at, field), value);
}
