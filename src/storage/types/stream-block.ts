import type { Bytes } from '../../bytes/bytes.js';
import { copyRun, equalBytes } from '../../bytes/hash.js';
import { REF_PAGE_SHIFT, REF_UNIT_MASK, type Slab } from '../slab.js';
import { StreamId } from './stream-id.js';

/*
 * A block of entries of a stream. Words: bytes used, entries appended so far, where the entries begin, number of fields,
 * id of the last entry (4). Then the names of the fields of the first entry, then the entries:
 *
 *   flags     1 byte: DELETED, SAME_FIELDS
 *   id        time since the entry before; sequence number, counted from the entry before if that has the same time
 *   [count]   number of fields, unless SAME_FIELDS
 *   fields    names (unless SAME_FIELDS) and values, each with its length before
 *
 * All numbers are in base 128, low digits first, the high bit meaning that more follow. The first entry's id stands in
 * the directory; its own is 0 0.
 */

export const DELETED = 1;
export const SAME_FIELDS = 2;
export const BLOCK_HEAD_WORDS = 8;
const BLOCK_HEAD_BYTES = 4 * BLOCK_HEAD_WORDS;
const LAST_ID = 4;

/** Where the parts of an entry come from: the arguments of a request. */
export interface PartSource {
  arg(index: number): Bytes;
  length(index: number): number;
}

/** What readVarint read. */
export const varint = { high: 0, low: 0 };

export function readVarint(page: Uint8Array, at: number): number {
  let byte = page[at++]!;
  if (byte < 128) {
    varint.high = 0;
    varint.low = byte;
    return at;
  }
  let low = byte & 127;
  let high = 0;
  for (let shift = 7; byte >= 128; shift += 7) {
    byte = page[at++]!;
    const digit = byte & 127;
    if (shift < 32) low |= digit << shift;
    if (shift === 28) high = digit >>> 4;
    else if (shift > 28) high |= digit << (shift - 32);
  }
  varint.high = high >>> 0;
  varint.low = low >>> 0;
  return at;
}

export function writeVarint(page: Uint8Array, at: number, high: number, low: number): number {
  let rest = low;
  let upper = high;
  while (upper !== 0 || rest >= 128) {
    page[at++] = (rest & 127) | 128;
    rest = ((rest >>> 7) | (upper << 25)) >>> 0;
    upper >>>= 7;
  }
  page[at] = rest;
  return at + 1;
}

export function varintBytes(high: number, low: number): number {
  if (high === 0 && low < 128) return 1;
  const bits = high !== 0 ? 64 - Math.clz32(high) : 32 - Math.clz32(low);
  return Math.ceil(bits / 7);
}

function partBytes(length: number): number {
  return varintBytes(0, length) + length;
}

function writePart(page: Uint8Array, view: DataView, at: number, part: Bytes): number {
  const start = writeVarint(page, at, 0, part.length);
  copyRun(part.buffer, part.view, part.offset, part.length, page, view, start);
  return start + part.length;
}

/** One block. `open` points it at another. */
export class StreamBlock {
  ref = 0;
  page: Uint8Array = new Uint8Array(0);
  private view: DataView = new DataView(new ArrayBuffer(0));
  words: Int32Array = new Int32Array(0);
  /** Offset of the block in its page, and in words. */
  base = 0;
  wordBase = 0;
  private slab!: Slab;
  private readonly last = new StreamId();
  private deltaMsHigh = 0;
  private deltaMsLow = 0;
  private deltaSeqHigh = 0;
  private deltaSeqLow = 0;

  open(slab: Slab, ref: number): this {
    this.slab = slab;
    this.ref = ref;
    this.page = slab.pages8[ref >>> REF_PAGE_SHIFT]!;
    this.view = slab.pageViews[ref >>> REF_PAGE_SHIFT]!;
    this.words = slab.pages32[ref >>> REF_PAGE_SHIFT]!;
    this.base = (ref & REF_UNIT_MASK) << 3;
    this.wordBase = (ref & REF_UNIT_MASK) << 1;
    return this;
  }

  /** Makes the block that a new entry begins, with at least `bytes` of room. */
  create(slab: Slab, id: StreamId, source: PartSource, first: number, fields: number, bytes: number): this {
    let names = 0;
    let values = 0;
    for (let i = 0; i < fields; i++) {
      names += partBytes(source.length(first + 2 * i));
      values += partBytes(source.length(first + 2 * i + 1));
    }
    const entriesAt = BLOCK_HEAD_BYTES + names;
    this.open(slab, slab.alloc(Math.max(bytes, entriesAt + 3 + values)));
    const { words, wordBase, page, view } = this;
    let at = this.base + BLOCK_HEAD_BYTES;
    for (let i = 0; i < fields; i++) at = writePart(page, view, at, source.arg(first + 2 * i));
    words[wordBase] = entriesAt;
    words[wordBase + 1] = 0;
    words[wordBase + 2] = entriesAt;
    words[wordBase + 3] = fields;
    id.write(words, wordBase + LAST_ID);
    this.delta(id);
    this.write(id, source, first, fields, true);
    return this;
  }

  get used(): number {
    return this.words[this.wordBase]!;
  }

  /** Entries ever appended, the deleted ones and those cut off included. */
  get appended(): number {
    return this.words[this.wordBase + 1]!;
  }

  /** Offset in the page of the first field's name. */
  get fieldsStart(): number {
    return this.base + BLOCK_HEAD_BYTES;
  }

  get fieldCount(): number {
    return this.words[this.wordBase + 3]!;
  }

  /** Offset in the page of the first entry. */
  get entriesStart(): number {
    return this.base + this.words[this.wordBase + 2]!;
  }

  get entriesEnd(): number {
    return this.base + this.words[this.wordBase]!;
  }

  /** Id of the entry appended last, deleted or not. */
  readLastId(id: StreamId): StreamId {
    return id.read(this.words, this.wordBase + LAST_ID);
  }

  /** Bytes that one more entry takes. */
  entryBytes(id: StreamId, source: PartSource, first: number, fields: number, same: boolean): number {
    this.delta(id);
    let bytes =
      1 + varintBytes(this.deltaMsHigh, this.deltaMsLow) + varintBytes(this.deltaSeqHigh, this.deltaSeqLow);
    if (!same) bytes += varintBytes(0, fields);
    for (let i = 0; i < fields; i++) {
      if (!same) bytes += partBytes(source.length(first + 2 * i));
      bytes += partBytes(source.length(first + 2 * i + 1));
    }
    return bytes;
  }

  /** True when an entry has the fields of the block's first one, in order. */
  hasSameFields(source: PartSource, first: number, fields: number): boolean {
    if (fields !== this.fieldCount) return false;
    const { page } = this;
    let at = this.fieldsStart;
    for (let i = 0; i < fields; i++) {
      const name = source.arg(first + 2 * i);
      const { length } = name;
      // Nearly all lengths take one byte.
      if (length < 128) {
        if (page[at++] !== length) return false;
      } else {
        at = readVarint(page, at);
        if (varint.low !== length) return false;
      }
      if (!equalBytes(page, at, name.buffer, name.offset, length)) return false;
      at += length;
    }
    return true;
  }

  /** Appends an entry; `entryBytes` was asked for it last, and there is room. */
  append(id: StreamId, source: PartSource, first: number, fields: number, same: boolean): void {
    this.write(id, source, first, fields, same);
  }

  /** Distance from the last entry to `id`. */
  private delta(id: StreamId): void {
    const last = this.readLastId(this.last);
    const borrow = id.msLow < last.msLow ? 1 : 0;
    this.deltaMsHigh = (id.msHigh - last.msHigh - borrow) >>> 0;
    this.deltaMsLow = (id.msLow - last.msLow) >>> 0;
    if (this.deltaMsHigh !== 0 || this.deltaMsLow !== 0) {
      this.deltaSeqHigh = id.seqHigh;
      this.deltaSeqLow = id.seqLow;
      return;
    }
    const seqBorrow = id.seqLow < last.seqLow ? 1 : 0;
    this.deltaSeqHigh = (id.seqHigh - last.seqHigh - seqBorrow) >>> 0;
    this.deltaSeqLow = (id.seqLow - last.seqLow) >>> 0;
  }

  private write(id: StreamId, source: PartSource, first: number, fields: number, same: boolean): void {
    const { page, view, words, wordBase } = this;
    let at = this.entriesEnd;
    page[at] = same ? SAME_FIELDS : 0;
    at = writeVarint(page, at + 1, this.deltaMsHigh, this.deltaMsLow);
    at = writeVarint(page, at, this.deltaSeqHigh, this.deltaSeqLow);
    if (!same) at = writeVarint(page, at, 0, fields);
    for (let i = 0; i < fields; i++) {
      if (!same) at = writePart(page, view, at, source.arg(first + 2 * i));
      at = writePart(page, view, at, source.arg(first + 2 * i + 1));
    }
    words[wordBase] = at - this.base;
    words[wordBase + 1]!++;
    id.write(words, wordBase + LAST_ID);
  }

  /** Moves the block to a cell of at least `bytes`; its ref afterwards. */
  reallocate(bytes: number): number {
    const { slab, ref, page, base, used } = this;
    const target = slab.alloc(bytes);
    const to = (target & REF_UNIT_MASK) << 3;
    slab.pages8[target >>> REF_PAGE_SHIFT]!.set(page.subarray(base, base + used), to);
    slab.release(ref);
    this.open(slab, target);
    return target;
  }

  /**
   * Cuts off the entries before the one that begins at `at`, whose id is to be the block's first: its own becomes 0 0.
   */
  cutBefore(at: number): void {
    const { page, words, wordBase } = this;
    const start = this.entriesStart;
    const idEnd = readVarint(page, readVarint(page, at + 1));
    page[start] = page[at]!;
    page[start + 1] = page[start + 2] = 0;
    page.copyWithin(start + 3, idEnd, this.entriesEnd);
    words[wordBase]! -= idEnd - start - 3;
  }
}
