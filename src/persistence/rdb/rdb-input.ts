import { writeInteger } from '../../bytes/ascii.js';
import { Bytes, viewOf } from '../../bytes/bytes.js';
import { parseDouble } from '../../bytes/double.js';
import type { ReadBytes } from '../file-bytes.js';
import { Crc64 } from './crc64.js';
import { LZF_RATIO_MAX, lzfDecompress } from './lzf.js';
import { RdbEncoding, RdbError } from './rdb-format.js';

const CHUNK_BYTES = 256 * 1024;
/** Room for strings that must be computed (compressed, or kept as integers); larger ones get room of their own. */
const SCRATCH_BYTES = 64 * 1024;
const SLOTS = 3;
const EMPTY = Buffer.alloc(0);

/**
 * The bytes of an RDB file or a DUMP payload, read in chunks: numbers, lengths and strings, and the checksum of what
 * was consumed. A string is read into one of three slots, whose views stay valid until the same or a lower slot is
 * read again: `string(0)` then `string(1)` gives a field and its value.
 */
export class RdbInput {
  readonly crc = new Crc64();
  /** Off, the checksum is not computed. */
  checksum = true;

  buffer: Buffer;
  private view: DataView;
  at: number;
  private end: number;
  /** Offset in the file of `buffer[0]`. */
  private base: number;
  private summedTo: number;
  private readonly slots: Bytes[] = [];
  private readonly scratch: Buffer[] = [];
  private slotsInUse = 0;

  /** Of a file: what is read begins at offset `start`; `size` is the file's, so that no length can exceed it. */
  static ofFile(read: ReadBytes, size: number, start = 0): RdbInput {
    return new RdbInput(Buffer.allocUnsafeSlow(CHUNK_BYTES), 0, 0, read, size, start);
  }

  /** Of bytes in memory. */
  static ofBytes(bytes: Bytes): RdbInput {
    const { buffer, offset, length } = bytes;
    const whole = Buffer.from(buffer.buffer, buffer.byteOffset + offset, length);
    return new RdbInput(whole, 0, length, null, length, 0);
  }

  private constructor(
    buffer: Buffer,
    at: number,
    end: number,
    private readonly read: ReadBytes | null,
    private readonly size: number,
    base: number,
  ) {
    this.buffer = buffer;
    this.view = viewOf(buffer);
    this.at = at;
    this.end = end;
    this.base = base;
    this.summedTo = at;
    for (let slot = 0; slot < SLOTS; slot++) {
      this.slots.push(new Bytes(EMPTY));
      this.scratch.push(EMPTY);
    }
  }

  /** Offset in the file of the next byte. */
  get offset(): number {
    return this.base + this.at;
  }

  /** The views of all slots become invalid; nothing is kept for them any longer. */
  release(): void {
    this.slotsInUse = 0;
  }

  /** Makes sure that `bytes` bytes stand in the buffer from `at` on. */
  ensure(bytes: number): void {
    if (this.end - this.at < bytes) this.refill(bytes);
  }

  /** True when nothing is left. */
  atEnd(): boolean {
    return this.at === this.end && this.offset >= this.size;
  }

  private refill(bytes: number): void {
    if (bytes > this.size - this.offset || this.read === null) {
      throw new RdbError('cut', Math.max(this.size, this.offset), 'the file ends in the middle of a value');
    }
    this.sumConsumed();
    let keep = this.at;
    for (let slot = 0; slot < this.slotsInUse; slot++) {
      const view = this.slots[slot]!;
      if (view.buffer === this.buffer) keep = Math.min(keep, view.offset);
    }
    const needed = this.at - keep + bytes;
    const old = this.buffer;
    const capacity = Math.max(CHUNK_BYTES, needed);
    // Room for one large string is given back with the next chunk.
    const moved = capacity === old.length ? old : Buffer.allocUnsafeSlow(capacity);
    old.copy(moved, 0, keep, this.end);
    for (let slot = 0; slot < this.slotsInUse; slot++) {
      const view = this.slots[slot]!;
      if (view.buffer === old) view.set(moved, view.offset - keep, view.length);
    }
    this.buffer = moved;
    if (moved !== old) this.view = viewOf(moved);
    this.base += keep;
    this.at -= keep;
    this.end -= keep;
    this.summedTo = this.at;
    while (this.end - this.at < bytes) {
      const got = this.read(moved, this.end, capacity - this.end, this.base + this.end);
      if (got === 0)
        throw new RdbError('cut', this.base + this.end, 'the file ends in the middle of a value');
      this.end += got;
    }
  }

  /** Brings the checksum up to the next byte. */
  sumConsumed(): void {
    if (this.checksum) this.crc.update(this.buffer, this.summedTo, this.at);
    this.summedTo = this.at;
  }

  byte(): number {
    if (this.at === this.end) this.refill(1);
    return this.buffer[this.at++]!;
  }

  int32(): number {
    this.ensure(4);
    const value = this.buffer.readInt32LE(this.at);
    this.at += 4;
    return value;
  }

  /** A signed 64-bit little-endian integer; beyond 2^53 the nearest double. */
  int64(): number {
    this.ensure(8);
    const value = this.buffer.readUInt32LE(this.at) + this.buffer.readInt32LE(this.at + 4) * 2 ** 32;
    this.at += 8;
    return value;
  }

  double(): number {
    this.ensure(8);
    const value = this.buffer.readDoubleLE(this.at);
    this.at += 8;
    return value;
  }

  /** A length; beyond 2^53 the nearest double (so 2^64 - 1 reads as 2^64). */
  length(): number {
    const first = this.byte();
    if (first < 64) return first;
    if (first < 128) return ((first & 63) << 8) | this.byte();
    if (first === 0x80 || first === 0x81) return this.longLength(first === 0x81);
    throw this.corrupt(`a length begins with byte 0x${first.toString(16)}`, 1);
  }

  private longLength(is64: boolean): number {
    const bytes = is64 ? 8 : 4;
    this.ensure(bytes);
    const { buffer, at } = this;
    this.at += bytes;
    return is64 ? buffer.readUInt32BE(at) * 2 ** 32 + buffer.readUInt32BE(at + 4) : buffer.readUInt32BE(at);
  }

  /** A length that may use all 64 bits, to 8 bytes of `to`, big-endian: half of a stream's ID. */
  length64(to: Uint8Array, at: number): void {
    this.ensure(1);
    if (this.buffer[this.at] === 0x81) {
      this.ensure(9);
      to.set(this.buffer.subarray(this.at + 1, this.at + 9), at);
      this.at += 9;
    } else {
      const value = this.length();
      const view = new DataView(to.buffer, to.byteOffset + at, 8);
      view.setUint32(0, Math.floor(value / 2 ** 32));
      view.setUint32(4, value >>> 0);
    }
  }

  /** The next string, in `slot`. */
  string(slot: number): Bytes {
    const first = this.byte();
    if (first < 64) return this.raw(first, slot);
    if (first >= 192) return this.encoded(first & 63, slot);
    this.at--;
    return this.raw(this.length(), slot);
  }

  /** The next `length` bytes, in `slot`. */
  raw(length: number, slot: number): Bytes {
    this.slotsInUse = slot;
    if (this.end - this.at < length) this.refill(length);
    const view = this.slots[slot]!;
    view.setViewed(this.buffer, this.view, this.at, length);
    this.at += length;
    this.slotsInUse = slot + 1;
    return view;
  }

  private encoded(encoding: number, slot: number): Bytes {
    this.slotsInUse = slot;
    if (encoding === RdbEncoding.LZF) return this.compressed(slot);
    const { INT8, INT16, INT32 } = RdbEncoding;
    if (encoding > INT32) throw this.corrupt(`unknown string encoding ${encoding}`, 1);
    this.ensure(encoding === INT8 ? 1 : encoding === INT16 ? 2 : 4);
    const { buffer, at } = this;
    let value: number;
    if (encoding === INT8) value = buffer.readInt8(at);
    else if (encoding === INT16) value = buffer.readInt16LE(at);
    else value = buffer.readInt32LE(at);
    this.at += encoding === INT8 ? 1 : encoding === INT16 ? 2 : 4;
    const scratch = this.room(slot, 20);
    return this.slots[slot]!.set(scratch, 0, writeInteger(value, scratch, 0));
  }

  private compressed(slot: number): Bytes {
    const packed = this.length();
    const length = this.length();
    // Without this, a few altered bytes could ask for any amount of memory.
    if (length > packed * LZF_RATIO_MAX) throw this.corrupt(`${packed} bytes cannot expand to ${length}`, 0);
    this.ensure(packed);
    const scratch = this.room(slot, length);
    if (!lzfDecompress(this.buffer, this.at, this.at + packed, scratch, 0, length)) {
      throw this.corrupt('a compressed string does not expand', 0);
    }
    this.at += packed;
    this.slotsInUse = slot + 1;
    return this.slots[slot]!.set(scratch, 0, length);
  }

  private room(slot: number, bytes: number): Buffer {
    const scratch = this.scratch[slot]!;
    const capacity = Math.max(SCRATCH_BYTES, bytes);
    if (scratch.length >= bytes && scratch.length <= 4 * capacity) return scratch;
    return (this.scratch[slot] = Buffer.allocUnsafeSlow(capacity));
  }

  /** A score as versions before 8 wrote it: text after a length byte, three of whose values stand for no number. */
  textDouble(): number {
    const length = this.byte();
    if (length === 253) return NaN;
    if (length === 254) return Infinity;
    if (length === 255) return -Infinity;
    const text = this.raw(length, 2).toString();
    return parseDouble(text);
  }

  /** The error that the bytes just read, `back` bytes ago, cannot be. */
  corrupt(reason: string, back = 0): RdbError {
    return new RdbError('corrupt', this.offset - back, reason);
  }
}
