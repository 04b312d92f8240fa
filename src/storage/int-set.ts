/**
 * Sets of 64-bit integers as sorted rows of 2, 4 or 8 bytes each, the narrowest that holds every member. These are the
 * rows alone, somewhere in a page of bytes; records, sizes and encodings are the business of the set type.
 */
import { writeInteger } from '../bytes/ascii.js';
import type { Bytes } from '../bytes/bytes.js';
import { parseInt64, parseInteger } from '../bytes/integer.js';

export type IntWidth = 2 | 4 | 8;

/** Longest text: -9223372036854775808. */
export const INT_TEXT_BYTES_MAX = 20;
const TWO_32 = 0x1_0000_0000;

/** One 64-bit integer, reused: text in, text out, and to and from rows, without allocating below 2^53. */
export class Int64 {
  /** The upper 32 bits, signed. */
  private high = 0;
  /** The lower 32 bits, signed. */
  private low = 0;
  private readonly text = new Uint8Array(INT_TEXT_BYTES_MAX);

  /** Reads an integer as Redis writes one; false if the bytes are anything else. */
  parse(bytes: Bytes): boolean {
    const value = parseInteger(bytes);
    if (Number.isNaN(value)) return false;
    if (Number.isSafeInteger(value)) {
      this.high = Math.floor(value / TWO_32) | 0;
      this.low = value | 0;
      return true;
    }
    const exact = parseInt64(bytes)!;
    this.high = Number(BigInt.asIntN(32, exact >> 32n));
    this.low = Number(BigInt.asIntN(32, exact));
    return true;
  }

  /** Points `view` at the integer in decimal; valid until this object's next `print`. */
  print(view: Bytes): Bytes {
    const value = this.high * TWO_32 + (this.low >>> 0);
    if (Number.isSafeInteger(value)) return view.set(this.text, 0, writeInteger(value, this.text, 0));
    const exact = (BigInt(this.high) << 32n) | BigInt(this.low >>> 0);
    const digits = exact.toString();
    for (let i = 0; i < digits.length; i++) this.text[i] = digits.charCodeAt(i);
    return view.set(this.text, 0, digits.length);
  }

  /** The narrowest row that holds the integer. */
  get width(): IntWidth {
    if (this.high !== this.low >> 31) return 8;
    return this.low === (this.low << 16) >> 16 ? 2 : 4;
  }

  get negative(): boolean {
    return this.high < 0;
  }

  read(page: Uint8Array, at: number, width: IntWidth): void {
    if (width === 2) {
      this.low = read16(page, at);
      this.high = this.low >> 31;
    } else {
      this.low = read32(page, at);
      this.high = width === 4 ? this.low >> 31 : read32(page, at + 4);
    }
  }

  write(page: Uint8Array, at: number, width: IntWidth): void {
    page[at] = this.low;
    page[at + 1] = this.low >> 8;
    if (width === 2) return;
    page[at + 2] = this.low >> 16;
    page[at + 3] = this.low >> 24;
    if (width === 8) write32(page, at + 4, this.high);
  }

  /** Negative, 0 or positive as the integer is below, equal to or above the one at `at`. */
  compare(page: Uint8Array, at: number, width: IntWidth): number {
    if (width === 2) return this.low - read16(page, at);
    if (width === 4) return this.low - read32(page, at);
    const high = read32(page, at + 4);
    return this.high !== high ? this.high - high : (this.low >>> 0) - (read32(page, at) >>> 0);
  }
}

/**
 * The row of `wanted` among `count` rows that begin at `start`, or `-1 - row` with the row where it would stand.
 * `wanted` must fit `width`.
 */
export function searchInts(
  page: Uint8Array,
  start: number,
  count: number,
  width: IntWidth,
  wanted: Int64,
): number {
  let low = 0;
  let high = count - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const order = wanted.compare(page, start + middle * width, width);
    if (order === 0) return middle;
    if (order < 0) high = middle - 1;
    else low = middle + 1;
  }
  return -1 - low;
}

/** Spreads `count` rows of width `from` to width `to`, with `shift` empty rows before them, in the same place. */
export function widenInts(
  page: Uint8Array,
  start: number,
  count: number,
  from: IntWidth,
  to: IntWidth,
  shift: 0 | 1,
): void {
  // From the end, so that no row is overwritten before it was read.
  for (let row = count - 1; row >= 0; row--) {
    scratch.read(page, start + row * from, from);
    scratch.write(page, start + (row + shift) * to, to);
  }
}

const scratch = new Int64();

function read16(page: Uint8Array, at: number): number {
  return ((page[at]! | (page[at + 1]! << 8)) << 16) >> 16;
}

function read32(page: Uint8Array, at: number): number {
  return page[at]! | (page[at + 1]! << 8) | (page[at + 2]! << 16) | (page[at + 3]! << 24);
}

function write32(page: Uint8Array, at: number, value: number): void {
  page[at] = value;
  page[at + 1] = value >> 8;
  page[at + 2] = value >> 16;
  page[at + 3] = value >> 24;
}
