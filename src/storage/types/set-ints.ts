/*
 * The value of a set of integers: a row of them, sorted, all as wide as the widest has to be.
 *
 *   SET_INTS: [representation][width: 2, 4 or 8][integers]
 */
import type { Bytes } from '../../bytes/bytes.js';
import type { Database } from '../database.js';
import { Int64, type IntWidth, searchInts, widenInts } from '../int-set.js';
import { spliceValue } from '../packed-entries.js';
import { Representation } from '../representation.js';

const WIDTH_AT = 1;
const INTS_AT = 2;
const WIDTH_MIN = 2;

/** The integer that is looked for or added; the caller parses it. */
export const int = new Int64();

/** An empty set of integers; the caller adds one before anybody sees it. */
export function createInts(db: Database, key: Bytes): number {
  const ref = db.create(key, Representation.SET_INTS, INTS_AT);
  db.records.page8(ref)[db.records.valueStart(ref) + WIDTH_AT] = WIDTH_MIN;
  return ref;
}

function widthOf(db: Database, ref: number): IntWidth {
  return db.records.page8(ref)[db.records.valueStart(ref) + WIDTH_AT]! as IntWidth;
}

/** Number of integers. */
export function intsLength(db: Database, ref: number): number {
  return (db.records.valueLength(ref) - INTS_AT) / widthOf(db, ref);
}

/** The row of `int`, or -1 - row where it would stand; any negative number if it is too wide to be there. */
export function findInt(db: Database, ref: number): number {
  const { records } = db;
  const page = records.page8(ref);
  const start = records.valueStart(ref);
  const width = page[start + WIDTH_AT]! as IntWidth;
  if (int.width > width) return -1;
  const count = (records.valueLength(ref) - INTS_AT) / width;
  return searchInts(page, start + INTS_AT, count, width, int);
}

/** Adds `int`, which is not there and belongs at `row`; the record's ref afterwards. */
export function insertInt(db: Database, ref: number, row: number): number {
  const width = widthOf(db, ref);
  return int.width <= width ? insertIntAt(db, ref, row, width) : addWiderInt(db, ref, width, int.width);
}

function insertIntAt(db: Database, ref: number, row: number, width: IntWidth): number {
  const offset = INTS_AT + row * width;
  const target = spliceValue(db, ref, offset, 0, width);
  int.write(db.records.page8(target), db.records.valueStart(target) + offset, width);
  return target;
}

/** Adds an integer that no member's width holds: it is below or above all of them. */
function addWiderInt(db: Database, ref: number, from: IntWidth, to: IntWidth): number {
  const { records } = db;
  const count = (records.valueLength(ref) - INTS_AT) / from;
  const target = db.resize(ref, INTS_AT + (count + 1) * to);
  const page = records.page8(target);
  const start = records.valueStart(target);
  const shift = int.negative ? 1 : 0;
  widenInts(page, start + INTS_AT, count, from, to, shift);
  int.write(page, start + INTS_AT + (int.negative ? 0 : count) * to, to);
  page[start + WIDTH_AT] = to;
  return target;
}

/** Removes `int`, if it is there; the record's ref afterwards. */
export function removeInt(db: Database, ref: number): number {
  const row = findInt(db, ref);
  if (row < 0) return ref;
  const width = widthOf(db, ref);
  return spliceValue(db, ref, INTS_AT + row * width, width, 0);
}

/** Reads the integer in a row. */
export function readInt(db: Database, ref: number, row: number, into: Int64): void {
  const width = widthOf(db, ref);
  into.read(db.records.page8(ref), db.records.valueStart(ref) + INTS_AT + row * width, width);
}
