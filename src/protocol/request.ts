import { Bytes } from '../bytes/bytes.js';

const POOLED_ARGUMENTS = 256;

/**
 * One request as it stands in a buffer: where each argument starts and how long it is. A view, valid until its handler
 * returns: whoever needs an argument longer copies it (`retain()` copies the whole request).
 */
export class Request {
  buffer: Buffer = EMPTY;
  /** Number of arguments, the command's name included. */
  count = 0;
  /** Arguments of all requests of a batch stand in a row; `first` is where this one's begin. */
  first = 0;
  offsets: Int32Array = new Int32Array(0);
  lengths: Int32Array = new Int32Array(0);
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
      view = new Bytes(this.buffer);
      if (index < POOLED_ARGUMENTS) while (pool.length <= index) pool.push(new Bytes(this.buffer));
      view = pool[index] ?? view;
    }
    const at = this.first + index;
    // The store of a pointer costs a write barrier; mostly it is the same buffer.
    if (view.buffer !== this.buffer) view.buffer = this.buffer;
    view.offset = this.offsets[at]!;
    view.length = this.lengths[at]!;
    view.hash = index === this.keyIndex ? this.keyHash : 0;
    return view;
  }

  /** Argument `index` as a string of one character per byte. */
  string(index: number): string {
    const offset = this.offsets[this.first + index]!;
    return this.buffer.toString('latin1', offset, offset + this.lengths[this.first + index]!);
  }

  /** Argument `index` in lower case, for names of options and subcommands. */
  word(index: number): string {
    return this.string(index).toLowerCase();
  }

  length(index: number): number {
    return this.lengths[this.first + index]!;
  }

  /** True when argument `index` is `word` (given in lower case), whatever its case. Allocates nothing. */
  is(index: number, word: string): boolean {
    const at = this.first + index;
    if (this.lengths[at] !== word.length) return false;
    const offset = this.offsets[at]!;
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
    // The store of a pointer costs a write barrier; mostly it is the same buffer.
    if (view.buffer !== this.buffer) view.buffer = this.buffer;
    view.offsets = this.offsets;
    view.lengths = this.lengths;
    view.first = this.first + index;
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
    copy.offsets = new Int32Array(this.count);
    copy.lengths = new Int32Array(this.count);
    let at = 0;
    for (let i = 0; i < this.count; i++) {
      const offset = this.offsets[this.first + i]!;
      const length = this.length(i);
      this.buffer.copy(copy.buffer, at, offset, offset + length);
      copy.offsets[i] = at;
      copy.lengths[i] = length;
      at += length;
    }
    return copy;
  }

  /** A request made of strings of one character per byte. */
  static of(...args: readonly string[]): Request {
    const request = new Request();
    request.count = args.length;
    request.buffer = Buffer.from(args.join(''), 'latin1');
    request.offsets = new Int32Array(args.length);
    request.lengths = new Int32Array(args.length);
    let at = 0;
    args.forEach((arg, i) => {
      request.offsets[i] = at;
      request.lengths[i] = arg.length;
      at += arg.length;
    });
    return request;
  }
}

const EMPTY = Buffer.alloc(0);
