import { crc32 } from 'node:zlib';
import type { ReadBytes } from '../file-bytes.js';

const CHUNK_BYTES = 512 * 1024;

/**
 * A window on the bytes of an AOF: the item that is being read stands in it whole, from `itemAt` on. Also sums the
 * bytes that the next checksum annotation will cover.
 */
export class AofInput {
  buffer = Buffer.allocUnsafeSlow(CHUNK_BYTES);
  at = 0;
  filled = 0;
  itemAt = 0;
  /** Offset in the file of `buffer[0]`; wrong before the bytes that `skip` left out. */
  base: number;

  /** True between an opening annotation and the end. */
  summing = false;
  private crc = 0;
  private summedTo = 0;

  constructor(
    private readonly read: ReadBytes,
    readonly size: number,
    start: number,
  ) {
    this.base = start;
  }

  /** Offset in the file of the next byte. */
  get offset(): number {
    return this.base + this.at;
  }

  /** Bytes from the next one to the end of the file. */
  get remaining(): number {
    return this.size - this.base - this.at;
  }

  /**
   * Makes sure that `bytes` bytes stand in the buffer from `at` on. By how many bytes everything in the buffer was
   * moved towards its start, or -1 when the file has not that many left.
   */
  fill(bytes: number): number {
    if (this.filled - this.at >= bytes) return 0;
    if (bytes > this.remaining) return -1;
    const moved = this.itemAt;
    this.makeRoom(this.at - moved + bytes);
    while (this.filled - this.at < bytes) {
      const got = this.read(
        this.buffer,
        this.filled,
        this.buffer.length - this.filled,
        this.base + this.filled,
      );
      if (got === 0) return -1;
      this.filled += got;
    }
    return moved;
  }

  /** Drops what stands before the item. */
  private makeRoom(bytes: number): void {
    this.sum(this.itemAt);
    const { buffer, itemAt } = this;
    const capacity = Math.max(CHUNK_BYTES, bytes);
    // Room for one large record is given back with the next chunk.
    if (capacity > buffer.length || buffer.length > 4 * capacity)
      this.buffer = Buffer.allocUnsafeSlow(capacity);
    buffer.copy(this.buffer, 0, itemAt, this.filled);
    this.base += itemAt;
    this.at -= itemAt;
    this.filled -= itemAt;
    this.summedTo -= itemAt;
    this.itemAt = 0;
  }

  /** Leaves out the next `bytes` bytes, which need not stand in the buffer; false when the file ends before. */
  skip(bytes: number): boolean {
    const here = Math.min(bytes, this.filled - this.at);
    this.sum(this.at);
    const rest = this.buffer.subarray(this.at + here, this.filled);
    if (this.summing) this.crc = crc32(this.buffer.subarray(this.at, this.at + here), this.crc);
    if (!this.skipInFile(this.base + this.filled, bytes - here)) return false;
    this.buffer.copyWithin(this.at, this.at + here, this.filled);
    this.filled = this.at + rest.length;
    this.base += bytes;
    return true;
  }

  private skipInFile(start: number, bytes: number): boolean {
    if (bytes > 0 && !this.summing) return start + bytes <= this.size;
    const chunk = Buffer.allocUnsafe(Math.min(bytes, CHUNK_BYTES));
    for (let offset = start; offset < start + bytes;) {
      const got = this.read(chunk, 0, Math.min(chunk.length, start + bytes - offset), offset);
      if (got === 0) return false;
      this.crc = crc32(chunk.subarray(0, got), this.crc);
      offset += got;
    }
    return true;
  }

  private sum(to: number): void {
    if (this.summing && to > this.summedTo) {
      this.crc = crc32(this.buffer.subarray(this.summedTo, to), this.crc);
    }
    this.summedTo = Math.max(to, this.summedTo);
  }

  /** CRC-32 of the bytes between the last checksum annotation and the item. */
  stretchCrc(): number {
    this.sum(this.itemAt);
    return this.crc;
  }

  /** Begins a stretch with the next byte. */
  startStretch(): void {
    this.crc = 0;
    this.summedTo = this.at;
    this.summing = true;
  }

  /** True when no byte but zeros stands between the next one and the end of the file. */
  onlyZeros(): boolean {
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    const zeros = Buffer.alloc(CHUNK_BYTES);
    for (let offset = this.offset; offset < this.size;) {
      const got = this.read(chunk, 0, chunk.length, offset);
      if (got === 0 || chunk.compare(zeros, 0, got, 0, got) !== 0) return false;
      offset += got;
    }
    return true;
  }
}
