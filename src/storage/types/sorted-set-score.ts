/*
 * Scores inside packed sorted sets, in as few bytes as hold them exactly. The kind stands in the low bits of an entry's
 * first byte.
 */

const ScoreKind = {
  ZERO: 0,
  INT8: 1,
  INT16: 2,
  INT24: 3,
  INT32: 4,
  FLOAT32: 5,
  INT48: 6,
  FLOAT64: 7,
} as const;

/** Bytes of a score, by kind. */
export const SCORE_BYTES = Uint8Array.of(0, 1, 2, 3, 4, 4, 6, 8);
export const SCORE_KIND_BITS = 3;
export const SCORE_KIND_MASK = 7;

const scratch = new Float64Array(1);
const scratchFloat = new Float32Array(scratch.buffer);
const scratchBytes = new Uint8Array(scratch.buffer);

const INT48_MAX = 2 ** 47 - 1;

/** The shortest kind that holds `score` exactly; -0 is not 0. */
export function scoreKind(score: number): number {
  const small = score | 0;
  if (small === score) {
    if (small === 0) return Object.is(score, -0) ? ScoreKind.FLOAT32 : ScoreKind.ZERO;
    if (small === (small << 24) >> 24) return ScoreKind.INT8;
    if (small === (small << 16) >> 16) return ScoreKind.INT16;
    return small === (small << 8) >> 8 ? ScoreKind.INT24 : ScoreKind.INT32;
  }
  if (Math.fround(score) === score) return ScoreKind.FLOAT32;
  return Number.isInteger(score) && Math.abs(score) <= INT48_MAX ? ScoreKind.INT48 : ScoreKind.FLOAT64;
}

export function writeScore(kind: number, score: number, to: Uint8Array, at: number): void {
  switch (kind) {
    case ScoreKind.FLOAT32:
      scratchFloat[0] = score;
      break;
    case ScoreKind.FLOAT64:
      scratch[0] = score;
      break;
    case ScoreKind.INT48:
      writeInt48(score, to, at);
      return;
    default:
      for (let i = 0, rest = score; i < SCORE_BYTES[kind]!; i++, rest >>= 8) to[at + i] = rest;
      return;
  }
  for (let i = 0; i < SCORE_BYTES[kind]!; i++) to[at + i] = scratchBytes[i]!;
}

function writeInt48(score: number, to: Uint8Array, at: number): void {
  const high = Math.floor(score / 0x1_0000_0000);
  const low = score | 0;
  to[at] = low;
  to[at + 1] = low >> 8;
  to[at + 2] = low >> 16;
  to[at + 3] = low >> 24;
  to[at + 4] = high;
  to[at + 5] = high >> 8;
}

export function readScore(kind: number, from: Uint8Array, at: number): number {
  switch (kind) {
    case ScoreKind.ZERO:
      return 0;
    case ScoreKind.INT8:
      return (from[at]! << 24) >> 24;
    case ScoreKind.INT16:
      return ((from[at]! << 16) | (from[at + 1]! << 24)) >> 16;
    case ScoreKind.INT24:
      return ((from[at]! << 8) | (from[at + 1]! << 16) | (from[at + 2]! << 24)) >> 8;
    case ScoreKind.INT32:
      return from[at]! | (from[at + 1]! << 8) | (from[at + 2]! << 16) | (from[at + 3]! << 24);
    case ScoreKind.INT48: {
      const low = from[at]! | (from[at + 1]! << 8) | (from[at + 2]! << 16) | (from[at + 3]! << 24);
      const high = ((from[at + 4]! << 16) | (from[at + 5]! << 24)) >> 16;
      return high * 0x1_0000_0000 + (low >>> 0);
    }
    case ScoreKind.FLOAT32:
      for (let i = 0; i < 4; i++) scratchBytes[i] = from[at + i]!;
      return scratchFloat[0]!;
    default:
      for (let i = 0; i < 8; i++) scratchBytes[i] = from[at + i]!;
      return scratch[0]!;
  }
}
