import { Bytes } from '../../bytes/bytes.js';

/*
 * Strings as rows of bits, the highest bit of the first byte first. All functions look at the bytes of a view; none
 * knows where they come from.
 */

/** Set bits per byte value. */
const BITS_SET = Uint8Array.from({ length: 256 }, (_, byte) => byte.toString(2).replaceAll('0', '').length);

/** The bit at `offset`, 0 beyond the end. */
export function bitAt(bytes: Bytes, offset: number): 0 | 1 {
  const byte = Math.floor(offset / 8);
  if (byte >= bytes.length) return 0;
  return ((bytes.buffer[bytes.offset + byte]! >>> (7 - (offset % 8))) & 1) as 0 | 1;
}

/** Sets a bit that lies inside the bytes. */
export function setBitAt(bytes: Bytes, offset: number, bit: number): void {
  const at = bytes.offset + Math.floor(offset / 8);
  const mask = 0x80 >>> (offset % 8);
  bytes.buffer[at] = bit === 0 ? bytes.buffer[at]! & ~mask : bytes.buffer[at]! | mask;
}

/** Counts the set bits in `[first, last]`, which must lie inside the bytes. */
export function countBits(bytes: Bytes, first: number, last: number): number {
  if (first > last) return 0;
  const { buffer, offset } = bytes;
  const from = Math.floor(first / 8);
  const to = Math.floor(last / 8);
  const headMask = 0xff >>> (first % 8);
  const tailMask = (0xff << (7 - (last % 8))) & 0xff;
  if (from === to) return BITS_SET[buffer[offset + from]! & headMask & tailMask]!;
  let count = BITS_SET[buffer[offset + from]! & headMask]! + BITS_SET[buffer[offset + to]! & tailMask]!;
  for (let at = offset + from + 1; at < offset + to; at++) count += BITS_SET[buffer[at]!]!;
  return count;
}

/** The first bit of a value in `[first, last]`, which must lie inside the bytes, or -1. */
export function findBit(bytes: Bytes, bit: number, first: number, last: number): number {
  const { buffer, offset } = bytes;
  /** A byte without the bit that is looked for. */
  const without = bit === 0 ? 0xff : 0;
  for (let at = first; at <= last;) {
    if (at % 8 === 0 && buffer[offset + at / 8] === without) {
      at += 8;
      continue;
    }
    if (bitAt(bytes, at) === bit) return at;
    at++;
  }
  return -1;
}

/** How BITOP joins its sources. */
export type BitOperation = 'and' | 'or' | 'xor' | 'not' | 'diff' | 'diff1' | 'andor' | 'one';

/** Joins bytes into `to`, whose length is that of the longest source; shorter ones end in zeros. */
export function joinBits(operation: BitOperation, sources: readonly Bytes[], to: Uint8Array): void {
  const first = sources[0]!;
  switch (operation) {
    case 'not':
      copyBits(first, to);
      for (let i = 0; i < to.length; i++) to[i] = ~to[i]!;
      return;
    case 'one':
      return oneBits(sources, to);
    case 'diff':
    case 'diff1':
    case 'andor':
      foldBits('or', sources.slice(1), to);
      return withFirst(operation, first, to);
    default:
      return foldBits(operation, sources, to);
  }
}

function copyBits({ buffer, offset, length }: Bytes, to: Uint8Array): void {
  to.set(buffer.subarray(offset, offset + length));
  to.fill(0, length);
}

function foldBits(operation: 'and' | 'or' | 'xor', sources: readonly Bytes[], to: Uint8Array): void {
  copyBits(sources[0]!, to);
  for (let s = 1; s < sources.length; s++) {
    const { buffer, offset, length } = sources[s]!;
    if (operation === 'and') {
      for (let i = 0; i < length; i++) to[i] = to[i]! & buffer[offset + i]!;
      to.fill(0, length);
    } else if (operation === 'or') for (let i = 0; i < length; i++) to[i] = to[i]! | buffer[offset + i]!;
    else for (let i = 0; i < length; i++) to[i] = to[i]! ^ buffer[offset + i]!;
  }
}

/** Joins the first source with what `to` holds, the bits of any other: those only here, only there, in both. */
function withFirst(operation: 'diff' | 'diff1' | 'andor', first: Bytes, to: Uint8Array): void {
  const { buffer, offset, length } = first;
  for (let i = 0; i < to.length; i++) {
    const mine = i < length ? buffer[offset + i]! : 0;
    const others = to[i]!;
    to[i] = operation === 'diff' ? mine & ~others : operation === 'diff1' ? others & ~mine : mine & others;
  }
}

/** The bits that exactly one of the sources has. */
function oneBits(sources: readonly Bytes[], to: Uint8Array): void {
  to.fill(0);
  const several = new Uint8Array(to.length);
  for (const { buffer, offset, length } of sources) {
    for (let i = 0; i < length; i++) {
      const bits = buffer[offset + i]!;
      several[i] = several[i]! | (to[i]! & bits);
      to[i] = to[i]! | bits;
    }
  }
  for (let i = 0; i < to.length; i++) to[i] = to[i]! & ~several[i]!;
}

/** The unsigned integer of up to 64 bits at a bit offset; bits beyond the end are 0. */
export function unsignedAt(bytes: Bytes, offset: number, bits: number): bigint {
  let high = 0;
  let low = 0;
  for (let i = 0; i < bits; i++) {
    const bit = bitAt(bytes, offset + i);
    if (bits - i > 32) high = high * 2 + bit;
    else low = low * 2 + bit;
  }
  return (BigInt(high) << 32n) | BigInt(low);
}

/** Writes the lowest `bits` bits of a value at a bit offset inside the bytes. */
export function setUnsignedAt(bytes: Bytes, offset: number, bits: number, value: bigint): void {
  let rest = BigInt.asUintN(64, value);
  for (let i = bits - 1; i >= 0; i--) {
    setBitAt(bytes, offset + i, Number(rest & 1n));
    rest >>= 1n;
  }
}
