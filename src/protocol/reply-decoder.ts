import { type Reply, type ReplyEntry, ReplyProtocolError } from './reply.js';
import { bulkReply, lineReply, parseLength, REPLY_TYPES } from './reply-value.js';

/** How far a reply may go before the connection counts as broken. */
export interface ReplyLimits {
  /** Nesting of arrays, maps, sets, pushes and attributes. */
  readonly depthMax: number;
  /** Elements of one aggregate; a map of n entries has 2n. */
  readonly elementsMax: number;
  /** Length of one bulk string. */
  readonly bulkBytesMax: number;
  /** Length of one line: a simple string, an error, a number. */
  readonly lineBytesMax: number;
}

/** Bulk strings as long as Redis's default allows (512 MB); the rest is far beyond any reply Redis makes. */
const REPLY_LIMITS_DEFAULT: ReplyLimits = {
  depthMax: 64,
  elementsMax: 2 ** 32 - 1,
  bulkBytesMax: 512 * 1024 * 1024,
  lineBytesMax: 1024 * 1024,
};

const CR = 13;
const LF = 10;

type AggregateType = 'array' | 'set' | 'push' | 'map' | 'attribute';
type BulkType = 'bulk' | 'bulk-error' | 'verbatim';

const AGGREGATES: Readonly<Record<string, AggregateType>> = {
  '*': 'array',
  '~': 'set',
  '>': 'push',
  '%': 'map',
  '|': 'attribute',
};
const BULKS: Readonly<Record<string, BulkType>> = { $: 'bulk', '!': 'bulk-error', '=': 'verbatim' };

/** An aggregate whose elements are still arriving. */
interface Frame {
  readonly type: AggregateType;
  remaining: number;
  readonly elements: Reply[];
  /** Attributes that belong to this aggregate itself. */
  readonly attributes: readonly ReplyEntry[] | undefined;
}

/**
 * Turns received bytes into replies, however they were cut on the way: `push` may be called with any piece, and calls
 * `onReply` for every reply that has become complete. Only bytes that arrived are held; a length that was merely
 * claimed allocates nothing. Throws `ReplyProtocolError` for what is no RESP, after which the decoder is finished.
 */
export class ReplyDecoder {
  readonly #onReply: (reply: Reply) => void;
  readonly #limits: ReplyLimits;
  readonly #stack: Frame[] = [];
  /** Attributes read, whose reply is still to come. */
  #attributes: readonly ReplyEntry[] | undefined;
  /** Pieces not yet decoded; more than one only while a bulk string or a line is incomplete. */
  #pieces: Buffer[] = [];
  #pendingBytes = 0;
  /** The bulk string whose bytes are awaited: the pending bytes begin with its first one. */
  #bulk: { readonly type: BulkType; readonly length: number } | undefined;

  constructor(onReply: (reply: Reply) => void, limits: Partial<ReplyLimits> = {}) {
    this.#onReply = onReply;
    this.#limits = { ...REPLY_LIMITS_DEFAULT, ...limits };
  }

  /** True between two replies: nothing has arrived of a next one. */
  get idle(): boolean {
    return this.#pendingBytes === 0 && this.#stack.length === 0 && this.#bulk === undefined;
  }

  /** Takes the next piece of input. The decoder keeps views of it: do not write into it afterwards. */
  push(piece: Uint8Array): void {
    const chunk = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
    this.#pieces.push(chunk);
    this.#pendingBytes += chunk.length;
    if (this.#bulk !== undefined) {
      if (this.#pendingBytes < this.#bulk.length + 2) return;
    } else if (this.#pieces.length > 1 && !chunk.includes(LF)) {
      // The line goes on: joining the pieces now and again at its end would make long lines quadratic.
      this.#checkLine(this.#pendingBytes);
      return;
    }
    const input = this.#pieces.length === 1 ? chunk : Buffer.concat(this.#pieces);
    const rest = input.subarray(this.#decode(input));
    this.#pendingBytes = rest.length;
    this.#pieces = rest.length === 0 ? [] : [rest];
  }

  /** Decodes what is complete; how many bytes that were. */
  #decode(input: Buffer): number {
    let at = 0;
    for (;;) {
      const next = this.#bulk === undefined ? this.#readLine(input, at) : this.#readBulk(input, at);
      if (next === at) return at;
      at = next;
    }
  }

  /** Reads the bytes of the awaited bulk string at `at`; where they end, or `at` when they are not all there. */
  #readBulk(input: Buffer, at: number): number {
    if (this.#bulk === undefined) return at;
    const { type, length } = this.#bulk;
    const end = at + length;
    if (input.length < end + 2) return at;
    if (input[end] !== CR || input[end + 1] !== LF) {
      throw new ReplyProtocolError('Bad bulk string: its length does not lead to CR LF');
    }
    this.#bulk = undefined;
    this.#value(bulkReply(type, input.subarray(at, end)));
    return end + 2;
  }

  /** Reads the line at `at`; where it ends, or `at` when it is not all there. */
  #readLine(input: Buffer, at: number): number {
    const typeByte = input[at];
    if (typeByte === undefined) return at;
    const type = String.fromCharCode(typeByte);
    if (!REPLY_TYPES.includes(type)) {
      throw new ReplyProtocolError(`Protocol error, got ${quotedByte(typeByte)} as reply type byte`);
    }
    const end = input.indexOf(LF, at);
    this.#checkLine((end < 0 ? input.length : end) - at);
    if (end < 0) return at;
    if (input[end - 1] !== CR) throw new ReplyProtocolError('Bad simple string value');
    this.#line(type, input.subarray(at + 1, end - 1));
    return end + 1;
  }

  #checkLine(length: number): void {
    if (length > this.#limits.lineBytesMax) {
      throw new ReplyProtocolError(`Line of more than ${this.#limits.lineBytesMax} bytes`);
    }
  }

  /** One line: a whole value, or the header of a bulk string or an aggregate. */
  #line(type: string, line: Buffer): void {
    const bulk = BULKS[type];
    const aggregate = AGGREGATES[type];
    if (bulk !== undefined) this.#startBulk(bulk, line);
    else if (aggregate !== undefined) this.#startAggregate(aggregate, line);
    else this.#value(lineReply(type, line));
  }

  #startBulk(type: BulkType, line: Buffer): void {
    const length = parseLength(line, 'Bad bulk string length');
    if (length === -1 && type === 'bulk') this.#value({ type: 'null' });
    else if (length < 0 || length > this.#limits.bulkBytesMax) {
      throw new ReplyProtocolError('Bulk string length out of range');
    } else this.#bulk = { type, length };
  }

  #startAggregate(type: AggregateType, line: Buffer): void {
    const length = parseLength(line, 'Bad multi-bulk length');
    if (length === -1 && type === 'array') {
      this.#value({ type: 'null' });
      return;
    }
    const remaining = type === 'map' || type === 'attribute' ? length * 2 : length;
    if (length < 0 || remaining > this.#limits.elementsMax) {
      throw new ReplyProtocolError('Multi-bulk length out of range');
    }
    if (this.#stack.length >= this.#limits.depthMax) {
      throw new ReplyProtocolError(`Reply nested more than ${this.#limits.depthMax} levels deep`);
    }
    this.#stack.push({ type, remaining, elements: [], attributes: this.#attributes });
    this.#attributes = undefined;
    if (remaining === 0) this.#closeAggregates();
  }

  /** A complete value: an element of what is open, or a reply of its own. */
  #value(value: Reply): void {
    const reply = this.#attributes === undefined ? value : { ...value, attributes: this.#attributes };
    this.#attributes = undefined;
    if (this.#deliver(reply)) this.#closeAggregates();
  }

  /** Hands a reply to the innermost open aggregate, or out; whether that aggregate is now complete. */
  #deliver(reply: Reply): boolean {
    const frame = this.#stack.at(-1);
    if (frame === undefined) {
      this.#onReply(reply);
      return false;
    }
    frame.elements.push(reply);
    frame.remaining--;
    return frame.remaining === 0;
  }

  /** Closes the innermost aggregate, which is complete, and every outer one that it completes. */
  #closeAggregates(): void {
    for (;;) {
      const frame = this.#stack.pop();
      if (frame === undefined) return;
      const { type, elements, attributes } = frame;
      if (type === 'attribute') {
        this.#attributes = [...(attributes ?? []), ...pairs(elements)];
        return;
      }
      const bare: Reply = type === 'map' ? { type, entries: pairs(elements) } : { type, elements };
      if (!this.#deliver(attributes === undefined ? bare : { ...bare, attributes })) return;
    }
  }
}

function pairs(elements: readonly Reply[]): ReplyEntry[] {
  const entries: ReplyEntry[] = [];
  for (let at = 0; at + 1 < elements.length; at += 2) {
    const key = elements[at];
    const value = elements[at + 1];
    if (key !== undefined && value !== undefined) entries.push([key, value]);
  }
  return entries;
}

function quotedByte(byte: number): string {
  const printable = byte >= 32 && byte < 127;
  return printable ? `"${String.fromCharCode(byte)}"` : `"\\x${byte.toString(16).padStart(2, '0')}"`;
}
