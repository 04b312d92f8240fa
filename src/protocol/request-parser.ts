import { splitInline } from './inline.js';
import {
  ARGUMENTS_MAX,
  BULK_BYTES_MAX_DEFAULT,
  INLINE_BYTES_MAX,
  UNAUTHENTICATED_ARGUMENTS_MAX,
  UNAUTHENTICATED_BULK_BYTES_MAX,
} from './limits.js';
import { BATCH_ARGUMENTS, BATCH_REQUESTS, Parsed, type ParserState, RequestBatch } from './request-batch.js';

/** Longest argument that `parseWhole` takes: what may be sent before authentication. */
const WHOLE_BYTES_MAX = UNAUTHENTICATED_BULK_BYTES_MAX;

/** Longest run of bytes that `lengths` can hold. */
const INT32_MAX = 0x7fff_ffff;

const STAR = 42;
const DOLLAR = 36;
const CR = 13;
const LF = 10;

/**
 * Cuts bytes into requests, in place: the arguments are offsets and lengths into the buffer, in one array that is
 * used again and again. One parser serves all connections; what a connection must keep is in its `ParserState`.
 *
 * The limits and the texts of the errors are those of Redis's processMultibulkBuffer and processInlineBuffer.
 */
export class RequestParser extends RequestBatch {
  /** proto-max-bulk-len. */
  bulkBytesMax = BULK_BYTES_MAX_DEFAULT;

  parse(buffer: Buffer, start: number, end: number, state: ParserState): Parsed {
    this.requests = 0;
    this.filled = 0;
    this.consumed = start;
    this.needed = 0;
    if (state.progress !== null) return this.resume(buffer, start, end, state);
    if (this.args.length > 32 * BATCH_ARGUMENTS) this.args = new Int32Array(2 * BATCH_ARGUMENTS);
    let at = start;
    while (at < end && this.requests < BATCH_REQUESTS) {
      const fast = this.parseWhole(buffer, at, end);
      if (fast !== 0) {
        at = this.consumed = fast;
        continue;
      }
      if (buffer[at] !== STAR) {
        if (this.requests > 0) break;
        return this.parseInline(buffer, at, end);
      }
      const result = this.parseArray(buffer, at, end, state);
      if (result !== Parsed.REQUESTS) {
        // What came whole before it is executed first; the rest is looked at again.
        if (this.requests > 0) {
          state.progress = null;
          return Parsed.REQUESTS;
        }
        return result;
      }
      if (this.at === at) break; // No room for it in this batch.
      at = this.at;
      this.consumed = at;
    }
    return Parsed.REQUESTS;
  }

  /**
   * Reads one request of up to 9 arguments that stands whole in the buffer, and puts it into the batch; where it ends,
   * or 0 for anything else, which the careful functions below look at. It takes 15 ns, they take 100.
   */
  private parseWhole(buffer: Buffer, start: number, end: number): number {
    const count = buffer[start + 1]! - 48;
    // 9 arguments stay below the limits that hold before authentication; so must their lengths.
    if (end - start < 10 || buffer[start] !== STAR || buffer[start + 2] !== CR || count < 1 || count > 9)
      return 0;
    const { args, filled } = this;
    const stop = filled + 2 * count;
    if (stop > 2 * BATCH_ARGUMENTS) return 0;
    let at = start + 4;
    for (let i = filled; i < stop; i += 2) {
      if (at + 4 > end || buffer[at] !== DOLLAR) return 0;
      let length = buffer[at + 1]! - 48;
      let byte = buffer[at + 2]!;
      at += 3;
      if (length < 0 || length > 9) return 0;
      while (byte !== CR) {
        const digit = byte - 48;
        if (at >= end || digit < 0 || digit > 9 || length === 0 || length > WHOLE_BYTES_MAX) return 0;
        length = length * 10 + digit;
        byte = buffer[at++]!;
      }
      at++;
      args[i] = at;
      args[i + 1] = length;
      at += length + 2;
      if (at > end || length > WHOLE_BYTES_MAX) return 0;
    }
    this.at = at;
    this.complete(filled, count, start);
    return at;
  }

  private parseArray(buffer: Buffer, start: number, end: number, state: ParserState): Parsed {
    // The usual header is one digit.
    let count = buffer[start + 1]! - 48;
    if (
      start + 4 <= end &&
      buffer[start + 2] === CR &&
      buffer[start + 3] === LF &&
      count >= 1 &&
      count <= 9
    ) {
      this.at = start + 4;
    } else {
      const header = this.header(buffer, start, end, 'too big mbulk count string');
      if (header !== Parsed.REQUESTS) return header;
      if (Number.isNaN(this.value) || this.value > ARGUMENTS_MAX)
        return this.broken('invalid multibulk length');
      // `value` can be NaN, so it is a double to V8, and so would be all that is reckoned from it.
      if (this.value <= 0) return Parsed.REQUESTS; // An empty request is skipped.
      count = this.value | 0;
      if (count > UNAUTHENTICATED_ARGUMENTS_MAX && !state.authenticated) {
        return this.broken('unauthenticated multibulk length');
      }
    }
    if (this.filled + 2 * count > 2 * BATCH_ARGUMENTS && this.requests > 0) {
      this.at = start;
      return Parsed.REQUESTS;
    }
    const first = this.filled;
    const result = this.parseArguments(buffer, end, first, count, 0, state);
    if (result === Parsed.REQUESTS) this.complete(first, count, start);
    else if (result === Parsed.INCOMPLETE)
      this.needed = Math.max(this.at + this.needed - start, end - start + 1);
    return result;
  }

  /** Reads arguments `done` to `count - 1` from `this.at` on. */
  private parseArguments(
    buffer: Buffer,
    end: number,
    first: number,
    count: number,
    done: number,
    state: ParserState,
  ): Parsed {
    let at = this.at;
    for (let i = done; i < count; i++) {
      let length = buffer[at + 1]! - 48;
      if (
        at + 4 <= end &&
        buffer[at] === DOLLAR &&
        buffer[at + 2] === CR &&
        buffer[at + 3] === LF &&
        length >= 0 &&
        length <= 9
      ) {
        at += 4;
      } else {
        this.at = at;
        const header =
          at < end && buffer[at] !== DOLLAR
            ? this.notBulk(buffer, at, end)
            : this.header(buffer, at, end, 'too big bulk count string');
        if (header !== Parsed.REQUESTS) return this.stopped(header, first, count, i, at, state);
        const announced = this.value;
        if (
          Number.isNaN(announced) ||
          announced < 0 ||
          announced > this.bulkBytesMax ||
          announced > INT32_MAX
        )
          return this.broken('invalid bulk length');
        length = announced | 0;
        if (length > UNAUTHENTICATED_BULK_BYTES_MAX && !state.authenticated)
          return this.broken('unauthenticated bulk length');
        at = this.at;
      }
      if (at + length + 2 > end) {
        this.at = at;
        this.needed = length + 2;
        return this.stopped(Parsed.INCOMPLETE, first, count, i, at - headerLength(length), state);
      }
      const word = first + 2 * i;
      if (word === this.args.length) this.grow();
      this.args[word] = at;
      this.args[word + 1] = length;
      at += length + 2;
    }
    this.at = at;
    return Parsed.REQUESTS;
  }

  /** Keeps the place in a long array, so that many chunks do not read it again from its start. */
  private stopped(
    result: Parsed,
    first: number,
    count: number,
    done: number,
    at: number,
    state: ParserState,
  ): Parsed {
    if (result === Parsed.INCOMPLETE && done >= BATCH_REQUESTS && first === 0) {
      state.progress = {
        arguments: count,
        done,
        at: at - this.consumed,
        args: this.args,
      };
      // Offsets are kept relative to the request, which its connection will move to the start of a buffer.
      for (let i = 0; i < done; i++) this.args[2 * i]! -= this.consumed;
      this.args = new Int32Array(2 * BATCH_ARGUMENTS);
    }
    return result;
  }

  private resume(buffer: Buffer, start: number, end: number, state: ParserState): Parsed {
    const progress = state.progress!;
    state.progress = null;
    this.args = progress.args;
    for (let i = 0; i < progress.done; i++) this.args[2 * i]! += start;
    this.at = start + progress.at;
    const result = this.parseArguments(buffer, end, 0, progress.arguments, progress.done, state);
    if (result === Parsed.REQUESTS) {
      this.complete(0, progress.arguments, start);
      this.consumed = this.at;
    } else if (result === Parsed.INCOMPLETE)
      this.needed = Math.max(this.at + this.needed - start, end - start + 1);
    return result;
  }

  private parseInline(buffer: Buffer, start: number, end: number): Parsed {
    const newline = buffer.subarray(start, Math.min(end, start + INLINE_BYTES_MAX + 2)).indexOf(LF);
    if (newline < 0) {
      if (end - start > INLINE_BYTES_MAX) return this.broken('too big inline request');
      this.needed = end - start + 1;
      return Parsed.INCOMPLETE;
    }
    const stop = newline > 0 && buffer[start + newline - 1] === CR ? newline - 1 : newline;
    const args = splitInline(buffer.toString('latin1', start, start + stop));
    if (args === null) return this.broken('unbalanced quotes in request');
    this.consumed = start + newline + 1;
    this.inline = args;
    return args.length === 0 ? Parsed.REQUESTS : Parsed.INLINE;
  }
}

/** Bytes of the header of a bulk string of `length` bytes, as a strict client writes it. */
function headerLength(length: number): number {
  return 3 + String(length).length;
}
