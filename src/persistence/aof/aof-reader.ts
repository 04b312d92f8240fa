import { Request } from '../../protocol/request.js';
import { viewOf } from '../../bytes/bytes.js';
import type { ReadBytes } from '../file-bytes.js';
import { type AofDamage, type AofDamageKind, AofItem, ANNOTATION_BYTES_MAX } from './aof-format.js';
import { AofInput } from './aof-input.js';
import { ChecksumVerifier } from './checksum.js';

/** Longest header of an array or a string, newline included, as redis-check-aof reads it. */
const HEADER_BYTES_MAX = 127;
const ARGUMENTS_START = 64;

const HASH = 35;
const DOLLAR = 36;
const STAR = 42;
const CR = 13;
const LF = 10;

export interface AofReaderOptions {
  /** Whether checksum annotations are verified; yes unless said otherwise. */
  checksums?: boolean;
  /** The bytes may have been moved: what a checksum annotation says of its own place is not held against it. */
  moved?: boolean;
  /**
   * Longer arguments are cut to so many bytes in the request, so that memory stays bounded; they are verified all the
   * same. Without it they are whole.
   */
  argumentBytesMax?: number;
}

/**
 * Reads the records of one AOF file, or of the part of it behind an RDB preamble, in constant memory (that of its
 * largest record, unless `argumentBytesMax` bounds it).
 *
 * Stricter than the loader of Redis, which skips bytes unseen where a newline must be, and as strict as
 * redis-check-aof: a file that this accepts, both accept.
 */
export class AofReader {
  /** The last record; valid until the next call of `next`. */
  readonly request = new Request();
  /** The last annotation, newline included, one character per byte. */
  annotation = '';
  /** Where the last item begins and ends, as offsets in the file. */
  start: number;
  end: number;
  /** Up to here everything is complete: a transaction counts only once its EXEC has come. A repair cuts here. */
  soundTo: number;
  /** Between MULTI and EXEC. */
  inTransaction = false;
  damage: AofDamage | null = null;
  /** Where the value ends that is not followed by a newline, as its length has it; 0 for other damage. */
  valueEnd = 0;
  /** What checksum annotations have said so far; null when they are not verified. */
  readonly checksums: ChecksumVerifier | null;

  private readonly input: AofInput;
  private readonly argumentBytesMax: number;
  /** What `header` read. */
  private value = 0;

  /** `size` is the file's; the first record begins at `start`. */
  constructor(read: ReadBytes, size: number, start = 0, options: AofReaderOptions = {}) {
    this.input = new AofInput(read, size, start);
    this.start = this.end = this.soundTo = start;
    this.checksums = (options.checksums ?? true) ? new ChecksumVerifier(options.moved) : null;
    this.argumentBytesMax = options.argumentBytesMax ?? Infinity;
    this.request.reserveArgs(ARGUMENTS_START);
  }

  next(): AofItem {
    if (this.damage !== null) return AofItem.DAMAGE;
    const { input } = this;
    this.start = this.end;
    input.itemAt = input.at;
    if (input.at === input.filled && input.fill(1) < 0) return this.finish();
    const first = input.buffer[input.at]!;
    if (first === STAR) return this.readRecord();
    if (first === HASH) return this.readAnnotation();
    if (first === 0 && input.onlyZeros())
      return this.broken('zeros', this.start, 'nothing but zero bytes follows');
    return this.broken(
      'format',
      this.start,
      `a record begins with '*' or '#', not with ${describeByte(first)}`,
    );
  }

  /** The byte behind the item, -1 at the end of the file; -2 when it has not been read yet. */
  get following(): number {
    const { input } = this;
    if (input.at < input.filled) return input.buffer[input.at]!;
    return input.remaining === 0 ? -1 : -2;
  }

  private finish(): AofItem {
    if (!this.inTransaction) return AofItem.END;
    return this.broken('open-transaction', this.start, 'the file ends before the EXEC of a MULTI');
  }

  private readRecord(): AofItem {
    const { input, request } = this;
    if (!this.header(STAR, 0)) return AofItem.DAMAGE;
    const count = this.value;
    if (count < 1) return this.broken('format', this.start, 'a record without arguments');
    let { args } = request;
    let { buffer, at, filled } = input;
    for (let i = 0; i < count; i++) {
      if (2 * i === args.length) {
        request.reserveArgs(args.length);
        ({ args } = request);
      }
      let length = buffer[at + 1]! - 48;
      if (
        length >= 0 &&
        length <= 9 &&
        buffer[at] === DOLLAR &&
        buffer[at + 2] === CR &&
        buffer[at + 3] === LF &&
        at + 6 + length <= filled
      ) {
        at += 4;
      } else {
        input.at = at;
        if (!this.header(DOLLAR, i)) return AofItem.DAMAGE;
        length = this.value;
        if (length > this.argumentBytesMax) {
          if (!this.longArgument(i, length)) return AofItem.DAMAGE;
          ({ buffer, at, filled } = input);
          continue;
        }
        if (!this.available(i, length)) return AofItem.DAMAGE;
        ({ buffer, at, filled } = input);
      }
      args[2 * i] = at;
      args[2 * i + 1] = length;
      at += length;
      if (buffer[at] !== CR || buffer[at + 1] !== LF) {
        input.at = at;
        this.valueEnd = input.offset;
        return this.broken(
          'format',
          input.offset - length,
          `a string of ${length} bytes does not end with a newline`,
        );
      }
      at += 2;
    }
    input.at = at;
    return this.complete(count);
  }

  private complete(count: number): AofItem {
    const { input, request } = this;
    this.end = input.offset;
    if (request.buffer !== input.buffer) {
      request.buffer = input.buffer;
      request.view = viewOf(input.buffer);
    }
    request.count = count;
    const whole = input.at - input.itemAt === this.end - this.start;
    request.rawStart = whole ? input.itemAt : 0;
    request.rawEnd = whole ? input.at : 0;
    if (this.isTransactionEdge() && !this.changeTransaction()) return AofItem.DAMAGE;
    if (!this.inTransaction) this.soundTo = this.end;
    return AofItem.RECORD;
  }

  /** True for MULTI and EXEC; what almost every other record says with one comparison. */
  private isTransactionEdge(): boolean {
    const { request } = this;
    const length = request.length(0);
    if (length !== 5 && length !== 4) return false;
    const first = request.buffer[request.offset(0)]! | 0x20;
    return length === 5 ? first === 109 && request.is(0, 'multi') : first === 101 && request.is(0, 'exec');
  }

  private changeTransaction(): boolean {
    const { request } = this;
    const begins = request.length(0) === 5;
    if (begins === this.inTransaction) {
      this.broken('transaction', this.start, begins ? 'MULTI inside a MULTI' : 'EXEC without a MULTI');
      return false;
    }
    this.inTransaction = begins;
    return true;
  }

  /** Reads `*123\r\n` or `$123\r\n` to `value`; false when it is damaged. `read` arguments stand in the request. */
  private header(prefix: number, read: number): boolean {
    const { input } = this;
    const { buffer, at, filled } = input;
    let value = 0;
    let stop = at + 1;
    for (; stop < filled && stop < at + HEADER_BYTES_MAX; stop++) {
      const digit = buffer[stop]! - 48;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
    }
    if (
      stop > at + 1 &&
      stop + 1 < filled &&
      buffer[at] === prefix &&
      buffer[stop] === CR &&
      buffer[stop + 1] === LF
    ) {
      this.value = value;
      input.at = stop + 2;
      return true;
    }
    if (filled - at < HEADER_BYTES_MAX && filled - at < input.remaining) {
      if (!this.fill(Math.min(HEADER_BYTES_MAX, input.remaining), read))
        return this.cut('the file became shorter');
      return this.header(prefix, read);
    }
    if (at < filled && buffer[at] !== prefix) {
      const expected = String.fromCharCode(prefix);
      this.broken('format', input.offset, `'${expected}' is missing: there is ${describeByte(buffer[at]!)}`);
    } else if (this.isHeaderStart(at, filled)) this.cut('a header is cut short');
    else this.broken('format', input.offset, 'a header is no number');
    return false;
  }

  /** True for bytes that more bytes could make a header of. */
  private isHeaderStart(start: number, end: number): boolean {
    return (
      end - start < HEADER_BYTES_MAX && /^.?\d*\r?$/s.test(this.input.buffer.toString('latin1', start, end))
    );
  }

  /** Makes the argument that comes next, of `length` bytes, stand in the buffer. */
  private available(read: number, length: number): boolean {
    if (this.fill(length + 2, read)) return true;
    const { remaining } = this.input;
    return this.cut(`a string of ${length} bytes is cut after ${Math.min(length, remaining)}`);
  }

  /** Reads through an argument and keeps only its first bytes. */
  private longArgument(index: number, length: number): boolean {
    const { input, request } = this;
    if (length + 2 > input.remaining) return this.available(index, length);
    const kept = Math.floor(this.argumentBytesMax);
    if (!this.fill(kept, index)) return this.available(index, length);
    request.args[2 * index] = input.at;
    request.args[2 * index + 1] = kept;
    input.at += kept;
    if (!input.skip(length - kept) || !this.fill(2, index + 1)) return this.cut('the file became shorter');
    if (input.buffer[input.at] !== CR || input.buffer[input.at + 1] !== LF) {
      this.valueEnd = input.offset;
      this.broken('format', input.offset - length, `a string of ${length} bytes does not end with a newline`);
      return false;
    }
    input.at += 2;
    return true;
  }

  /** Makes `bytes` bytes stand in the buffer; the arguments read so far move along. */
  private fill(bytes: number, read: number): boolean {
    const moved = this.input.fill(bytes);
    if (moved > 0) for (let i = 0; i < read; i++) this.request.args[2 * i]! -= moved;
    return moved >= 0;
  }

  private readAnnotation(): AofItem {
    const { input } = this;
    let newline = input.buffer.indexOf(LF, input.at);
    if (newline < 0 || newline >= input.filled) {
      input.fill(Math.min(ANNOTATION_BYTES_MAX, input.remaining));
      newline = input.buffer.indexOf(LF, input.at);
    }
    const { at, buffer, filled } = input;
    if (newline < 0 || newline >= filled || newline - at >= ANNOTATION_BYTES_MAX) {
      if (filled - at < ANNOTATION_BYTES_MAX) this.cut('an annotation is cut short');
      else this.broken('format', this.start, 'an annotation has no end');
      return AofItem.DAMAGE;
    }
    if (buffer[newline - 1] !== CR)
      return this.broken('format', this.start, 'an annotation does not end with a newline');
    this.annotation = buffer.toString('latin1', at, newline + 1);
    const crc = input.stretchCrc();
    input.at = newline + 1;
    this.end = input.offset;
    if (this.checksums !== null) {
      const { stretchStart } = this.checksums;
      const wrong = this.checksums.check(this.annotation, this.start, this.end, crc);
      if (wrong !== null) return this.checksumBroken(wrong, stretchStart);
      if (stretchStart !== this.checksums.stretchStart) input.startStretch();
    }
    if (!this.inTransaction) this.soundTo = this.end;
    return AofItem.ANNOTATION;
  }

  private checksumBroken(reason: string, stretchStart: number): AofItem {
    const from = stretchStart < 0 ? this.start : stretchStart;
    this.damage = { kind: 'checksum', offset: from, end: this.end, reason };
    this.soundTo = Math.min(this.soundTo, from);
    return AofItem.DAMAGE;
  }

  private cut(reason: string): boolean {
    this.broken('cut', this.input.offset, reason);
    return false;
  }

  private broken(kind: AofDamageKind, offset: number, reason: string): AofItem {
    this.damage = { kind, offset, reason };
    return AofItem.DAMAGE;
  }
}

function describeByte(byte: number): string {
  return byte > 32 && byte < 127
    ? `'${String.fromCharCode(byte)}'`
    : `byte 0x${byte.toString(16).padStart(2, '0')}`;
}
