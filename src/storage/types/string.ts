import { writeInteger } from '../../bytes/ascii.js';
import { Bytes } from '../../bytes/bytes.js';
import { copyBytes } from '../../bytes/hash.js';
import { parseInt64, parseInteger, INT64_MAX, INT64_MIN } from '../../bytes/integer.js';
import type { Database } from '../database.js';
import { Representation } from '../representation.js';

/*
 * Strings. A plain one is its record's value. One that was edited in place is reported as `raw` by OBJECT ENCODING; where
 * its length would say something else, it has the representation STRING_RAW: a byte before the characters.
 */

/** Strings longer than this are `raw` anyway. */
const RAW_BYTES_LEAST = 45;
/** Sums of integers up to this are exact in a double. */
const EXACT_MAX = 2 ** 52;

/** Points `view` at the characters of the string in a record; valid until the next change of it. */
export function stringBytes(db: Database, ref: number, view: Bytes): Bytes {
  const { records } = db;
  const skip = records.head(ref) < 0 ? 1 : 0;
  return view.set(records.page8(ref), records.valueStart(ref) + skip, records.valueLength(ref) - skip);
}

export function stringLength(db: Database, ref: number): number {
  return db.records.valueLength(ref) - (db.records.head(ref) < 0 ? 1 : 0);
}

/**
 * Makes a string at least `length` long, filling up with zero bytes, for an edit in place; `ref` 0 creates it. The
 * record's ref afterwards.
 */
export function stretchString(db: Database, ref: number, key: Bytes, length: number): number {
  if (ref === 0) return zeroString(db, key, length);
  const before = stringLength(db, ref);
  const after = Math.max(before, length);
  let target: number;
  if (db.records.head(ref) < 0) {
    target = db.grow(ref, after + 1);
    db.setRepresentation(target, Representation.STRING_RAW);
  } else if (after >= RAW_BYTES_LEAST) target = db.grow(ref, after);
  else {
    target = db.grow(ref, after + 1);
    const start = db.records.valueStart(target);
    db.records.page8(target).copyWithin(start + 1, start, start + before);
    db.setRepresentation(target, Representation.STRING_RAW);
  }
  const end = db.records.valueStart(target) + db.records.valueLength(target);
  db.records.page8(target).fill(0, end - (after - before), end);
  return target;
}

function zeroString(db: Database, key: Bytes, length: number): number {
  const ref =
    length >= RAW_BYTES_LEAST
      ? db.create(key, 0, length)
      : db.create(key, Representation.STRING_RAW, length + 1);
  const end = db.records.valueStart(ref) + db.records.valueLength(ref);
  db.records.page8(ref).fill(0, end - length, end);
  return ref;
}

/** Overwrites part of a string from `offset` on, stretching it; the record's ref afterwards. `ref` may be 0. */
export function setStringRange(db: Database, ref: number, key: Bytes, offset: number, bytes: Bytes): number {
  const target = stretchString(db, ref, key, offset + bytes.length);
  const { records } = db;
  const start = records.valueStart(target) + (records.head(target) < 0 ? 1 : 0);
  copyBytes(bytes.buffer, bytes.offset, bytes.length, records.page8(target), start + offset);
  return target;
}

const digits = new Bytes(new Uint8Array(24));
const current = new Bytes(digits.buffer);

/** Why a string could not be incremented. */
export const IncrementError = { NONE: 0, NOT_INTEGER: 1, OVERFLOW: 2 } as const;
export type IncrementError = (typeof IncrementError)[keyof typeof IncrementError];

/** What `incrementString` did last: the reason why not, or the new value. */
export const increment = {
  error: IncrementError.NONE as IncrementError,
  /** The new value where `exact` is null. */
  value: 0,
  /** The new value beyond what a double holds. */
  exact: null as bigint | null,
};

/**
 * Adds `delta` to the integer in a string and keeps its expiry; `ref` 0 counts from 0. The result is in `increment`.
 * `exactDelta` is given where a double cannot hold it. Allocates nothing below 2^52.
 */
export function incrementString(
  db: Database,
  ref: number,
  key: Bytes,
  delta: number,
  exactDelta: bigint | null,
): void {
  increment.error = IncrementError.NONE;
  increment.exact = null;
  if (ref !== 0 && incrementInPlace(db, ref, delta)) return;
  const value = ref === 0 ? 0 : parseInteger(stringBytes(db, ref, current));
  if (Number.isNaN(value)) {
    increment.error = IncrementError.NOT_INTEGER;
    return;
  }
  if (Math.abs(value) < EXACT_MAX && Math.abs(delta) < EXACT_MAX) {
    increment.value = value + delta;
    digits.set(digits.buffer, 0, writeInteger(increment.value, digits.buffer, 0));
    db.setString(ref, key, digits, true);
  } else incrementExactly(db, ref, key, exactDelta ?? BigInt(delta));
}

/**
 * Counts on where the digits stand, if it is a plain string of up to 9 digits and stays one of as many: what almost every
 * INCR does, in 32-bit integers. False otherwise, with nothing changed.
 */
function incrementInPlace(db: Database, ref: number, delta: number): boolean {
  const { records } = db;
  const head = records.head(ref);
  const length = records.valueLength(ref);
  if (head < 0 || length === 0 || length > 9 || (delta | 0) !== delta) return false;
  const bytes = records.page8(ref);
  const start = records.valueStart(ref);
  let value = 0;
  for (let at = start; at < start + length; at++) {
    const digit = bytes[at]! - 48;
    if (digit < 0 || digit > 9) return false;
    value = (value * 10 + digit) | 0;
  }
  const sum = value + delta;
  // A leading zero is no integer, and the careful way says so.
  if (value < DIGITS_LEAST[length]! || sum < DIGITS_LEAST[length]! || sum >= DIGITS_LEAST[length + 1]!)
    return false;
  let rest = sum | 0;
  for (let at = start + length - 1; at >= start; at--) {
    const quotient = (rest / 10) | 0;
    bytes[at] = 48 + (rest - quotient * 10);
    rest = quotient;
  }
  increment.value = sum;
  return true;
}

/** The least integer of so many digits. */
const DIGITS_LEAST = Float64Array.from({ length: 11 }, (_, length) => (length < 2 ? 0 : 10 ** (length - 1)));

function incrementExactly(db: Database, ref: number, key: Bytes, delta: bigint): void {
  const value = (ref === 0 ? 0n : parseInt64(stringBytes(db, ref, current))!) + delta;
  if (value > INT64_MAX || value < INT64_MIN) {
    increment.error = IncrementError.OVERFLOW;
    return;
  }
  increment.exact = value;
  db.setString(ref, key, Bytes.from(value.toString()), true);
}

/**
 * Sets a string to a sum as it is printed, keeping its expiry; `ref` may be 0. Redis does not look whether such a text
 * is an integer, so its encoding is embstr.
 */
export function setPrintedSum(db: Database, ref: number, key: Bytes, text: string): void {
  if (text.length >= RAW_BYTES_LEAST) {
    db.setString(ref, key, Bytes.from(text), true);
    return;
  }
  const target = db.setString(ref, key, Bytes.from(`\0${text}`), true);
  db.setRepresentation(target, Representation.STRING_EMBEDDED);
}

/** Sets the whole content of a string that counts as edited in place, keeping its expiry; `ref` may be 0. */
export function replaceString(
  db: Database,
  ref: number,
  key: Bytes,
  content: Uint8Array,
  length: number,
): number {
  let target: number;
  if (ref === 0) target = zeroString(db, key, length);
  else if (db.records.head(ref) >= 0 && length >= RAW_BYTES_LEAST) target = db.resize(ref, length);
  else {
    target = db.resize(ref, length + 1);
    db.setRepresentation(target, Representation.STRING_RAW);
  }
  const end = db.records.valueStart(target) + db.records.valueLength(target);
  copyBytes(content, 0, length, db.records.page8(target), end - length);
  return target;
}
