import { crc32 } from 'node:zlib';

const BUFFER_BYTES = 64 * 1024;
/** A larger buffer is not kept after it has been written. */
const BUFFER_BYTES_KEPT = 4 * 1024 * 1024;
/** `#CRC:` line and `#TS:` line. */
const ANNOTATION_BYTES = 128;
/** Above this, a call into the runtime copies faster than a loop. */
const LOOPED_BYTES_MAX = 64;

/** What waits to be written to the append-only file, in the order in which it will stand there. */
export class AofBatch {
  buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES);
  /** Bytes of it. */
  length = 0;
  /** The first so many are covered by a checksum among them. */
  private covered = 0;

  append(from: Buffer, start: number, end: number): void {
    const length = end - start;
    this.reserve(length);
    if (length <= LOOPED_BYTES_MAX) {
      const { buffer: to } = this;
      for (let i = 0, at = this.length; i < length; i++) to[at + i] = from[start + i]!;
    } else from.copy(this.buffer, this.length, start, end);
    this.length += length;
  }

  /** Appends text of single bytes. */
  put(text: string): void {
    this.reserve(text.length);
    this.length += this.buffer.write(text, this.length, 'latin1');
  }

  private reserve(bytes: number): void {
    const needed = this.length + bytes + ANNOTATION_BYTES;
    if (needed <= this.buffer.length) return;
    const larger = Buffer.allocUnsafeSlow(2 * needed);
    this.buffer.copy(larger, 0, 0, this.length);
    this.buffer = larger;
  }

  /** Bytes that no checksum covers yet. */
  get uncovered(): number {
    return this.length - this.covered;
  }

  uncoveredCrc(): number {
    return crc32(this.buffer.subarray(this.covered, this.length));
  }

  /** All of it is covered from here on. */
  cover(): void {
    this.covered = this.length;
  }

  clear(): void {
    this.length = this.covered = 0;
    if (this.buffer.length > BUFFER_BYTES_KEPT) this.buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES);
  }
}
