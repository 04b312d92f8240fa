import { Bytes } from '../../bytes/bytes.js';
import { hash64, murmur64 } from '../../bytes/murmur64.js';
import { SparseRegisters } from './hyperloglog-sparse.js';

/*
 * HyperLogLogs as Redis keeps them in strings: a header of 16 bytes (HYLL, the encoding, 3 unused, the cached count as 64
 * bits, the highest of them set where it must be counted again), then 16,384 registers: dense, 6 bits each, or sparse, as
 * runs (see hyperloglog-sparse.ts).
 */

export const REGISTERS = 16_384;
export const HEADER_BYTES = 16;
const REGISTER_BITS = 6;
const REGISTER_MAX = 63;
export const DENSE_BYTES = HEADER_BYTES + (REGISTERS * REGISTER_BITS) / 8;
const DENSE = 0;
const SPARSE = 1;
const ENCODING_AT = 4;
const COUNT_AT = 8;
const COUNT_STALE = 0x80;
const SEED = 0xadc83b19;
const INDEX_BITS = 14;
/** Bits of the hash that are left to count zeros in. */
const Q = 64 - INDEX_BITS;
const ALPHA_INFINITE = 0.7213475204444817;

/** True for bytes that have the form of a HyperLogLog; runs are not looked at. */
export function isHyperLogLog(bytes: Bytes): boolean {
  const { buffer, offset, length } = bytes;
  if (length < HEADER_BYTES) return false;
  for (let i = 0; i < 4; i++) if (buffer[offset + i] !== 'HYLL'.charCodeAt(i)) return false;
  const encoding = buffer[offset + ENCODING_AT]!;
  return encoding === SPARSE || (encoding === DENSE && length === DENSE_BYTES);
}

export function isSparse(bytes: Bytes): boolean {
  return bytes.buffer[bytes.offset + ENCODING_AT] === SPARSE;
}

/** The bytes of an empty one: sparse, its cached count 0. */
export function emptyHyperLogLog(): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES + 2);
  bytes.set([72, 89, 76, 76, SPARSE]);
  // One run of 16,384 zeros.
  bytes.set([0x7f, 0xff], HEADER_BYTES);
  return bytes;
}

/** The register and the value that an element stands for; in `placed`. */
export const placed = { index: 0, count: 0 };

export function place(element: Bytes): void {
  hash64(element.buffer, element.offset, element.length, SEED);
  placed.index = murmur64.low & (REGISTERS - 1);
  // The 50 bits above the index, one bit set behind them.
  const low = (murmur64.low >>> INDEX_BITS) | (murmur64.high << (32 - INDEX_BITS));
  const high = (murmur64.high >>> INDEX_BITS) | (1 << (Q - 32));
  placed.count = 1 + (low !== 0 ? trailingZeros(low) : 32 + trailingZeros(high));
}

function trailingZeros(word: number): number {
  return 31 - Math.clz32(word & -word);
}

// Dense registers

export function denseRegister(bytes: Bytes, index: number): number {
  const { buffer } = bytes;
  const bit = index * REGISTER_BITS;
  const at = bytes.offset + HEADER_BYTES + (bit >>> 3);
  const shift = bit & 7;
  // Only a register that crosses into the next byte reads it: the last one does not.
  const high = shift > 2 ? buffer[at + 1]! << (8 - shift) : 0;
  return ((buffer[at]! >>> shift) | high) & REGISTER_MAX;
}

/** Raises a register; false when it was as high already. */
export function raiseDense(bytes: Bytes, index: number, count: number): boolean {
  if (denseRegister(bytes, index) >= count) return false;
  const { buffer } = bytes;
  const bit = index * REGISTER_BITS;
  const at = bytes.offset + HEADER_BYTES + (bit >>> 3);
  const shift = bit & 7;
  buffer[at] = (buffer[at]! & ~(REGISTER_MAX << shift)) | (count << shift);
  if (shift > 2)
    buffer[at + 1] = (buffer[at + 1]! & ~(REGISTER_MAX >>> (8 - shift))) | (count >>> (8 - shift));
  return true;
}

// All registers

/** Raises `registers`, one byte each, to those of a HyperLogLog; false when its runs are broken. */
export function mergeInto(registers: Uint8Array, bytes: Bytes): boolean {
  if (isSparse(bytes)) {
    return new SparseRegisters(bytes).forEach((index, count) => {
      if (registers[index]! < count) registers[index] = count;
    });
  }
  for (let index = 0; index < REGISTERS; index++) {
    const count = denseRegister(bytes, index);
    if (count > registers[index]!) registers[index] = count;
  }
  return true;
}

/** The header of `from` and dense registers; null when its runs are broken. */
export function toDense(from: Bytes): Uint8Array | null {
  const registers = new Uint8Array(REGISTERS);
  if (!mergeInto(registers, from)) return null;
  const dense = new Uint8Array(DENSE_BYTES);
  dense.set(from.buffer.subarray(from.offset, from.offset + HEADER_BYTES));
  dense[ENCODING_AT] = DENSE;
  const view = new Bytes(dense);
  for (let index = 0; index < REGISTERS; index++) raiseDense(view, index, registers[index]!);
  return dense;
}

// Counting

/** The cached count, or null where it is stale. */
export function cachedCount(bytes: Bytes): bigint | null {
  const { buffer } = bytes;
  const at = bytes.offset + COUNT_AT;
  if ((buffer[at + 7]! & COUNT_STALE) !== 0) return null;
  let count = 0n;
  for (let i = 7; i >= 0; i--) count = (count << 8n) | BigInt(buffer[at + i]!);
  return count;
}

export function cacheCount(bytes: Bytes, count: number): void {
  let rest = count;
  for (let i = 0; i < 8; i++) {
    bytes.buffer[bytes.offset + COUNT_AT + i] = rest % 256;
    rest = Math.floor(rest / 256);
  }
}

export function invalidateCount(bytes: Bytes): void {
  const at = bytes.offset + COUNT_AT + 7;
  bytes.buffer[at] = bytes.buffer[at]! | COUNT_STALE;
}

/** The estimate of Ertl ("New cardinality estimation algorithms for HyperLogLog sketches"), as Redis computes it. */
export function estimate(registers: Uint8Array): number {
  const histogram = new Float64Array(64);
  for (let index = 0; index < REGISTERS; index++) histogram[registers[index]!]!++;
  let z = REGISTERS * tau((REGISTERS - histogram[Q + 1]!) / REGISTERS);
  for (let count = Q; count >= 1; count--) z = (z + histogram[count]!) * 0.5;
  z += REGISTERS * sigma(histogram[0]! / REGISTERS);
  return Math.round((ALPHA_INFINITE * REGISTERS * REGISTERS) / z);
}

function tau(share: number): number {
  if (share === 0 || share === 1) return 0;
  let x = share;
  let y = 1;
  let z = 1 - x;
  for (let before = NaN; before !== z;) {
    x = Math.sqrt(x);
    before = z;
    y *= 0.5;
    z -= (1 - x) ** 2 * y;
  }
  return z / 3;
}

function sigma(share: number): number {
  if (share === 1) return Infinity;
  let x = share;
  let y = 1;
  let z = x;
  for (let before = NaN; before !== z;) {
    x *= x;
    before = z;
    z += x * y;
    y += y;
  }
  return z;
}
