/** Writes a safe integer in decimal at `at`; where it ends. The caller provides 20 bytes of room. */
export function writeInteger(value: number, to: Uint8Array, at: number): number {
  let rest = value;
  if (rest < 0) {
    to[at++] = 45;
    rest = -rest;
  }
  if (rest < 10) {
    to[at] = 48 + rest;
    return at + 1;
  }
  const end = at + decimalDigits(rest);
  let position = end;
  // Above 2^31 in floating point, below in 32-bit integers, which is several times faster.
  while (rest > 0x7fff_ffff) {
    const quotient = Math.floor(rest / 10);
    to[--position] = 48 + (rest - quotient * 10);
    rest = quotient;
  }
  let small = rest | 0;
  do {
    const quotient = (small / 10) | 0;
    to[--position] = 48 + (small - quotient * 10);
    small = quotient;
  } while (position > at);
  return end;
}

/** Number of decimal digits of a non-negative safe integer. */
export function decimalDigits(value: number): number {
  if (value < 10) return 1;
  if (value < 100) return 2;
  if (value < 1000) return 3;
  let digits = 4;
  for (let limit = 10_000; value >= limit; limit *= 10) digits++;
  return digits;
}

/** Writes a string of characters below 256; where it ends. */
export function writeLatin1(text: string, to: Uint8Array, at: number): number {
  for (let i = 0; i < text.length; i++) to[at + i] = text.charCodeAt(i);
  return at + text.length;
}
