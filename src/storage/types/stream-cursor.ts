import type { Bytes } from '../../bytes/bytes.js';
import type { Slab } from '../slab.js';
import { DELETED, readVarint, SAME_FIELDS, StreamBlock, varint } from './stream-block.js';
import type { StreamDirectory } from './stream-directory.js';
import { StreamId } from './stream-id.js';

/** Words per entry in the table that reading backwards needs: where it begins, and its id. */
const TABLE_WORDS = 5;

/**
 * Walks the entries of a stream from one id to another, both included, in either direction, past the deleted ones.
 * Valid until the stream is changed. Reusable.
 */
export class StreamCursor {
  /** The current entry's id, and how many fields it has. */
  readonly id = new StreamId();
  fieldCount = 0;
  /** The block of the current entry, and where the entry begins in its page. */
  block = 0;
  entryAt = 0;

  private slab!: Slab;
  private directory!: StreamDirectory;
  private readonly reader = new StreamBlock();
  private readonly start = new StreamId();
  private readonly end = new StreamId();
  private reverse = false;
  /** Where the next entry of the block begins, and where entries end. */
  private at = 0;
  private entriesEnd = 0;
  /** Reading backwards: the entries of the block before the current one. */
  private table: Int32Array = new Int32Array(TABLE_WORDS * 128);
  private left = 0;
  // The parts of the current entry.
  private same = false;
  private names = 0;
  private values = 0;
  private atName = true;

  open(slab: Slab, directory: StreamDirectory, start: StreamId, end: StreamId, reverse = false): this {
    this.slab = slab;
    this.directory = directory;
    this.start.copy(start);
    this.end.copy(end);
    this.reverse = reverse;
    this.at = this.entriesEnd = this.left = 0;
    const from = directory.find(reverse ? end : start);
    this.block = reverse ? from + 1 : Math.max(0, from) - 1;
    return this;
  }

  /** Goes to the next entry; false at the end. */
  next(): boolean {
    return this.reverse ? this.nextBackward() : this.nextForward();
  }

  private nextForward(): boolean {
    for (;;) {
      while (this.at < this.entriesEnd) {
        const flags = this.readEntry();
        if ((flags & DELETED) !== 0 || this.id.compare(this.start) < 0) continue;
        return this.id.compare(this.end) <= 0;
      }
      if (++this.block >= this.directory.count) return false;
      this.enter();
      if (this.id.compare(this.end) > 0) return false;
    }
  }

  private nextBackward(): boolean {
    for (;;) {
      while (this.left > 0) {
        const at = --this.left * TABLE_WORDS;
        this.at = this.table[at]!;
        this.id.read(this.table, at + 1);
        if (this.id.compare(this.end) > 0) continue;
        if (this.id.compare(this.start) < 0) return false;
        this.readHead();
        return true;
      }
      if (--this.block < 0) return false;
      this.enter();
      this.listBlock();
    }
  }

  private enter(): void {
    const { reader, directory } = this;
    reader.open(this.slab, directory.refAt(this.block));
    this.at = reader.entriesStart;
    this.entriesEnd = reader.entriesEnd;
    directory.readId(this.block, this.id);
  }

  /** Notes where the entries of the block that are not deleted begin. */
  private listBlock(): void {
    const { reader } = this;
    if (this.table.length < reader.appended * TABLE_WORDS)
      this.table = new Int32Array(2 * reader.appended * TABLE_WORDS);
    this.left = 0;
    while (this.at < this.entriesEnd) {
      const flags = this.readEntry();
      if ((flags & DELETED) !== 0) continue;
      const at = this.left++ * TABLE_WORDS;
      this.table[at] = this.entryAt;
      this.id.write(this.table, at + 1);
    }
  }

  /** Reads the entry at `at`, moving `id` on to it and `at` behind it; its flags. */
  private readEntry(): number {
    const { id } = this;
    const { page } = this.reader;
    const msAt = readVarint(page, this.at + 1);
    const { high, low } = varint;
    readVarint(page, msAt);
    if (high === 0 && low === 0) addSequence(id, varint.high, varint.low);
    else {
      addMs(id, high, low);
      id.seqHigh = varint.high;
      id.seqLow = varint.low;
    }
    const flags = this.readHead();
    this.at = this.skipParts();
    return flags;
  }

  /** Prepares the parts of the entry that begins at `at`; its flags. */
  private readHead(): number {
    const { reader } = this;
    const { page } = reader;
    this.entryAt = this.at;
    const flags = page[this.at]!;
    let at = readVarint(page, readVarint(page, this.at + 1));
    this.same = (flags & SAME_FIELDS) !== 0;
    if (this.same) this.fieldCount = reader.fieldCount;
    else {
      at = readVarint(page, at);
      this.fieldCount = varint.low;
    }
    this.names = this.same ? reader.fieldsStart : at;
    this.values = at;
    this.atName = true;
    return flags;
  }

  private skipParts(): number {
    const { page } = this.reader;
    let at = this.values;
    for (let i = this.same ? this.fieldCount : 2 * this.fieldCount; i > 0; i--) {
      at = readVarint(page, at);
      at += varint.low;
    }
    return at;
  }

  /** Points `view` at the next part of the entry: name, value, name, value, … */
  part(view: Bytes): Bytes {
    const { page } = this.reader;
    const name = this.same && this.atName;
    const at = readVarint(page, name ? this.names : this.values);
    if (name) this.names = at + varint.low;
    else this.values = at + varint.low;
    this.atName = !this.atName;
    return view.set(page, at, varint.low);
  }
}

function addSequence(id: StreamId, high: number, low: number): void {
  const sum = id.seqLow + low;
  id.seqLow = sum >>> 0;
  id.seqHigh = (id.seqHigh + high + (sum > 0xffff_ffff ? 1 : 0)) >>> 0;
}

function addMs(id: StreamId, high: number, low: number): void {
  const sum = id.msLow + low;
  id.msLow = sum >>> 0;
  id.msHigh = (id.msHigh + high + (sum > 0xffff_ffff ? 1 : 0)) >>> 0;
}
