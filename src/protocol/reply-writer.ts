import { decimalDigits, writeInteger, writeLatin1 } from '../bytes/ascii.js';
import { type Bytes, viewOf } from '../bytes/bytes.js';
import { copyBytes, copyRun } from '../bytes/hash.js';
import { formatDouble } from '../bytes/double.js';

/** Usual capacity; a larger buffer is not kept. */
const BUFFER_BYTES = 1024 * 1024;
/** Header of anything: a type byte, a number, CR LF. */
const HEADER_BYTES_MAX = 32;

const CR = 13;
const LF = 10;

/** Type bytes of RESP. */
const SIMPLE = 43;
const ERROR = 45;
const INTEGER = 58;
const BULK = 36;
const ARRAY = 42;
const MAP = 37;
const SET = 126;
const PUSH = 62;
const DOUBLE = 44;
const BOOLEAN = 35;
const BIG_NUMBER = 40;
const VERBATIM = 61;
const ATTRIBUTE = 124;
const NULL = 95;

/** CR LF as a little-endian word. */
const CR_LF = CR | (LF << 8);
/** `$0\r\n` to `$9\r\n` and `$10\r` to `$99\r` as little-endian words: one store instead of a digit at a time. */
const BULK_HEADERS = Int32Array.from({ length: 100 }, (_, length) =>
  Buffer.from(`$${length}\r\n`, 'latin1').readInt32LE(),
);

/**
 * Writes replies as bytes into one buffer, in RESP2 or RESP3 as the receiver asked by HELLO. The bytes in
 * `[start, position)` are the current reply or row of replies; whoever owns the writer takes them away.
 */
export class ReplyWriter {
  buffer: Buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES);
  private view = viewOf(this.buffer);
  /** Next byte to write. */
  position = 0;
  /** Where the current segment begins: bytes before it belong to others and stay where they are. */
  start = 0;
  /** RESP3 types are written as themselves, not as their RESP2 stand-ins. */
  resp3 = false;

  /** Error replies written, so that a dispatcher can tell that a command failed. */
  errors = 0;
  /** The text of the last one, without its newline. */
  lastError = '';
  /** Told of every error reply. */
  onError: (text: string) => void = () => undefined;

  /** Asked before the buffer grows for a segment of so many bytes: true when its receiver may not have that much. */
  outgrown: (bytes: number) => boolean = () => false;
  /** The current segment was more than its receiver may have: what it holds is not to be sent. */
  dropped = false;

  // Simple types

  ok(): void {
    const at = this.room(5);
    const { buffer } = this;
    buffer[at] = SIMPLE;
    buffer[at + 1] = 79;
    buffer[at + 2] = 75;
    buffer[at + 3] = CR;
    buffer[at + 4] = LF;
    this.position = at + 5;
  }

  /** A simple string; it must hold no newline. */
  simple(text: string): void {
    const at = this.room(text.length + 3);
    this.buffer[at] = SIMPLE;
    this.newline(writeLatin1(text, this.buffer, at + 1));
  }

  /** An error: its code (`ERR`, `WRONGTYPE`, …) and text. Newlines in it become spaces. */
  error(text: string): void {
    this.errors++;
    this.lastError = text;
    this.onError(text);
    const clean = /[\r\n]/.test(text) ? text.replace(/[\r\n]/g, ' ') : text;
    const at = this.room(clean.length + 3);
    this.buffer[at] = ERROR;
    this.newline(writeLatin1(clean, this.buffer, at + 1));
  }

  /** A safe integer. */
  integer(value: number): void {
    const at = this.room(HEADER_BYTES_MAX);
    this.buffer[at] = INTEGER;
    this.newline(writeInteger(value, this.buffer, at + 1));
  }

  /** An integer of up to 64 bits. */
  bigInteger(value: bigint): void {
    this.line(INTEGER, value.toString());
  }

  /** A RESP3 big number; a bulk string in RESP2. */
  bigNumber(digits: string): void {
    if (this.resp3) this.line(BIG_NUMBER, digits);
    else this.text(digits);
  }

  boolean(value: boolean): void {
    if (this.resp3) this.line(BOOLEAN, value ? 't' : 'f');
    else this.integer(value ? 1 : 0);
  }

  /** A double as Redis prints it; a bulk string in RESP2. */
  double(value: number): void {
    // Most scores are integers: those are written without making a string.
    if (Number.isSafeInteger(value) && !Object.is(value, -0)) {
      if (!this.resp3) return this.integerText(value);
      const at = this.room(HEADER_BYTES_MAX);
      this.buffer[at] = DOUBLE;
      this.newline(writeInteger(value, this.buffer, at + 1));
    } else if (this.resp3) this.line(DOUBLE, formatDouble(value));
    else this.text(formatDouble(value));
  }

  /** No value: `_` in RESP3, the null bulk string in RESP2. */
  null(): void {
    const at = this.room(5);
    const { buffer } = this;
    if (this.resp3) {
      buffer[at] = NULL;
      return this.newline(at + 1);
    }
    buffer[at] = BULK;
    buffer[at + 1] = 45;
    buffer[at + 2] = 49;
    this.newline(at + 3);
  }

  /** No array: `_` in RESP3, the null array in RESP2. */
  nullArray(): void {
    if (this.resp3) this.null();
    else this.raw('*-1\r\n');
  }

  // Bulk strings

  /** A bulk string. */
  bulk(bytes: Bytes): void {
    this.bulkRange(bytes.buffer, bytes.offset, bytes.length, bytes.view);
  }

  /** `view`: of the whole of `from`, if there is one. */
  bulkRange(from: Uint8Array, offset: number, length: number, view: DataView | null = null): void {
    const room = this.room(length + HEADER_BYTES_MAX);
    const { buffer, view: toView } = this;
    const at = this.bulkHeader(room, length);
    copyRun(from, view, offset, length, buffer, toView, at);
    toView.setUint16(at + length, CR_LF, true);
    this.position = at + length + 2;
  }

  /** Writes the header of a bulk string; where the string goes. */
  private bulkHeader(at: number, length: number): number {
    const { view } = this;
    if (length < 100) {
      view.setInt32(at, BULK_HEADERS[length]!, true);
      if (length < 10) return at + 4;
      view.setUint8(at + 4, LF);
      return at + 5;
    }
    view.setUint8(at, BULK);
    const end = writeInteger(length, this.buffer, at + 1);
    view.setUint16(end, CR_LF, true);
    return end + 2;
  }

  /** A bulk string of characters below 256. */
  text(text: string): void {
    const at = this.header(BULK, text.length, text.length);
    this.newline(writeLatin1(text, this.buffer, at));
  }

  /** A safe integer as a bulk string. */
  integerText(value: number): void {
    const at = this.header(BULK, decimalDigits(Math.abs(value)) + (value < 0 ? 1 : 0), HEADER_BYTES_MAX);
    this.newline(writeInteger(value, this.buffer, at));
  }

  /** Text with a format of three letters; a plain bulk string in RESP2. */
  verbatim(format: string, text: string): void {
    if (!this.resp3) return this.text(text);
    const at = this.header(VERBATIM, text.length + 4, text.length + 4);
    this.newline(writeLatin1(`${format}:${text}`, this.buffer, at));
  }

  // Aggregates: a header, then the caller writes that many elements.

  array(length: number): void {
    this.position = this.header(ARRAY, length, 0);
  }

  /** `pairs` keys, each followed by its value; a flat array in RESP2. */
  map(pairs: number): void {
    this.position = this.resp3 ? this.header(MAP, pairs, 0) : this.header(ARRAY, 2 * pairs, 0);
  }

  set(length: number): void {
    this.position = this.header(this.resp3 ? SET : ARRAY, length, 0);
  }

  /** Out of band data of RESP3; an array in RESP2. */
  push(length: number): void {
    this.position = this.header(this.resp3 ? PUSH : ARRAY, length, 0);
  }

  /** RESP3 only: `pairs` of attributes that go before a reply. */
  attribute(pairs: number): void {
    this.position = this.header(ATTRIBUTE, pairs, 0);
  }

  texts(texts: readonly string[]): void {
    this.array(texts.length);
    for (const text of texts) this.text(text);
  }

  /**
   * Begins an aggregate whose length is known only at its end. What the caller must give to `endDeferred` with the
   * length; the elements are written in between.
   */
  beginDeferred(): number {
    const mark = this.position - this.start;
    this.position = this.room(HEADER_BYTES_MAX) + HEADER_BYTES_MAX;
    return mark;
  }

  /** Ends a deferred aggregate. The gap left for its header closes. */
  endDeferred(mark: number, kind: 'array' | 'map' | 'set', length: number): void {
    if (this.dropped) return;
    const elements = this.start + mark + HEADER_BYTES_MAX;
    const end = this.position;
    this.position = this.start + mark;
    this[kind](length);
    this.buffer.copyWithin(this.position, elements, end);
    this.position += end - elements;
  }

  // Bytes as they are

  /** Bytes already in RESP, of characters below 256. */
  raw(text: string): void {
    const at = this.room(text.length);
    this.position = writeLatin1(text, this.buffer, at);
  }

  rawBytes(from: Uint8Array, offset: number, length: number): void {
    const at = this.room(length);
    copyBytes(from, offset, length, this.buffer, at);
    this.position = at + length;
  }

  // Segments

  /** Length of the current segment. */
  get length(): number {
    return this.position - this.start;
  }

  /** Undoes what was written since the segment had `length` bytes. */
  rewind(length: number): void {
    this.position = this.start + length;
  }

  /** Ends the current segment; the next one begins behind it. */
  nextSegment(): void {
    this.start = this.position;
  }

  /** Goes back to a segment that another one interrupted, which may have moved to a larger buffer. */
  restore(buffer: Buffer, start: number, position: number): void {
    if (this.buffer !== buffer) this.setBuffer(buffer);
    this.start = start;
    this.position = position;
  }

  /** Begins at the start of the buffer again; segments must have been taken. A buffer that grew is dropped. */
  reset(): void {
    this.position = 0;
    this.start = 0;
    if (this.buffer.length > BUFFER_BYTES) this.setBuffer(Buffer.allocUnsafeSlow(BUFFER_BYTES));
  }

  /** Leaves the buffer, with everything in it, to whoever still writes from it. */
  abandon(): void {
    this.setBuffer(Buffer.allocUnsafeSlow(BUFFER_BYTES));
    this.position = 0;
    this.start = 0;
  }

  /** The current segment as a copy of its own; the writer is reset. For sessions without a socket. */
  take(): Buffer {
    const bytes = Buffer.from(this.buffer.subarray(this.start, this.position));
    this.reset();
    return bytes;
  }

  // Parts

  private setBuffer(buffer: Buffer): void {
    this.buffer = buffer;
    this.view = viewOf(buffer);
  }

  /** Makes room for `bytes` more; where they go. May move the current segment to another buffer. */
  private room(bytes: number): number {
    if (this.position + bytes > this.buffer.length) this.grow(bytes);
    return this.position;
  }

  private grow(bytes: number): void {
    if (this.dropped || this.outgrown(this.length + bytes)) {
      // The command runs to its end, as it must in a transaction; its reply goes where it takes no more memory.
      this.dropped = true;
      this.position = this.start;
      if (this.start + bytes <= this.buffer.length) return;
    }
    const { length } = this;
    const larger = Buffer.allocUnsafeSlow(Math.max(BUFFER_BYTES, 2 * (length + bytes)));
    this.buffer.copy(larger, 0, this.start, this.position);
    this.setBuffer(larger);
    this.start = 0;
    this.position = length;
  }

  /** Writes a type byte, a number and CR LF, with room for `more` bytes and CR LF behind; where it ends. */
  private header(type: number, length: number, more: number): number {
    const at = this.room(HEADER_BYTES_MAX + more + 2);
    const { buffer } = this;
    buffer[at] = type;
    const end = writeInteger(length, buffer, at + 1);
    buffer[end] = CR;
    buffer[end + 1] = LF;
    return end + 2;
  }

  private line(type: number, text: string): void {
    const at = this.room(text.length + 3);
    this.buffer[at] = type;
    this.newline(writeLatin1(text, this.buffer, at + 1));
  }

  private newline(at: number): void {
    this.buffer[at] = CR;
    this.buffer[at + 1] = LF;
    this.position = at + 2;
  }
}
