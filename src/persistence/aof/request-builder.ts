import { decimalDigits, writeInteger, writeLatin1 } from '../../bytes/ascii.js';
import type { Bytes } from '../../bytes/bytes.js';
import { copyBytes } from '../../bytes/hash.js';
import { Request } from '../../protocol/request.js';

/** Room in front for the header of the array, which is written last. */
const HEADER_BYTES = 16;
const ARGUMENT_OVERHEAD = 16;
const STAR = 42;
const DOLLAR = 36;
const CR = 13;
const LF = 10;

/** Makes a request out of arguments, together with the bytes of its record. Used again and again. */
export class RequestBuilder {
  /** Number of arguments so far. */
  count = 0;
  private readonly request = new Request();
  private buffer = Buffer.allocUnsafeSlow(4096);
  private at = HEADER_BYTES;

  start(name: string): this {
    this.count = 0;
    this.at = HEADER_BYTES;
    if (this.buffer.length > 16 * 1024 * 1024) this.buffer = Buffer.allocUnsafeSlow(4096);
    return this.text(name);
  }

  bytes(argument: Bytes): this {
    this.header(argument.length);
    copyBytes(argument.buffer, argument.offset, argument.length, this.buffer, this.at);
    this.at += argument.length;
    return this.newline();
  }

  /** Characters below 256. */
  text(argument: string): this {
    this.header(argument.length);
    this.at = writeLatin1(argument, this.buffer, this.at);
    return this.newline();
  }

  /** A safe integer. */
  integer(argument: number): this {
    return this.text(String(argument));
  }

  /** The request, whose record is `buffer[rawStart, rawEnd)`; valid until the next `start`. */
  finish(): Request {
    const { request, buffer, count } = this;
    const start = HEADER_BYTES - 3 - decimalDigits(count);
    buffer[start] = STAR;
    const end = writeInteger(count, buffer, start + 1);
    buffer[end] = CR;
    buffer[end + 1] = LF;
    request.buffer = buffer;
    request.count = count;
    request.rawStart = start;
    request.rawEnd = this.at;
    return request;
  }

  private header(length: number): void {
    if (this.at + length + ARGUMENT_OVERHEAD > this.buffer.length) this.grow(length);
    const { request } = this;
    if (2 * this.count === request.args.length) request.reserveArgs(Math.max(256, 2 * this.count));
    this.buffer[this.at] = DOLLAR;
    this.at = writeInteger(length, this.buffer, this.at + 1);
    this.newline();
    request.args[2 * this.count] = this.at;
    request.args[2 * this.count++ + 1] = length;
  }

  private newline(): this {
    this.buffer[this.at] = CR;
    this.buffer[this.at + 1] = LF;
    this.at += 2;
    return this;
  }

  private grow(length: number): void {
    const larger = Buffer.allocUnsafeSlow(2 * (this.at + length + ARGUMENT_OVERHEAD));
    this.buffer.copy(larger, 0, 0, this.at);
    this.buffer = larger;
  }
}
