/** The polynomial of "CRC-64/Jones", reversed: bits are taken from the lowest up, starting value and final xor are 0. */
const POLYNOMIAL = 0x95ac9329ac4bc9b5n;
const SLICES = 8;

// Eight tables of 256 entries, low and high halves apart: entry [k][b] is byte b followed by k zero bytes.
const LOW = new Int32Array(SLICES * 256);
const HIGH = new Int32Array(SLICES * 256);
fillTables();

/**
 * The checksum at the end of RDB files and DUMP payloads. Two 32-bit halves, because a BigInt per step costs 50 times
 * as much; eight bytes a step, which is 4 times faster than one.
 */
export class Crc64 {
  low = 0;
  high = 0;

  update(buffer: Uint8Array, start: number, end: number): void {
    let low = this.low;
    let high = this.high;
    let at = start;
    if (end - start >= 32) {
      const view = new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
      for (const last = end - 8; at <= last; at += 8) {
        const a = low ^ view.getInt32(at, true);
        const b = high ^ view.getInt32(at + 4, true);
        const i7 = 1792 + (a & 255);
        const i6 = 1536 + ((a >>> 8) & 255);
        const i5 = 1280 + ((a >>> 16) & 255);
        const i4 = 1024 + (a >>> 24);
        const i3 = 768 + (b & 255);
        const i2 = 512 + ((b >>> 8) & 255);
        const i1 = 256 + ((b >>> 16) & 255);
        const i0 = b >>> 24;
        low = LOW[i7]! ^ LOW[i6]! ^ LOW[i5]! ^ LOW[i4]! ^ LOW[i3]! ^ LOW[i2]! ^ LOW[i1]! ^ LOW[i0]!;
        high = HIGH[i7]! ^ HIGH[i6]! ^ HIGH[i5]! ^ HIGH[i4]! ^ HIGH[i3]! ^ HIGH[i2]! ^ HIGH[i1]! ^ HIGH[i0]!;
      }
    }
    for (; at < end; at++) {
      const index = (low ^ buffer[at]!) & 255;
      low = ((low >>> 8) | (high << 24)) ^ LOW[index]!;
      high = (high >>> 8) ^ HIGH[index]!;
    }
    this.low = low;
    this.high = high;
  }

  reset(): void {
    this.low = 0;
    this.high = 0;
  }

  get value(): bigint {
    return (BigInt(this.high >>> 0) << 32n) | BigInt(this.low >>> 0);
  }

  /** Writes the checksum as files keep it: 8 bytes, little-endian. */
  write(to: Uint8Array, at: number): void {
    for (let i = 0; i < 4; i++) {
      to[at + i] = this.low >>> (8 * i);
      to[at + 4 + i] = this.high >>> (8 * i);
    }
  }

  equals(buffer: Uint8Array, at: number): boolean {
    for (let i = 0; i < 4; i++) {
      if (buffer[at + i] !== ((this.low >>> (8 * i)) & 255)) return false;
      if (buffer[at + 4 + i] !== ((this.high >>> (8 * i)) & 255)) return false;
    }
    return true;
  }

  /**
   * Makes the checksum what it would be had `difference` been xored over bytes already summed, `bytesAfter` bytes
   * before the end. A CRC is linear, so a length that was not known when it was written can be put in later.
   */
  amend(difference: Uint8Array, bytesAfter: number): void {
    const change = new Crc64();
    change.update(difference, 0, difference.length);
    const shifted = multiply(powerOfX(8 * bytesAfter), change.value);
    this.low ^= Number(BigInt.asIntN(32, shifted));
    this.high ^= Number(BigInt.asIntN(32, shifted >> 32n));
  }
}

function fillTables(): void {
  const polynomialLow = Number(BigInt.asIntN(32, POLYNOMIAL));
  const polynomialHigh = Number(BigInt.asIntN(32, POLYNOMIAL >> 32n));
  for (let byte = 0; byte < 256; byte++) {
    let low = byte;
    let high = 0;
    for (let bit = 0; bit < 8; bit++) {
      const carry = low & 1;
      low = (low >>> 1) | (high << 31);
      high >>>= 1;
      if (carry !== 0) {
        low ^= polynomialLow;
        high ^= polynomialHigh;
      }
    }
    LOW[byte] = low;
    HIGH[byte] = high;
  }
  for (let index = 256; index < SLICES * 256; index++) {
    const low = LOW[index - 256]!;
    const high = HIGH[index - 256]!;
    LOW[index] = ((low >>> 8) | (high << 24)) ^ LOW[low & 255]!;
    HIGH[index] = (high >>> 8) ^ HIGH[low & 255]!;
  }
}

/** Product of two polynomials modulo POLYNOMIAL, in the same reversed order of bits: the highest bit is x^0. */
function multiply(a: bigint, b: bigint): bigint {
  let product = 0n;
  for (let bit = 1n << 63n; bit !== 0n; bit >>= 1n) {
    if ((a & bit) !== 0n) product ^= b;
    b = (b & 1n) === 0n ? b >> 1n : (b >> 1n) ^ POLYNOMIAL;
  }
  return product;
}

function powerOfX(exponent: number): bigint {
  let result = 1n << 63n;
  let square = 1n << 62n;
  for (let rest = exponent; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result = multiply(result, square);
    square = multiply(square, square);
  }
  return result;
}
