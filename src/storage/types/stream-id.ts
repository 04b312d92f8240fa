import { writeInteger, writeLatin1 } from '../../bytes/ascii.js';
import type { Bytes } from '../../bytes/bytes.js';

const WORD = 0x1_0000_0000;
const WORD_MAX = 0xffff_ffff;
/** A high word below this makes a number that a double holds exactly. */
const SAFE_HIGH = 0x20_0000;
/** So many digits always are such a number. */
const SAFE_DIGITS = 15;

/**
 * The id of an entry, `ms-seq`: two unsigned integers of 64 bits, each kept as two words of 32 bits, so that every id is
 * exact and none costs an allocation. Mutable: whoever keeps one copies it.
 */
export class StreamId {
  msHigh = 0;
  msLow = 0;
  seqHigh = 0;
  seqLow = 0;

  set(msHigh: number, msLow: number, seqHigh: number, seqLow: number): this {
    this.msHigh = msHigh;
    this.msLow = msLow;
    this.seqHigh = seqHigh;
    this.seqLow = seqLow;
    return this;
  }

  copy(from: StreamId): this {
    return this.set(from.msHigh, from.msLow, from.seqHigh, from.seqLow);
  }

  /** `0-0` */
  setMin(): this {
    return this.set(0, 0, 0, 0);
  }

  /** `18446744073709551615-18446744073709551615` */
  setMax(): this {
    return this.set(WORD_MAX, WORD_MAX, WORD_MAX, WORD_MAX);
  }

  /** `ms` is a safe integer. */
  setMs(ms: number): this {
    return this.set(Math.floor(ms / WORD), ms >>> 0, 0, 0);
  }

  get isZero(): boolean {
    return this.msHigh === 0 && this.msLow === 0 && this.seqHigh === 0 && this.seqLow === 0;
  }

  /** Negative, 0 or positive. */
  compare(other: StreamId): number {
    if (this.msHigh !== other.msHigh) return this.msHigh - other.msHigh;
    if (this.msLow !== other.msLow) return this.msLow - other.msLow;
    if (this.seqHigh !== other.seqHigh) return this.seqHigh - other.seqHigh;
    return this.seqLow - other.seqLow;
  }

  sameMs(other: StreamId): boolean {
    return this.msHigh === other.msHigh && this.msLow === other.msLow;
  }

  /** The sequence number becomes the next one; false when there is none. */
  nextSequence(): boolean {
    if (this.seqLow !== WORD_MAX) this.seqLow++;
    else {
      if (this.seqHigh === WORD_MAX) return false;
      this.seqHigh++;
      this.seqLow = 0;
    }
    return true;
  }

  /** Becomes the next id; false when it is the last one. */
  increment(): boolean {
    if (this.nextSequence()) return true;
    if (this.msHigh === WORD_MAX && this.msLow === WORD_MAX) return false;
    if (this.msLow !== WORD_MAX) this.msLow++;
    else {
      this.msHigh++;
      this.msLow = 0;
    }
    this.seqHigh = this.seqLow = 0;
    return true;
  }

  /** Becomes the id before; false when it is the first one. */
  decrement(): boolean {
    if (this.isZero) return false;
    if (this.seqLow > 0) this.seqLow--;
    else if (this.seqHigh > 0) {
      this.seqHigh--;
      this.seqLow = WORD_MAX;
    } else {
      if (this.msLow > 0) this.msLow--;
      else {
        this.msHigh--;
        this.msLow = WORD_MAX;
      }
      this.seqHigh = this.seqLow = WORD_MAX;
    }
    return true;
  }

  read(words: Int32Array, at: number): this {
    return this.set(words[at]! >>> 0, words[at + 1]! >>> 0, words[at + 2]! >>> 0, words[at + 3]! >>> 0);
  }

  write(words: Int32Array, at: number): void {
    words[at] = this.msHigh;
    words[at + 1] = this.msLow;
    words[at + 2] = this.seqHigh;
    words[at + 3] = this.seqLow;
  }

  /** Compares with the id that stands in `words`. */
  compareWords(words: Int32Array, at: number): number {
    if (this.msHigh !== words[at]! >>> 0) return this.msHigh - (words[at]! >>> 0);
    if (this.msLow !== words[at + 1]! >>> 0) return this.msLow - (words[at + 1]! >>> 0);
    if (this.seqHigh !== words[at + 2]! >>> 0) return this.seqHigh - (words[at + 2]! >>> 0);
    return this.seqLow - (words[at + 3]! >>> 0);
  }

  /** Writes it as text, at most 41 bytes; where it ends. */
  print(to: Uint8Array, at: number): number {
    if (this.msLow !== printedLow || this.msHigh !== printedHigh) printTime(this.msHigh, this.msLow);
    for (let i = 0; i < printedBytes; i++) to[at + i] = printed[i]!;
    return printNumber(this.seqHigh, this.seqLow, to, at + printedBytes);
  }

  toString(): string {
    return `${decimal(this.msHigh, this.msLow)}-${decimal(this.seqHigh, this.seqLow)}`;
  }

  /** Reads decimal digits as the time; the sequence stays. False for anything else, or beyond 64 bits. */
  parseMs(bytes: Bytes, from: number, to: number): boolean {
    if (!parseUint64(bytes, from, to)) return false;
    this.msHigh = parsedHigh;
    this.msLow = parsedLow;
    return true;
  }

  parseSequence(bytes: Bytes, from: number, to: number): boolean {
    if (!parseUint64(bytes, from, to)) return false;
    this.seqHigh = parsedHigh;
    this.seqLow = parsedLow;
    return true;
  }
}

function decimal(high: number, low: number): string {
  return high < SAFE_HIGH ? String(high * WORD + low) : String((BigInt(high) << 32n) | BigInt(low));
}

function printNumber(high: number, low: number, to: Uint8Array, at: number): number {
  return high < SAFE_HIGH ? writeInteger(high * WORD + low, to, at) : writeLatin1(decimal(high, low), to, at);
}

// The time that was printed last, with the dash behind it: many entries in a row have the same.
const printed = new Uint8Array(24);
let printedHigh = 0;
let printedLow = 0;
let printedBytes = 0;

function printTime(high: number, low: number): void {
  printedBytes = printNumber(high, low, printed, 0);
  printed[printedBytes++] = 45;
  printedHigh = high;
  printedLow = low;
}
printTime(0, 0);

let parsedHigh = 0;
let parsedLow = 0;

function parseUint64(bytes: Bytes, from: number, to: number): boolean {
  if (to <= from) return false;
  let value = 0;
  for (let i = from; i < to; i++) {
    const digit = bytes.buffer[bytes.offset + i]! - 48;
    if (digit < 0 || digit > 9) return parseSigned(bytes.toString().slice(from, to));
    value = value * 10 + digit;
  }
  if (to - from <= SAFE_DIGITS) {
    parsedHigh = Math.floor(value / WORD);
    parsedLow = value >>> 0;
    return true;
  }
  const exact = BigInt(bytes.toString().slice(from, to));
  if (exact >> 64n !== 0n) return false;
  parsedHigh = Number(exact >> 32n);
  parsedLow = Number(exact & 0xffff_ffffn);
  return true;
}

/**
 * What Redis leaves to C's strtoull: spaces and a sign before the digits. A number below zero counts from 2^64 down,
 * unless it is written as an integer of 64 bits, which is refused.
 */
function parseSigned(text: string): boolean {
  const [, spaces, sign, digits] = /^([ \t-\r]*)([+-]?)(\d+)$/.exec(text) ?? [];
  if (digits === undefined) return false;
  const magnitude = BigInt(digits);
  const plain = spaces === '' && sign === '-' && /^[1-9]/.test(digits) && magnitude <= 1n << 63n;
  if (plain || magnitude >= 1n << 64n) return false;
  const exact = BigInt.asUintN(64, sign === '-' ? -magnitude : magnitude);
  parsedHigh = Number(exact >> 32n);
  parsedLow = Number(exact & 0xffff_ffffn);
  return true;
}
