import { writeInteger, writeLatin1 } from '../../bytes/ascii.js';
import { Bytes } from '../../bytes/bytes.js';
import { parseDouble } from '../../bytes/double.js';

const DIGITS_MAX = 20;
const ARENA_BYTES = 4096;

/**
 * Bytes that are no valid listpack, ziplist, zipmap or intset, or elements that no value can hold together. The RDB
 * reader says where in the file they stand; visitors may throw it too.
 */
export class PackedError extends Error {}

/**
 * Reads the elements of a small aggregate that is kept as one run of bytes. Every length is checked against the run's
 * end, so that altered bytes can cause a `PackedError` and nothing else.
 */
export abstract class PackedReader {
  protected buffer: Uint8Array = new Uint8Array(0);
  protected at = 0;
  /** Where the elements end: the offset of the end mark, or of the byte after the last. */
  protected end = 0;

  private arena = Buffer.allocUnsafeSlow(ARENA_BYTES);
  private arenaAt = 0;
  private arenaKept = 0;

  /** Begins with the elements in `bytes`, which must stay as they are meanwhile. */
  open(bytes: Bytes): void {
    this.buffer = bytes.buffer;
    this.at = bytes.offset;
    this.end = this.at + bytes.length;
    this.arenaAt = this.arenaKept = 0;
    this.openHeader();
  }

  /** Number of elements: of a hash or a sorted set, both halves of each pair are counted. */
  abstract count(): number;

  /** Points `into` at the next element; false at the end. Numbers become text that is valid until `reuse`. */
  abstract next(into: Bytes): boolean;

  /** The next element as a double, NaN when it is none; throws at the end. */
  number(into: Bytes): number {
    if (!this.next(into)) throw new PackedError('a member has no score');
    return parseDouble(into.toString());
  }

  /** Text of numbers handed out since `keep` may be overwritten. */
  reuse(): void {
    this.arenaAt = this.arenaKept;
  }

  /** Text of numbers handed out so far stays valid until the next `open`. */
  keep(): void {
    this.arenaKept = this.arenaAt;
  }

  protected abstract openHeader(): void;

  protected digits(value: number, into: Bytes): void {
    const at = this.room();
    this.arenaAt = writeInteger(value, this.arena, at);
    into.set(this.arena, at, this.arenaAt - at);
  }

  protected longDigits(value: bigint, into: Bytes): void {
    const at = this.room();
    this.arenaAt = writeLatin1(value.toString(), this.arena, at);
    into.set(this.arena, at, this.arenaAt - at);
  }

  private room(): number {
    if (this.arenaAt + DIGITS_MAX > this.arena.length) {
      // Views into the old one keep it.
      this.arena = Buffer.allocUnsafeSlow(2 * this.arena.length);
      this.arenaAt = this.arenaKept = 0;
    }
    return this.arenaAt;
  }

  /** The number of elements, for encodings that cannot be trusted to state it. */
  protected countByReading(): number {
    const start = this.at;
    const view = new Bytes(this.buffer);
    let count = 0;
    while (this.next(view)) {
      this.reuse();
      count++;
    }
    this.at = start;
    return count;
  }

  protected uint32(at: number): number {
    return signedInteger(this.buffer, at, 4) >>> 0;
  }

  protected int64(at: number): bigint {
    return (BigInt(signedInteger(this.buffer, at + 4, 4)) << 32n) | BigInt(this.uint32(at));
  }

  protected require(condition: boolean, reason: string): void {
    if (!condition) throw new PackedError(reason);
  }
}

/** A signed little-endian integer of 2, 3 or 4 bytes. */
export function signedInteger(buffer: Uint8Array, at: number, bytes: number): number {
  let value = buffer[at]! | (buffer[at + 1]! << 8);
  if (bytes > 2) value |= buffer[at + 2]! << 16;
  if (bytes > 3) value |= buffer[at + 3]! << 24;
  const unused = 32 - 8 * bytes;
  return (value << unused) >> unused;
}
