import { INLINE_BYTES_MAX } from './limits.js';

/** What `RequestParser.parse` found. */
export const Parsed = {
  /** `requests` complete requests stand in the batch (perhaps none, after an empty line). */
  REQUESTS: 0,
  /** One inline request: `inline`. */
  INLINE: 1,
  /** More bytes are needed; `needed` of them at least, counted from `consumed`. */
  INCOMPLETE: 2,
  /** The bytes break the protocol: `error`. Nothing after them can be trusted. */
  BROKEN: 3,
} as const;
export type Parsed = (typeof Parsed)[keyof typeof Parsed];

/** Requests executed from one parse: enough to overlap their cache misses, few enough to stay in the cache. */
export const BATCH_REQUESTS = 64;
export const BATCH_ARGUMENTS = 1024;

const CR = 13;
const MINUS = 45;

/** Words of `RequestBatch.batch` for each request: first word of its arguments, their number, first byte, end. */
export const BATCH_WORDS = 4;

/** Where an unfinished array of many arguments stands, so that its next chunk goes on instead of starting again. */
interface Progress {
  arguments: number;
  done: number;
  at: number;
  args: Int32Array;
}

/** Per connection: what the parser must remember between chunks. */
export class ParserState {
  /** Before AUTH, the smaller limits hold. */
  authenticated = true;
  progress: Progress | null = null;
}

/** The requests that were found in one look at a buffer, and what the looking needs. */
export class RequestBatch {
  /** Requests in the batch; `BATCH_WORDS` words of `batch` tell of each. */
  requests = 0;
  /** One array instead of four: a small batch touches fewer cache lines. */
  readonly batch = new Int32Array(BATCH_WORDS * BATCH_REQUESTS);
  /** Offset and length of every argument of the batch, side by side. */
  args: Int32Array = new Int32Array(2 * BATCH_ARGUMENTS);

  /** First byte that was not consumed. */
  consumed = 0;
  needed = 0;
  inline: string[] = [];
  error = '';

  // The request being read: next byte, and how many words of `args` are filled.
  protected at = 0;
  protected filled = 0;

  protected complete(first: number, count: number, start: number): void {
    const { batch } = this;
    const word = BATCH_WORDS * this.requests++;
    batch[word] = first;
    batch[word + 1] = count;
    batch[word + 2] = start;
    batch[word + 3] = this.at;
    this.filled = first + 2 * count;
  }

  /** Number in a header, as read by `header`; NaN when it is none. */
  protected value = 0;

  /** Reads `*123\r\n` or `$123\r\n` at `start`: `value`, and `at` behind it. */
  protected header(buffer: Buffer, start: number, end: number, tooLong: string): Parsed {
    // A view to search in would cost 96 bytes and more time than the few digits of most headers.
    const last = Math.min(end, start + INLINE_BYTES_MAX + 1);
    let stop = start;
    while (stop < last && buffer[stop] !== CR) stop++;
    const newline = stop < last ? stop - start : -1;
    this.needed = 1;
    this.at = start;
    if (newline < 0) return end - start > INLINE_BYTES_MAX ? this.broken(tooLong) : Parsed.INCOMPLETE;
    if (start + newline + 2 > end) return Parsed.INCOMPLETE;
    this.value = strictInteger(buffer, start + 1, start + newline);
    this.at = start + newline + 2;
    return Parsed.REQUESTS;
  }

  protected notBulk(buffer: Buffer, at: number, end: number): Parsed {
    // Redis looks for the end of the line first.
    const line = this.header(buffer, at, end, 'too big bulk count string');
    return line === Parsed.REQUESTS
      ? this.broken(`expected '$', got '${String.fromCharCode(buffer[at]!)}'`)
      : line;
  }

  protected broken(reason: string): Parsed {
    this.error = `ERR Protocol error: ${reason}`;
    return Parsed.BROKEN;
  }

  protected grow(): void {
    const args = new Int32Array(this.args.length * 2);
    args.set(this.args);
    this.args = args;
  }
}

/** An integer as Redis's string2ll accepts it (no sign but `-`, no leading zero), or NaN. */
function strictInteger(buffer: Buffer, start: number, end: number): number {
  let at = start;
  const negative = buffer[at] === MINUS;
  if (negative) at++;
  const digits = end - at;
  if (digits < 1 || digits > 15) return NaN;
  if (buffer[at] === 48 && (digits > 1 || negative)) return NaN;
  let value = 0;
  for (; at < end; at++) {
    const digit = buffer[at]! - 48;
    if (digit < 0 || digit > 9) return NaN;
    value = value * 10 + digit;
  }
  return negative ? -value : value;
}
