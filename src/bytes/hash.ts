import type { Bytes } from './bytes.js';

/**
 * Hash of a key: MurmurHash3's mixing over words, with a seed that is drawn per process so that nobody can prepare keys
 * that collide. 32 bits, never 0 (0 means "not computed" in `Bytes.hash`).
 */
export class KeyHash {
  constructor(private readonly seed: number) {}

  of(key: Bytes): number {
    const cached = key.hash;
    return cached !== 0 ? cached : (key.hash = this.compute(key.buffer, key.offset, key.length));
  }

  compute(buffer: Uint8Array, offset: number, length: number): number {
    let hash = this.seed;
    const end = offset + length;
    let at = offset;
    for (; at + 4 <= end; at += 4) {
      hash = mixed(
        hash,
        buffer[at]! | (buffer[at + 1]! << 8) | (buffer[at + 2]! << 16) | (buffer[at + 3]! << 24),
      );
    }
    let tail = 0;
    for (; at < end; at++) tail = (tail << 8) | buffer[at]!;
    return this.finished(hash, tail, length);
  }

  /** As `compute`, from a view of the buffer: 12 instead of 18 ns for 18 bytes. */
  computeViewed(view: DataView, offset: number, length: number): number {
    let hash = this.seed;
    const end = offset + length;
    let at = offset;
    for (; at + 4 <= end; at += 4) hash = mixed(hash, view.getInt32(at, true));
    let tail = 0;
    for (; at < end; at++) tail = (tail << 8) | view.getUint8(at);
    return this.finished(hash, tail, length);
  }

  private finished(mixedWords: number, tail: number, length: number): number {
    let hash = mixedWords;
    const mixedTail = Math.imul(tail, 0xcc9e2d51);
    hash ^= Math.imul((mixedTail << 15) | (mixedTail >>> 17), 0x1b873593);
    hash ^= length;
    hash ^= hash >>> 16;
    hash = Math.imul(hash ^ this.seed, 0x85ebca6b);
    hash ^= hash >>> 13;
    hash = Math.imul(hash, 0xc2b2ae35);
    hash ^= hash >>> 16;
    return hash === 0 ? 1 : hash;
  }
}

function mixed(hash: number, word: number): number {
  const multiplied = Math.imul(word, 0xcc9e2d51);
  const both = hash ^ Math.imul((multiplied << 15) | (multiplied >>> 17), 0x1b873593);
  return (Math.imul((both << 13) | (both >>> 19), 5) + 0xe6546b64) | 0;
}

const COPY_LOOP_BYTES_MAX = 64;

/** Copies bytes; up to 64 in a loop, which is faster than `set(subarray())` and allocates nothing. */
export function copyBytes(from: Uint8Array, start: number, length: number, to: Uint8Array, at: number): void {
  if (length <= COPY_LOOP_BYTES_MAX) {
    for (let i = 0; i < length; i++) to[at + i] = from[start + i]!;
  } else to.set(from.subarray(start, start + length), at);
}

/** Runs of these lengths are copied and compared by words: a loop over bytes is better below, the runtime above. */
const WORDS_BYTES_MIN = 4;
const WORDS_BYTES_MAX = 128;

/**
 * As `copyBytes`, by words where both buffers have views: a third of the time for 13 bytes, a sixth for 32. The two runs
 * must not overlap.
 */
export function copyRun(
  from: Uint8Array,
  view: DataView | null,
  start: number,
  length: number,
  to: Uint8Array,
  toView: DataView,
  at: number,
): void {
  if (view === null || length < WORDS_BYTES_MIN || length > WORDS_BYTES_MAX)
    copyBytes(from, start, length, to, at);
  else copyWords(view, start, length, toView, at);
}

/** The last word overlaps the one before where the length is no multiple of four. */
function copyWords(from: DataView, start: number, length: number, to: DataView, at: number): void {
  const last = length - 4;
  for (let i = 0; i < last; i += 4) to.setInt32(at + i, from.getInt32(start + i, true), true);
  to.setInt32(at + last, from.getInt32(start + last, true), true);
}

/** As `equalBytes`, by words where there is a view of `b`, with the same overlap. */
export function equalRun(
  a: Uint8Array,
  aView: DataView,
  aStart: number,
  b: Uint8Array,
  bView: DataView | null,
  bStart: number,
  length: number,
): boolean {
  if (bView === null || length < WORDS_BYTES_MIN) return equalBytes(a, aStart, b, bStart, length);
  const last = length - 4;
  for (let i = 0; i < last; i += 4) {
    if (aView.getInt32(aStart + i, true) !== bView.getInt32(bStart + i, true)) return false;
  }
  return aView.getInt32(aStart + last, true) === bView.getInt32(bStart + last, true);
}

export function equalBytes(
  a: Uint8Array,
  aStart: number,
  b: Uint8Array,
  bStart: number,
  length: number,
): boolean {
  for (let i = 0; i < length; i++) if (a[aStart + i] !== b[bStart + i]) return false;
  return true;
}

/** As memcmp, then by length: negative, 0 or positive. */
export function compareBytes(a: Bytes, b: Bytes): number {
  const shorter = Math.min(a.length, b.length);
  for (let i = 0; i < shorter; i++) {
    const difference = a.buffer[a.offset + i]! - b.buffer[b.offset + i]!;
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}
