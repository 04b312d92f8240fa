import { copyBytes } from '../../bytes/hash.js';

/*
 * Elements of a list as they stand in a packed list and in a block: length, bytes, length. The lengths are the same,
 * the second one mirrored, so that a list can be read from both ends:
 *
 *   below 128       1 byte
 *   below 16,384    2 bytes: 0x80 | high 6 bits, low 8 bits
 *   else            5 bytes: 0xC0, 32 bits
 */

const SHORT_MAX = 128;
const MIDDLE_MAX = 16_384;
const MIDDLE = 0x80;
const LONG = 0xc0;

/** Bytes of one of the two lengths of an element of `length` bytes. */
export function headBytes(length: number): number {
  if (length < SHORT_MAX) return 1;
  return length < MIDDLE_MAX ? 2 : 5;
}

/** Bytes that an element of `length` bytes takes in all. */
export function entryBytes(length: number): number {
  return length + 2 * headBytes(length);
}

/** Writes an element at `at`; where it ends. */
export function writeEntry(
  page: Uint8Array,
  at: number,
  from: Uint8Array,
  offset: number,
  length: number,
): number {
  if (length < SHORT_MAX) {
    page[at] = length;
    copyBytes(from, offset, length, page, at + 1);
    page[at + 1 + length] = length;
    return at + 2 + length;
  }
  return writeLongEntry(page, at, from, offset, length);
}

function writeLongEntry(
  page: Uint8Array,
  at: number,
  from: Uint8Array,
  offset: number,
  length: number,
): number {
  const head = headBytes(length);
  const last = at + length + 2 * head - 1;
  page[at] = page[last] = head === 2 ? MIDDLE | (length >>> 8) : LONG;
  if (head === 2) page[at + 1] = page[last - 1] = length;
  else {
    for (let i = 0; i < 4; i++) page[at + 1 + i] = page[last - 1 - i] = length >>> (8 * i);
  }
  copyBytes(from, offset, length, page, at + head);
  return last + 1;
}

/** Length of the element that begins at `at`. */
export function lengthAt(page: Uint8Array, at: number): number {
  const first = page[at]!;
  if (first < SHORT_MAX) return first;
  if (first < LONG) return ((first & 0x3f) << 8) | page[at + 1]!;
  return page[at + 1]! | (page[at + 2]! << 8) | (page[at + 3]! << 16) | (page[at + 4]! << 24);
}

/** Length of the element that ends at `end`. */
export function lengthBefore(page: Uint8Array, end: number): number {
  const last = page[end - 1]!;
  if (last < SHORT_MAX) return last;
  if (last < LONG) return ((last & 0x3f) << 8) | page[end - 2]!;
  return page[end - 2]! | (page[end - 3]! << 8) | (page[end - 4]! << 16) | (page[end - 5]! << 24);
}

/** Where `count` elements end that begin at `at`. */
export function skipForward(page: Uint8Array, at: number, count: number): number {
  for (let i = 0; i < count; i++) at += entryBytes(lengthAt(page, at));
  return at;
}

/** Where `count` elements begin that end at `end`. */
export function skipBackward(page: Uint8Array, end: number, count: number): number {
  for (let i = 0; i < count; i++) end -= entryBytes(lengthBefore(page, end));
  return end;
}
