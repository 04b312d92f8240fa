/** Lengths in 1 to 5 bytes, 7 bits each, the lowest first; bit 7 says that more follow. */

/** Bytes that `value` takes. */
export function varintBytes(value: number): number {
  if (value < 0x80) return 1;
  if (value < 0x4000) return 2;
  if (value < 0x20_0000) return 3;
  return value < 0x1000_0000 ? 4 : 5;
}

/** Writes `value` at `at`; where it ends. */
export function writeVarint(value: number, to: Uint8Array, at: number): number {
  let rest = value;
  while (rest >= 0x80) {
    to[at++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  to[at] = rest;
  return at + 1;
}

/** The value at `at`; `varintBytes` of it tells where it ends, since no other spelling is written. */
export function readVarint(from: Uint8Array, at: number): number {
  const first = from[at]!;
  if (first < 0x80) return first;
  let value = first & 0x7f;
  for (let shift = 7; ; shift += 7) {
    const byte = from[++at]!;
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) return value;
  }
}
