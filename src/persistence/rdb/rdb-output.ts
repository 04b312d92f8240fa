import type { Bytes } from '../../bytes/bytes.js';
import { copyBytes } from '../../bytes/hash.js';
import { parseInteger } from '../../bytes/integer.js';
import { Crc64 } from './crc64.js';
import { lzfCompress } from './lzf.js';
import { RdbEncoding } from './rdb-format.js';

const CHUNK_BYTES = 256 * 1024;
/** Shorter strings are not worth compressing, as Redis decides it. */
const COMPRESSED_BYTES_MIN = 21;
/** Longest text of an integer of 32 bits. */
const INTEGER_BYTES_MAX = 11;
const LENGTH_BYTES_MAX = 9;

/** Where the bytes go: in order, and now and then over bytes written before (a length that was not known ahead). */
export interface RdbSink {
  /** The bytes are valid during the call only. */
  write(bytes: Uint8Array): void;
  writeAt(offset: number, bytes: Uint8Array): void;
}

export interface RdbOutputOptions {
  /** Whether strings of more than 20 bytes are compressed where that pays (rdbcompression). */
  compression: boolean;
  /** Whether the checksum is computed (rdbchecksum). */
  checksum: boolean;
}

/** Numbers, lengths and strings as RDB files keep them, gathered in chunks, and the checksum of all of them. */
export class RdbOutput {
  readonly crc = new Crc64();
  private buffer = Buffer.allocUnsafeSlow(CHUNK_BYTES);
  private at = 0;
  /** Offset in the output of `buffer[0]`. */
  private base = 0;
  private packed = Buffer.allocUnsafeSlow(4096);

  constructor(
    private readonly sink: RdbSink,
    private readonly options: RdbOutputOptions,
  ) {}

  /** Bytes written so far. */
  get offset(): number {
    return this.base + this.at;
  }

  byte(value: number): void {
    this.reserve(1);
    this.buffer[this.at++] = value;
  }

  /** A signed 64-bit little-endian integer. */
  int64(value: number): void {
    this.reserve(8);
    const high = Math.floor(value / 2 ** 32);
    this.buffer.writeUInt32LE(value - high * 2 ** 32, this.at);
    this.buffer.writeInt32LE(high, this.at + 4);
    this.at += 8;
  }

  double(value: number): void {
    this.reserve(8);
    this.buffer.writeDoubleLE(value, this.at);
    this.at += 8;
  }

  /** A length; -1 is 2^64 - 1, Redis's mark for an unknown counter. */
  length(value: number): void {
    this.reserve(LENGTH_BYTES_MAX);
    const { buffer } = this;
    if (value < 0) {
      buffer[this.at++] = 0x81;
      buffer.fill(0xff, this.at, this.at + 8);
      this.at += 8;
    } else if (value < 64) buffer[this.at++] = value;
    else if (value < 16384) {
      buffer[this.at++] = 0x40 | (value >> 8);
      buffer[this.at++] = value & 255;
    } else if (value < 2 ** 32) {
      buffer[this.at] = 0x80;
      this.at = buffer.writeUInt32BE(value, this.at + 1);
    } else {
      buffer[this.at] = 0x81;
      buffer.writeUInt32BE(Math.floor(value / 2 ** 32), this.at + 1);
      this.at = buffer.writeUInt32BE(value % 2 ** 32, this.at + 5);
    }
  }

  /** The 8 bytes of `from` at `at`, big-endian, as a length: half of a stream's ID. */
  length64(from: Uint8Array, at: number): void {
    const view = new DataView(from.buffer, from.byteOffset + at, 8);
    const high = view.getUint32(0);
    if (high < 2 ** 21) return this.length(high * 2 ** 32 + view.getUint32(4));
    this.byte(0x81);
    this.raw(from, at, 8);
  }

  /** A length not known yet; what it returns goes to `setLength`. */
  lengthLater(): number {
    this.reserve(5);
    this.buffer[this.at] = 0x80;
    this.buffer.fill(0, this.at + 1, this.at + 5);
    this.at += 5;
    return this.offset - 4;
  }

  setLength(offset: number, value: number): void {
    if (offset >= this.base) {
      this.buffer.writeUInt32BE(value, offset - this.base);
      return;
    }
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(value);
    this.sink.writeAt(offset, bytes);
    // They were zeros so far, so that the bytes are also the difference.
    if (this.options.checksum) this.crc.amend(bytes, this.base - offset - 4);
  }

  string(bytes: Bytes): void {
    const { length } = bytes;
    if (length <= INTEGER_BYTES_MAX && this.integer(bytes)) return;
    if (length >= COMPRESSED_BYTES_MIN && this.options.compression && this.compressed(bytes)) return;
    this.length(length);
    this.raw(bytes.buffer, bytes.offset, length);
  }

  private integer(bytes: Bytes): boolean {
    const first = bytes.buffer[bytes.offset]!;
    if (bytes.length === 0 || first > 57) return false;
    const value = parseInteger(bytes);
    if (!(value >= -0x8000_0000 && value <= 0x7fff_ffff)) return false;
    this.reserve(5);
    const { buffer } = this;
    if (value >= -128 && value <= 127) {
      buffer[this.at] = 0xc0 | RdbEncoding.INT8;
      this.at = buffer.writeInt8(value, this.at + 1);
    } else if (value >= -32768 && value <= 32767) {
      buffer[this.at] = 0xc0 | RdbEncoding.INT16;
      this.at = buffer.writeInt16LE(value, this.at + 1);
    } else {
      buffer[this.at] = 0xc0 | RdbEncoding.INT32;
      this.at = buffer.writeInt32LE(value, this.at + 1);
    }
    return true;
  }

  private compressed(bytes: Bytes): boolean {
    const { length } = bytes;
    if (this.packed.length < length) this.packed = Buffer.allocUnsafeSlow(2 * length);
    const packed = lzfCompress(bytes.buffer, bytes.offset, length, this.packed, 0);
    if (packed === 0) return false;
    this.byte(0xc0 | RdbEncoding.LZF);
    this.length(packed);
    this.length(length);
    this.raw(this.packed, 0, packed);
    if (this.packed.length > 16 * CHUNK_BYTES) this.packed = Buffer.allocUnsafeSlow(4096);
    return true;
  }

  raw(from: Uint8Array, start: number, length: number): void {
    if (length > CHUNK_BYTES / 2) {
      this.flush();
      const part = from.subarray(start, start + length);
      if (this.options.checksum) this.crc.update(part, 0, length);
      this.sink.write(part);
      this.base += length;
      return;
    }
    this.reserve(length);
    copyBytes(from, start, length, this.buffer, this.at);
    this.at += length;
  }

  /** The checksum of everything before it, 8 bytes. */
  checksum(): void {
    this.flush();
    this.reserve(8);
    if (this.options.checksum) this.crc.write(this.buffer, this.at);
    else this.buffer.fill(0, this.at, this.at + 8);
    this.at += 8;
  }

  private reserve(bytes: number): void {
    if (this.at + bytes > CHUNK_BYTES) this.flush();
  }

  flush(): void {
    if (this.at === 0) return;
    if (this.options.checksum) this.crc.update(this.buffer, 0, this.at);
    this.sink.write(this.buffer.subarray(0, this.at));
    this.base += this.at;
    this.at = 0;
  }
}
