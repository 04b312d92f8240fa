import { Request } from '../../protocol/request.js';
import type { ReadBytes } from '../file-bytes.js';
import { type AofDamage, type AofDamageKind, AofItem } from './aof-format.js';
import { AofInput } from './aof-input.js';

/** Longest header of an array or a string, newline included, as redis-check-aof reads it. */
const HEADER_BYTES_MAX = 127;
const ARGUMENTS_START = 64;

const DOLLAR = 36;
export const STAR = 42;
export const CR = 13;
export const LF = 10;

/**
 * Reads single records, `*` count and `$` arguments, into a request, and says what is wrong with one. What they mean
 * together, and what stands between them, is the AOF reader's business.
 */
export class RecordReader {
  /** The last record; valid until the next one is read. */
  readonly request = new Request();
  /** Where the last item begins, as an offset in the file. */
  start: number;
  damage: AofDamage | null = null;
  /** Where the value ends that is not followed by a newline, as its length has it; 0 for other damage. */
  valueEnd = 0;

  protected readonly input: AofInput;
  /** What `header` read. */
  private value = 0;

  /** Longer arguments than `argumentBytesMax` are cut to that. */
  constructor(
    read: ReadBytes,
    size: number,
    start: number,
    private readonly argumentBytesMax: number,
  ) {
    this.input = new AofInput(read, size, start);
    this.start = start;
    this.request.reserveArgs(ARGUMENTS_START);
  }

  /** Reads the arguments of a record into the request: how many they are, 0 when they are damaged. */
  protected readArguments(): number {
    const { input, request } = this;
    if (!this.header(STAR, 0)) return 0;
    const count = this.value;
    if (count < 1) {
      this.broken('format', this.start, 'a record without arguments');
      return 0;
    }
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
        if (!this.header(DOLLAR, i)) return 0;
        length = this.value;
        if (length > this.argumentBytesMax) {
          if (!this.longArgument(i, length)) return 0;
          ({ buffer, at, filled } = input);
          continue;
        }
        if (!this.available(i, length)) return 0;
        ({ buffer, at, filled } = input);
      }
      args[2 * i] = at;
      args[2 * i + 1] = length;
      at += length;
      if (buffer[at] !== CR || buffer[at + 1] !== LF) {
        input.at = at;
        this.unterminated(length);
        return 0;
      }
      at += 2;
    }
    input.at = at;
    return count;
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
      this.unterminated(length);
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

  private unterminated(length: number): void {
    const end = this.input.offset;
    this.valueEnd = end;
    this.broken('format', end - length, `a string of ${length} bytes does not end with a newline`);
  }

  protected cut(reason: string): boolean {
    this.broken('cut', this.input.offset, reason);
    return false;
  }

  protected broken(kind: AofDamageKind, offset: number, reason: string): AofItem {
    this.damage = { kind, offset, reason };
    return AofItem.DAMAGE;
  }
}

export function describeByte(byte: number): string {
  return byte > 32 && byte < 127
    ? `'${String.fromCharCode(byte)}'`
    : `byte 0x${byte.toString(16).padStart(2, '0')}`;
}
