import { Bytes } from '../../bytes/bytes.js';
import { copyBytes } from '../../bytes/hash.js';
import { parseInt64, parseInteger } from '../../bytes/integer.js';

const HEADER_BYTES = 6;
/** Encoding byte and length of an element, its backward length, the end mark. */
const ELEMENT_OVERHEAD_MAX = 5 + 5 + 1;
const COUNT_UNKNOWN = 0xffff;

/** Builds a listpack; `ListpackReader` describes the format. Used again after `clear`. */
export class ListpackWriter {
  count = 0;
  private buffer = Buffer.allocUnsafeSlow(1024);
  private at = HEADER_BYTES;
  private readonly view = new Bytes(this.buffer);

  clear(): void {
    this.count = 0;
    this.at = HEADER_BYTES;
    if (this.buffer.length > 1024 * 1024) this.buffer = Buffer.allocUnsafeSlow(1024);
  }

  /** Bytes of the listpack as it is, with header and end mark. */
  get bytes(): number {
    return this.at + 1;
  }

  append(element: Bytes): void {
    const { length } = element;
    this.room(length);
    const first = element.buffer[element.offset]!;
    // Text that can be no integer is the usual case: sorted out by its first byte.
    if (length !== 0 && length <= 20 && first <= 57 && this.appendNumber(element)) return;
    this.count++;
    const { buffer } = this;
    const start = this.at;
    if (length < 64) buffer[this.at++] = 0x80 | length;
    else if (length < 4096) {
      buffer[this.at++] = 0xe0 | (length >> 8);
      buffer[this.at++] = length & 255;
    } else {
      buffer[this.at] = 0xf0;
      this.at = buffer.writeUInt32LE(length, this.at + 1);
    }
    copyBytes(element.buffer, element.offset, length, buffer, this.at);
    this.at += length;
    this.backwardLength(this.at - start);
  }

  private appendNumber(element: Bytes): boolean {
    const value = parseInteger(element);
    if (Number.isNaN(value)) return false;
    if (Number.isSafeInteger(value)) this.appendInteger(value);
    else this.appendLong(parseInt64(element)!);
    return true;
  }

  /** A safe integer. */
  appendInteger(value: number): void {
    this.room(9);
    const { buffer } = this;
    const start = this.at;
    if (value >= 0 && value < 128) buffer[this.at++] = value;
    else if (value >= -4096 && value < 4096) {
      buffer[this.at++] = 0xc0 | ((value >> 8) & 31);
      buffer[this.at++] = value & 255;
    } else if (value >= -0x8000 && value < 0x8000) {
      buffer[this.at] = 0xf1;
      this.at = buffer.writeInt16LE(value, this.at + 1);
    } else if (value >= -0x80_0000 && value < 0x80_0000) {
      buffer[this.at] = 0xf2;
      this.at = buffer.writeIntLE(value, this.at + 1, 3);
    } else if (value >= -0x8000_0000 && value < 0x8000_0000) {
      buffer[this.at] = 0xf3;
      this.at = buffer.writeInt32LE(value, this.at + 1);
    } else return this.appendLong(BigInt(value));
    this.count++;
    this.backwardLength(this.at - start);
  }

  /** Any integer of 64 bits. */
  appendLong(value: bigint): void {
    if (value >= -0x8000_0000n && value < 0x8000_0000n) return this.appendInteger(Number(value));
    this.room(9);
    this.buffer[this.at] = 0xf4;
    this.at = this.buffer.writeBigInt64LE(value, this.at + 1);
    this.count++;
    this.backwardLength(9);
  }

  private backwardLength(bytes: number): void {
    const { buffer } = this;
    const groups = bytes < 128 ? 1 : bytes < 16384 ? 2 : bytes < 2097152 ? 3 : bytes < 268435456 ? 4 : 5;
    for (let group = groups - 1; group >= 0; group--) {
      const bits = Math.floor(bytes / 128 ** group) & 127;
      buffer[this.at++] = group === groups - 1 ? bits : bits | 128;
    }
  }

  /** Appends all elements of `other`. */
  appendAll(other: ListpackWriter): void {
    const bytes = other.at - HEADER_BYTES;
    this.room(bytes);
    other.buffer.copy(this.buffer, this.at, HEADER_BYTES, other.at);
    this.at += bytes;
    this.count += other.count;
  }

  /** The whole listpack, valid until something is appended. */
  finish(): Bytes {
    const { buffer, at } = this;
    buffer.writeUInt32LE(at + 1, 0);
    buffer.writeUInt16LE(Math.min(this.count, COUNT_UNKNOWN), 4);
    buffer[at] = 0xff;
    return this.view.set(buffer, 0, at + 1);
  }

  private room(bytes: number): void {
    const needed = this.at + bytes + ELEMENT_OVERHEAD_MAX;
    if (needed <= this.buffer.length) return;
    const larger = Buffer.allocUnsafeSlow(2 * needed);
    this.buffer.copy(larger, 0, 0, this.at);
    this.buffer = larger;
  }
}
