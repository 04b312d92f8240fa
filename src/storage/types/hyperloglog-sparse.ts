import type { Bytes } from '../../bytes/bytes.js';

/*
 * Sparse registers are runs:
 *   00llllll            l + 1 registers of 0
 *   01llllll llllllll   l + 1 registers of 0
 *   1vvvvvll            l + 1 registers of v + 1
 */

const REGISTERS = 16_384;
const HEADER_BYTES = 16;
const ZERO_LENGTH_MAX = 64;
const VALUE_MAX = 32;
const VALUE_LENGTH_MAX = 4;
/** Runs that are looked at for merging after a change, from the one before it on. */
const MERGE_RUNS = 5;

/** What raising a sparse register came to. */
export const Raised = { NO: 0, YES: 1, MUST_BE_DENSE: 2, CORRUPT: 3 } as const;
export type Raised = (typeof Raised)[keyof typeof Raised];

/** A working copy of a sparse HyperLogLog; changes make it as long or as short as Redis would. */
export class SparseRegisters {
  /** The whole value, header included; only `length` bytes of it count. */
  buffer: Uint8Array;
  length: number;
  // The run that locate() found.
  private at = 0;
  private previous = 0;
  private first = 0;
  private span = 0;

  constructor(bytes: Bytes) {
    this.length = bytes.length;
    this.buffer = new Uint8Array(bytes.length + 64);
    this.buffer.set(bytes.buffer.subarray(bytes.offset, bytes.offset + bytes.length));
  }

  /** Visits the registers that are not 0; false when the runs do not add up to all registers. */
  forEach(visit: (index: number, count: number) => void): boolean {
    let index = 0;
    for (let at = HEADER_BYTES; at < this.length; at += this.runBytes(at)) {
      const span = this.runLength(at);
      if (index + span > REGISTERS) return false;
      if (this.isValue(at)) for (let i = 0; i < span; i++) visit(index + i, this.value(at));
      index += span;
    }
    return index === REGISTERS;
  }

  /** The runs as PFDEBUG DECODE shows them. */
  describe(): string {
    const runs: string[] = [];
    for (let at = HEADER_BYTES; at < this.length; at += this.runBytes(at)) {
      const span = this.runLength(at);
      if (this.isValue(at)) runs.push(`v:${this.value(at)},${span}`);
      else runs.push(`${this.isLong(at) ? 'Z' : 'z'}:${span}`);
    }
    return runs.join(' ');
  }

  /** Raises a register, unless that would make the value longer than `bytesMax` or its run too high. */
  raise(index: number, count: number, bytesMax: number): Raised {
    if (count > VALUE_MAX) return Raised.MUST_BE_DENSE;
    if (!this.locate(index)) return Raised.CORRUPT;
    const current = this.isValue(this.at) ? this.value(this.at) : 0;
    if (current >= count) return Raised.NO;
    if (this.span === 1) this.buffer[this.at] = valueRun(count, 1);
    else {
      const runs = this.split(index, current, count);
      const grows = runs.length - this.runBytes(this.at);
      if (grows > 0 && this.length + grows > bytesMax) return Raised.MUST_BE_DENSE;
      this.replace(runs);
    }
    this.merge();
    return Raised.YES;
  }

  /** Finds the run that holds a register; false when there is none. */
  private locate(index: number): boolean {
    let at = HEADER_BYTES;
    let first = 0;
    let previous = 0;
    while (at < this.length) {
      const span = this.runLength(at);
      if (index < first + span) {
        this.at = at;
        this.first = first;
        this.span = span;
        this.previous = previous;
        return at + this.runBytes(at) <= this.length;
      }
      previous = at;
      first += span;
      at += this.runBytes(at);
    }
    return false;
  }

  /** The runs that take the place of the found one when a register in it gets a value. */
  private split(index: number, current: number, count: number): number[] {
    const before = index - this.first;
    const behind = this.first + this.span - 1 - index;
    const runs: number[] = [];
    if (before > 0) runs.push(...run(current, before));
    runs.push(valueRun(count, 1));
    if (behind > 0) runs.push(...run(current, behind));
    return runs;
  }

  private replace(runs: readonly number[]): void {
    const end = this.at + this.runBytes(this.at);
    const length = this.length + runs.length - (end - this.at);
    if (length > this.buffer.length) {
      const larger = new Uint8Array(length + 64);
      larger.set(this.buffer);
      this.buffer = larger;
    }
    this.buffer.copyWithin(this.at + runs.length, end, this.length);
    this.buffer.set(runs, this.at);
    this.length = length;
  }

  /** Joins neighbours of the same value around the change, where one run can hold both. */
  private merge(): void {
    let at = this.previous === 0 ? HEADER_BYTES : this.previous;
    for (let runs = 0; runs < MERGE_RUNS && at < this.length; runs++) {
      const next = at + 1;
      const joins = this.isValue(at) && next < this.length && this.isValue(next);
      if (joins && this.value(at) === this.value(next)) {
        const span = this.runLength(at) + this.runLength(next);
        if (span <= VALUE_LENGTH_MAX) {
          this.buffer[next] = valueRun(this.value(at), span);
          this.buffer.copyWithin(at, next, this.length);
          this.length--;
          continue;
        }
      }
      at += this.runBytes(at);
    }
  }

  private isValue(at: number): boolean {
    return (this.buffer[at]! & 0x80) !== 0;
  }

  private isLong(at: number): boolean {
    return (this.buffer[at]! & 0xc0) === 0x40;
  }

  private value(at: number): number {
    return ((this.buffer[at]! >>> 2) & 0x1f) + 1;
  }

  private runLength(at: number): number {
    const byte = this.buffer[at]!;
    if (this.isValue(at)) return (byte & 3) + 1;
    return this.isLong(at) ? (((byte & 0x3f) << 8) | this.buffer[at + 1]!) + 1 : (byte & 0x3f) + 1;
  }

  private runBytes(at: number): number {
    return this.isLong(at) ? 2 : 1;
  }
}

function valueRun(value: number, length: number): number {
  return 0x80 | ((value - 1) << 2) | (length - 1);
}

/** A run of zeros or of a value. */
function run(value: number, length: number): number[] {
  if (value > 0) return [valueRun(value, length)];
  if (length <= ZERO_LENGTH_MAX) return [length - 1];
  return [0x40 | ((length - 1) >>> 8), (length - 1) & 0xff];
}
