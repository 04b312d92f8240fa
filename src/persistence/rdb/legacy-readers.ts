import type { Bytes } from '../../bytes/bytes.js';
import { PackedError, PackedReader, signedInteger } from './packed-reader.js';

// The encodings of small aggregates that listpacks have replaced, and intsets, which are still written.

const ZIPLIST_HEADER_BYTES = 10;
const END = 0xff;
/** In the header of a ziplist: too many to be stated. */
const COUNT_UNKNOWN = 0xffff;
/** The same in that of a zipmap, and all above it. */
const PAIRS_UNKNOWN = 254;
/** Before a length of four bytes in a zipmap, none of which is shorter. */
const LONG_LENGTH = 254;

/**
 * Ziplist (before Redis 7): total bytes (u32), offset of the last element (u32), elements (u16), the elements, 0xff.
 * An element is the length of the one before it (1 byte, or 0xfe and 4), its encoding, its bytes.
 */
export class ZiplistReader extends PackedReader {
  private start = 0;
  /** Bytes of the element before the next one. */
  private before = 0;

  protected override openHeader(): void {
    const length = this.end - this.at;
    this.start = this.at;
    this.before = 0;
    this.require(length >= ZIPLIST_HEADER_BYTES + 1, 'a ziplist is shorter than its header');
    this.require(this.uint32(this.at) === length, 'a ziplist states another length');
    this.require(this.buffer[this.end - 1] === END, 'a ziplist has no end mark');
    this.at += ZIPLIST_HEADER_BYTES;
    this.end--;
  }

  /** Also makes sure that the header says the same as the elements. */
  override count(): number {
    const count = this.countByReading();
    const stated = this.buffer[this.start + 8]! | (this.buffer[this.start + 9]! << 8);
    this.require(stated === COUNT_UNKNOWN || stated === count, 'a ziplist states another count');
    const last = this.end - this.before - this.start;
    this.require(this.uint32(this.start + 4) === last, 'a ziplist states another last element');
    this.before = 0;
    return count;
  }

  override next(into: Bytes): boolean {
    const start = this.at;
    if (start >= this.end) return false;
    this.checkBefore();
    this.element(into);
    this.before = this.at - start;
    return true;
  }

  /** Steps over the length of the element before, which must be right. */
  private checkBefore(): void {
    const { buffer, at } = this;
    const long = buffer[at] === 0xfe;
    this.at += long ? 5 : 1;
    this.require(this.at < this.end, 'an element runs beyond its ziplist');
    const stated = long ? this.uint32(at + 1) : buffer[at];
    this.require(stated === this.before, 'an element of a ziplist has a wrong backward length');
  }

  private element(into: Bytes): void {
    const { buffer } = this;
    const encoding = buffer[this.at]!;
    if (encoding >= 0xc0) this.nextInteger(encoding, into);
    else {
      let length = encoding & 63;
      if (encoding < 0x40) this.at += 1;
      else if (encoding < 0x80) {
        this.require(this.at + 2 <= this.end, 'an element runs beyond its ziplist');
        length = (length << 8) | buffer[this.at + 1]!;
        this.at += 2;
      } else {
        this.require(this.at + 5 <= this.end, 'an element runs beyond its ziplist');
        length =
          ((buffer[this.at + 1]! << 24) |
            (buffer[this.at + 2]! << 16) |
            (buffer[this.at + 3]! << 8) |
            buffer[this.at + 4]!) >>>
          0;
        this.at += 5;
      }
      this.require(this.at + length <= this.end, 'an element runs beyond its ziplist');
      into.set(buffer, this.at, length);
      this.at += length;
    }
  }

  private nextInteger(encoding: number, into: Bytes): void {
    const at = this.at + 1;
    if (encoding >= 0xf1 && encoding <= 0xfd) {
      this.at = at;
      return this.digits(encoding - 0xf1, into);
    }
    const bytes = INTEGER_BYTES[encoding];
    if (bytes === undefined) throw new PackedError('a ziplist holds an unknown encoding');
    this.at = at + bytes;
    this.require(this.at <= this.end, 'an element runs beyond its ziplist');
    if (bytes === 1) this.digits((this.buffer[at]! << 24) >> 24, into);
    else if (bytes === 8) this.longDigits(this.int64(at), into);
    else this.digits(signedInteger(this.buffer, at, bytes), into);
  }
}

/** Bytes of the integer after each encoding byte of a ziplist. */
const INTEGER_BYTES: Record<number, number> = { 0xc0: 2, 0xd0: 4, 0xe0: 8, 0xf0: 3, 0xfe: 1 };

/**
 * Zipmap (before Redis 2.6): pairs (u8, 254 and more for "count them"), then field and value in turn, each after its
 * length (u8, or 254 and u32), the value also after the number of unused bytes that follow it; 0xff.
 */
export class ZipmapReader extends PackedReader {
  private value = false;
  private pairs = 0;

  protected override openHeader(): void {
    this.require(this.end - this.at >= 2, 'a zipmap is shorter than its header');
    this.require(this.buffer[this.end - 1] === END, 'a zipmap has no end mark');
    this.pairs = this.buffer[this.at++]!;
    this.end--;
    this.value = false;
  }

  override count(): number {
    const count = this.countByReading();
    this.require(this.pairs >= PAIRS_UNKNOWN || 2 * this.pairs === count, 'a zipmap states another count');
    return count;
  }

  override next(into: Bytes): boolean {
    if (this.at >= this.end) {
      this.require(!this.value, 'a field of a zipmap has no value');
      return false;
    }
    let length = this.buffer[this.at++]!;
    if (length === LONG_LENGTH) {
      this.require(this.at + 4 <= this.end, 'an element runs beyond its zipmap');
      length = this.uint32(this.at);
      this.require(length >= LONG_LENGTH, 'a zipmap has a long length where a short one would do');
      this.at += 4;
    }
    let unused = 0;
    if (this.value) {
      this.require(this.at < this.end, 'an element runs beyond its zipmap');
      unused = this.buffer[this.at++]!;
    }
    this.require(this.at + length + unused <= this.end, 'an element runs beyond its zipmap');
    into.set(this.buffer, this.at, length);
    this.at += length + unused;
    this.value = !this.value;
    return true;
  }
}

/** Intset: bytes of each integer (u32: 2, 4 or 8), how many (u32), the integers, little-endian, ascending. */
export class IntsetReader extends PackedReader {
  private width = 0;
  private previous: number | bigint = -Infinity;

  protected override openHeader(): void {
    this.require(this.end - this.at >= 8, 'an intset is shorter than its header');
    this.width = this.uint32(this.at);
    this.require(
      this.width === 2 || this.width === 4 || this.width === 8,
      'an intset states an unknown width',
    );
    const count = this.uint32(this.at + 4);
    this.require(this.end - this.at === 8 + count * this.width, 'an intset states another count');
    this.at += 8;
    this.previous = -Infinity;
  }

  override count(): number {
    return (this.end - this.at) / this.width;
  }

  override next(into: Bytes): boolean {
    const { at } = this;
    if (at >= this.end) return false;
    this.at += this.width;
    const value = this.width === 8 ? this.int64(at) : signedInteger(this.buffer, at, this.width);
    this.require(value > this.previous, 'an intset is not in order');
    this.previous = value;
    if (typeof value === 'bigint') this.longDigits(value, into);
    else this.digits(value, into);
    return true;
  }
}
