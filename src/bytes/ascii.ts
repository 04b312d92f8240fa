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
  if (rest <= 0x7fff_ffff) {
    writeDigits(rest, to, at, end);
    return end;
  }
  // In 32-bit integers, which are divided several times faster than doubles: the last nine digits and those before.
  const high = Math.floor(rest / BILLION);
  writeDigits(rest - high * BILLION, to, end - 9, end);
  writeDigits(high, to, at, end - 9);
  return end;
}

const BILLION = 1_000_000_000;

/** Fills `to[at, end)` with the last digits of a 32-bit integer. */
function writeDigits(value: number, to: Uint8Array, at: number, end: number): void {
  let rest = value | 0;
  for (let position = end; position > at;) {
    const quotient = (rest / 10) | 0;
    to[--position] = 48 + (rest - quotient * 10);
    rest = quotient;
  }
}

/** Number of decimal digits of a non-negative safe integer. */
export function decimalDigits(value: number): number {
  if (value < 10) return 1;
  if (value < 100) return 2;
  if (value < 1000) return 3;
  let digits = value < BILLION ? 4 : 10;
  for (let limit = value < BILLION ? 10_000 : 10 * BILLION; value >= limit; limit *= 10) digits++;
  return digits;
}

/** Writes a string of characters below 256; where it ends. */
export function writeLatin1(text: string, to: Uint8Array, at: number): number {
  for (let i = 0; i < text.length; i++) to[at + i] = text.charCodeAt(i);
  return at + text.length;
}
