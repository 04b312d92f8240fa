/**
 * LZF, the compression of strings in RDB files: runs of up to 32 literal bytes, and copies of 3 to 264 bytes from at
 * most 8 KiB back.
 */

const HASH_BITS = 14;
const LITERALS_MAX = 32;
const DISTANCE_MAX = 1 << 13;
const MATCH_MAX = 264;

/** No input expands to more than this many times its length: a copy of 264 bytes takes 3. */
export const LZF_RATIO_MAX = MATCH_MAX / 3;

// Where each hash was last seen, plus `generation`: entries of earlier calls are below it and need not be cleared.
const lastSeen = new Int32Array(1 << HASH_BITS);
let generation = 1;

/**
 * Compresses `[start, start + length)` into `to` at `at`; the number of bytes written, or 0 when that is not fewer
 * than `length - 4` (then compression does not pay, as Redis decides it). `to` needs `length` bytes of room.
 */
export function lzfCompress(
  from: Uint8Array,
  start: number,
  length: number,
  to: Uint8Array,
  at: number,
): number {
  if (generation > 0x7fff_ffff - length - 1) {
    lastSeen.fill(0);
    generation = 1;
  }
  const bias = generation - start;
  generation += length;
  const end = start + length;
  const limit = at + length - 4;
  let out = at + 1; // The length of the first literal run goes to `at`.
  let run = 0;
  let position = start;
  while (position < end - 2) {
    const hash = hashThree(from, position);
    const candidate = lastSeen[hash]! - bias;
    lastSeen[hash] = position + bias;
    const distance = position - candidate - 1;
    if (
      candidate >= start &&
      distance < DISTANCE_MAX &&
      from[candidate] === from[position] &&
      from[candidate + 1] === from[position + 1] &&
      from[candidate + 2] === from[position + 2]
    ) {
      const matched = matchLength(from, candidate, position, Math.min(end, position + MATCH_MAX));
      if (out + 4 > limit) return 0;
      if (run === 0) out--;
      else to[out - run - 1] = run - 1;
      const code = matched - 2;
      if (code < 7) to[out++] = (code << 5) | (distance >> 8);
      else {
        to[out++] = (7 << 5) | (distance >> 8);
        to[out++] = code - 7;
      }
      to[out++] = distance & 255;
      out++;
      run = 0;
      // The bytes inside the copy are entered too, sparsely: every one costs 20 % more time for 1 % of size.
      const next = position + matched;
      if (next < end - 2) lastSeen[hashThree(from, next - 1)] = next - 1 + bias;
      position = next;
      continue;
    }
    if (out >= limit) return 0;
    to[out++] = from[position++]!;
    if (++run === LITERALS_MAX) {
      to[out - run - 1] = run - 1;
      out++;
      run = 0;
    }
  }
  while (position < end) {
    if (out >= limit) return 0;
    to[out++] = from[position++]!;
    if (++run === LITERALS_MAX) {
      to[out - run - 1] = run - 1;
      out++;
      run = 0;
    }
  }
  if (run === 0) out--;
  else to[out - run - 1] = run - 1;
  return out > limit ? 0 : out - at;
}

function hashThree(from: Uint8Array, at: number): number {
  const word = from[at]! | (from[at + 1]! << 8) | (from[at + 2]! << 16);
  return Math.imul(word, 0x9e3779b1) >>> (32 - HASH_BITS);
}

function matchLength(from: Uint8Array, candidate: number, position: number, end: number): number {
  let at = position + 3;
  let other = candidate + 3;
  while (at < end && from[at] === from[other]) {
    at++;
    other++;
  }
  return at - position;
}

/** Expands `[start, end)` into exactly `length` bytes of `to` at `at`; false when the input does not give them. */
export function lzfDecompress(
  from: Uint8Array,
  start: number,
  end: number,
  to: Uint8Array,
  at: number,
  length: number,
): boolean {
  const stop = at + length;
  let position = start;
  let out = at;
  while (position < end) {
    const control = from[position++]!;
    if (control < LITERALS_MAX) {
      const literals = control + 1;
      if (position + literals > end || out + literals > stop) return false;
      for (let i = 0; i < literals; i++) to[out++] = from[position++]!;
      continue;
    }
    let copied = control >> 5;
    if (copied === 7) {
      if (position >= end) return false;
      copied += from[position++]!;
    }
    if (position >= end) return false;
    let source = out - ((control & 31) << 8) - from[position++]! - 1;
    copied += 2;
    if (source < at || out + copied > stop) return false;
    // Byte by byte: a copy may overlap what it writes, which is how runs are made.
    for (let i = 0; i < copied; i++) to[out++] = to[source++]!;
  }
  return out === stop;
}
