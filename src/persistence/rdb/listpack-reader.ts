import type { Bytes } from '../../bytes/bytes.js';
import { PackedError, PackedReader, signedInteger } from './packed-reader.js';

const HEADER_BYTES = 6;
const END = 0xff;
const COUNT_UNKNOWN = 0xffff;

/**
 * Listpack: total bytes (u32), elements (u16, 65535 for "count them"), the elements, 0xff. An element is its encoding,
 * its bytes, and the length of both written backwards in groups of 7 bits.
 */
export class ListpackReader extends PackedReader {
  private elements = 0;
  private seen = 0;

  protected override openHeader(): void {
    const length = this.end - this.at;
    this.require(length >= HEADER_BYTES + 1, 'a listpack is shorter than its header');
    this.require(this.uint32(this.at) === length, 'a listpack states another length');
    this.require(this.buffer[this.end - 1] === END, 'a listpack has no end mark');
    this.elements = this.buffer[this.at + 4]! | (this.buffer[this.at + 5]! << 8);
    this.seen = 0;
    this.at += HEADER_BYTES;
    this.end--;
  }

  override count(): number {
    if (this.elements !== COUNT_UNKNOWN) return this.elements;
    const start = this.at;
    let count = 0;
    while (this.at < this.end) {
      this.skip();
      count++;
    }
    this.at = start;
    return count;
  }

  get done(): boolean {
    return this.at >= this.end;
  }

  override next(into: Bytes): boolean {
    const { at, end, buffer } = this;
    if (at >= end) {
      this.require(
        this.elements === COUNT_UNKNOWN || this.seen === this.elements,
        'a listpack states another count',
      );
      return false;
    }
    this.seen++;
    const first = buffer[at]!;
    if (first >= 0x80 && first < 0xc0) {
      const length = first & 63;
      this.advance(1 + length);
      into.set(buffer, at + 1, length);
    } else if (first < 0x80) {
      this.advance(1);
      this.digits(first, into);
    } else this.nextLong(first, at, into);
    return true;
  }

  private nextLong(first: number, at: number, into: Bytes): void {
    const { buffer } = this;
    if (first < 0xe0) {
      this.need(2);
      const value = ((first & 31) << 8) | buffer[at + 1]!;
      this.advance(2);
      this.digits(value >= 4096 ? value - 8192 : value, into);
    } else if (first < 0xf0) {
      this.need(2);
      const length = ((first & 15) << 8) | buffer[at + 1]!;
      this.advance(2 + length);
      into.set(buffer, at + 2, length);
    } else if (first === 0xf0) {
      this.need(5);
      const length = this.uint32(at + 1);
      this.advance(5 + length);
      into.set(buffer, at + 5, length);
    } else if (first === 0xf4) {
      this.advance(9);
      this.longDigits(this.int64(at + 1), into);
    } else {
      this.require(first <= 0xf3, 'a listpack holds an unknown encoding');
      const bytes = first - 0xf1 + 2;
      this.advance(1 + bytes);
      this.digits(signedInteger(buffer, at + 1, bytes), into);
    }
  }

  /** Steps over the next element without looking at it. */
  skip(): void {
    this.seen++;
    const { at, buffer } = this;
    const first = buffer[at]!;
    if (first < 0x80) this.advance(1);
    else if (first < 0xc0) this.advance(1 + (first & 63));
    else if (first < 0xe0) this.advance(2);
    else if (first < 0xf0) {
      this.need(2);
      this.advance(2 + (((first & 15) << 8) | buffer[at + 1]!));
    } else if (first === 0xf0) {
      this.need(5);
      this.advance(5 + this.uint32(at + 1));
    } else if (first === 0xf4) this.advance(9);
    else {
      this.require(first <= 0xf3, 'a listpack holds an unknown encoding');
      this.advance(1 + first - 0xf1 + 2);
    }
  }

  /** The next element, which must be an integer. */
  integer(into: Bytes): number {
    const first = this.buffer[this.at]!;
    if (this.at < this.end && first < 0x80) {
      this.seen++;
      this.advance(1);
      return first;
    }
    return Number(this.bigInteger(into));
  }

  bigInteger(into: Bytes): bigint {
    if (!this.next(into)) throw new PackedError('a listpack ends too early');
    const text = into.toString();
    this.require(/^-?\d{1,20}$/.test(text), 'a listpack holds text where a number must be');
    return BigInt(text);
  }

  private need(bytes: number): void {
    this.require(this.at + bytes <= this.end, 'an element runs beyond its listpack');
  }

  /** Goes behind an element of `bytes` bytes and its backward length, which must say the same. */
  private advance(bytes: number): void {
    const { buffer } = this;
    let at = this.at + bytes;
    if (at >= this.end) throw new PackedError('an element runs beyond its listpack');
    if (bytes < 128) {
      if (buffer[at] !== bytes) throw new PackedError('an element of a listpack has a wrong backward length');
      this.at = at + 1;
      return;
    }
    const groups = bytes < 16384 ? 2 : bytes < 2097152 ? 3 : bytes < 268435456 ? 4 : 5;
    if (at + groups > this.end) throw new PackedError('an element runs beyond its listpack');
    let stated = 0;
    for (let group = 0; group < groups; group++, at++) stated = stated * 128 + (buffer[at]! & 127);
    if (stated !== bytes) throw new PackedError('an element of a listpack has a wrong backward length');
    this.at = at;
  }
}
