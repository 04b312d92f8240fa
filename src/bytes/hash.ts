import type { Bytes } from './bytes.js';

/**
 * Hash of a key: multiply and xor over words, with a seed that is drawn per process so that nobody can prepare keys
 * that collide. 32 bits, never 0 (0 means "not computed" in `Bytes.hash`).
 */
export class KeyHash {
  constructor(private readonly seed: number) {}

  of(key: Bytes): number {
    const cached = key.hash;
    return cached !== 0 ? cached : (key.hash = this.compute(key.buffer, key.offset, key.length));
  }

  compute(buffer: Uint8Array, offset: number, length: number): number {
    let hash = this.seed ^ length;
    const end = offset + length;
    let at = offset;
    for (; at + 4 <= end; at += 4) {
      const word = buffer[at]! | (buffer[at + 1]! << 8) | (buffer[at + 2]! << 16) | (buffer[at + 3]! << 24);
      hash = Math.imul(hash ^ word, 0x9e3779b1);
      hash ^= hash >>> 15;
    }
    for (; at < end; at++) hash = Math.imul(hash ^ buffer[at]!, 0x85ebca6b);
    hash ^= hash >>> 13;
    hash = Math.imul(hash ^ this.seed, 0xc2b2ae35);
    hash ^= hash >>> 16;
    return hash === 0 ? 1 : hash;
  }
}

const COPY_LOOP_BYTES_MAX = 64;

/** Copies bytes; up to 64 in a loop, which is faster than `set(subarray())` and allocates nothing. */
export function copyBytes(from: Uint8Array, start: number, length: number, to: Uint8Array, at: number): void {
  if (length <= COPY_LOOP_BYTES_MAX) {
    for (let i = 0; i < length; i++) to[at + i] = from[start + i]!;
  } else to.set(from.subarray(start, start + length), at);
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
