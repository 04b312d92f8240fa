import { Bytes } from '../bytes/bytes.js';

const POOLED_ARGUMENTS = 256;
const NO_ARGS = new Int32Array(0);

/**
 * One request as it stands in a buffer: where each argument starts and how long it is. A view, valid until its handler
 * returns: whoever needs an argument longer copies it (`retain()` copies the whole request).
 */
export class Request {
  buffer: Buffer = EMPTY;
  /** The whole of `buffer`, if somebody made a view of it. */
  view: DataView | null = null;
  /** Number of arguments, the command's name included. */
  count = 0;
  /** Offset and length of each argument, side by side; those of all requests of a batch stand in a row. */
  args: Int32Array = NO_ARGS;
  /** The word of `args` where this request's begin. */
  first = 0;
  /** The request's own bytes `[rawStart, rawEnd)`, when it came as an array of bulk strings; both 0 otherwise. */
  rawStart = 0;
  rawEnd = 0;
  /** Hash of the first key, if it was computed ahead; 0 otherwise. `keyIndex` is that key's argument. */
  keyHash = 0;
  keyIndex = 0;

  private readonly pool: Bytes[] = [];

  /** Argument `index` (0 is the name), valid until the next request. Each index has a view of its own. */
  arg(index: number): Bytes {
    const { pool } = this;
    let view = pool[index];
    if (view === undefined) {
      view = new Bytes(EMPTY);
      if (index < POOLED_ARGUMENTS) while (pool.length <= index) pool.push(new Bytes(EMPTY));
      view = pool[index] ?? view;
    }
    const word = this.first + (index << 1);
    const { args } = this;
    // The store of a pointer costs a write barrier; mostly it is the same buffer.
    if (view.buffer !== this.buffer) {
      view.buffer = this.buffer;
      view.view = this.view;
    }
    view.offset = args[word]!;
    view.length = args[word + 1]!;
    view.hash = index === this.keyIndex ? this.keyHash : 0;
    return view;
  }

  /** Makes room in `args` for `count` arguments, keeping what stands there. */
  reserveArgs(count: number): void {
    const args = new Int32Array(2 * count);
    args.set(this.args);
    this.args = args;
  }

  /** Argument `index` as a string of one character per byte. */
  string(index: number): string {
    const offset = this.offset(index);
    return this.buffer.toString('latin1', offset, offset + this.length(index));
  }

  /** Argument `index` in lower case, for names of options and subcommands. */
  word(index: number): string {
    return this.string(index).toLowerCase();
  }

  /** Where argument `index` starts in `buffer`. */
  offset(index: number): number {
    return this.args[this.first + (index << 1)]!;
  }

  length(index: number): number {
    return this.args[this.first + (index << 1) + 1]!;
  }

  /** True when argument `index` is `word` (given in lower case), whatever its case. Allocates nothing. */
  is(index: number, word: string): boolean {
    if (this.length(index) !== word.length) return false;
    const offset = this.offset(index);
    for (let i = 0; i < word.length; i++) {
      let byte = this.buffer[offset + i]!;
      if (byte >= 65 && byte <= 90) byte |= 0x20;
      if (byte !== word.charCodeAt(i)) return false;
    }
    return true;
  }

  /** All arguments from `from` on, one character per byte. */
  strings(from = 0): string[] {
    const strings: string[] = [];
    for (let i = from; i < this.count; i++) strings.push(this.string(i));
    return strings;
  }

  /** A view of the arguments from `index` on, as a request; valid as long as this one. */
  from(index: number): Request {
    const view = new Request();
    view.buffer = this.buffer;
    view.args = this.args;
    view.first = this.first + 2 * index;
    view.count = this.count - index;
    return view;
  }

  /** A request of its own, with its own bytes, that outlives this one: for MULTI and for blocked clients. */
  retain(): Request {
    const copy = new Request();
    let bytes = 0;
    for (let i = 0; i < this.count; i++) bytes += this.length(i);
    copy.buffer = Buffer.allocUnsafeSlow(bytes);
    copy.count = this.count;
    copy.args = new Int32Array(2 * this.count);
    let at = 0;
    for (let i = 0; i < this.count; i++) {
      const offset = this.offset(i);
      const length = this.length(i);
      this.buffer.copy(copy.buffer, at, offset, offset + length);
      copy.args[2 * i] = at;
      copy.args[2 * i + 1] = length;
      at += length;
    }
    return copy;
  }

  /** A request made of strings of one character per byte. */
  static of(...args: readonly string[]): Request {
    const request = new Request();
    request.count = args.length;
    request.buffer = Buffer.from(args.join(''), 'latin1');
    request.args = new Int32Array(2 * args.length);
    let at = 0;
    args.forEach((arg, i) => {
      request.args[2 * i] = at;
      request.args[2 * i + 1] = arg.length;
      at += arg.length;
    });
    return request;
  }
}

const EMPTY = Buffer.alloc(0);
