import type { Bytes } from './bytes.js';

const MINUS = 45;
const ZERO = 48;

export const INT64_MAX = 9_223_372_036_854_775_807n;
export const INT64_MIN = -9_223_372_036_854_775_808n;

/**
 * The bytes as an integer the way Redis reads one (string2ll: no spaces, no plus, no leading zeros, 64 bits), or NaN.
 * Beyond 2^53 the result is the nearest double: enough to clamp an index or a count; `parseInt64` is exact.
 */
export function parseInteger(bytes: Bytes): number {
  const { buffer, offset, length } = bytes;
  if (length === 0 || length > 20) return NaN;
  const negative = buffer[offset] === MINUS;
  let at = negative ? offset + 1 : offset;
  const end = offset + length;
  const first = buffer[at]! - ZERO;
  if (at === end || first < 0 || first > 9) return NaN;
  if (first === 0) return length === 1 ? 0 : NaN;
  if (end - at > 15) return parseLong(bytes);
  let value = first;
  for (at++; at < end; at++) {
    const digit = buffer[at]! - ZERO;
    if (digit < 0 || digit > 9) return NaN;
    value = value * 10 + digit;
  }
  return negative ? -value : value;
}

function parseLong(bytes: Bytes): number {
  const value = parseInt64(bytes);
  return value === null ? NaN : Number(value);
}

/** As `parseInteger`, exact over all 64 bits; null where that gives NaN. */
export function parseInt64(bytes: Bytes): bigint | null {
  if (bytes.length === 0 || bytes.length > 20) return null;
  const text = bytes.toString();
  if (!/^(0|-?[1-9]\d*)$/.test(text)) return null;
  const value = BigInt(text);
  return value >= INT64_MIN && value <= INT64_MAX ? value : null;
}
