/**
 * MurmurHash64A, the hash that HyperLogLogs are made with: their bytes travel between servers, so it must be this one.
 * The result is in `high` and `low`, 32 bits each, signed; nothing is allocated.
 */
export const murmur64 = { high: 0, low: 0 };

const MULTIPLIER_HIGH = 0xc6a4a793 | 0;
const MULTIPLIER_LOW = 0x5bd1e995;

export function hash64(bytes: Uint8Array, offset: number, length: number, seed: number): void {
  // length * multiplier, as 64 bits
  multiply(0, length);
  let high = murmur64.high;
  let low = murmur64.low ^ seed;
  const end = offset + length;
  let at = offset;
  for (; at + 8 <= end; at += 8) {
    multiply(word(bytes, at + 4, 4), word(bytes, at, 4));
    // k ^= k >>> 47
    multiply(murmur64.high, murmur64.low ^ (murmur64.high >>> 15));
    multiply(high ^ murmur64.high, low ^ murmur64.low);
    high = murmur64.high;
    low = murmur64.low;
  }
  const rest = end - at;
  if (rest > 0) {
    multiply(high ^ (rest > 4 ? word(bytes, at + 4, rest - 4) : 0), low ^ word(bytes, at, Math.min(4, rest)));
    high = murmur64.high;
    low = murmur64.low;
  }
  multiply(high, low ^ (high >>> 15));
  murmur64.low ^= murmur64.high >>> 15;
}

/** Up to 4 bytes, the lowest first. */
function word(bytes: Uint8Array, at: number, count: number): number {
  let value = bytes[at]!;
  if (count > 1) value |= bytes[at + 1]! << 8;
  if (count > 2) value |= bytes[at + 2]! << 16;
  if (count > 3) value |= bytes[at + 3]! << 24;
  return value;
}

/** Sets the result to a 64-bit number times the multiplier. */
function multiply(high: number, low: number): void {
  const lowLow = (low & 0xffff) * (MULTIPLIER_LOW & 0xffff);
  const middle = (low >>> 16) * (MULTIPLIER_LOW & 0xffff) + (lowLow >>> 16);
  const middle2 = (low & 0xffff) * (MULTIPLIER_LOW >>> 16) + (middle & 0xffff);
  const carry =
    (low >>> 16) * (MULTIPLIER_LOW >>> 16) + Math.floor(middle / 0x1_0000) + Math.floor(middle2 / 0x1_0000);
  murmur64.low = Math.imul(low, MULTIPLIER_LOW);
  murmur64.high = (carry + Math.imul(high, MULTIPLIER_LOW) + Math.imul(low, MULTIPLIER_HIGH)) | 0;
}
