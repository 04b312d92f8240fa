import type { Bytes } from '../../bytes/bytes.js';
import type { Database } from '../database.js';
import type { Keyspace } from '../keyspace.js';
import { BLOCK_EFFORT } from '../lazy-free.js';
import { Representation } from '../representation.js';
import { REF_PAGE_SHIFT, REF_UNIT_MASK, Slab } from '../slab.js';
import { DELETED, type PartSource, StreamBlock } from './stream-block.js';
import { StreamCursor } from './stream-cursor.js';
import { cloneAllocation, StreamDirectory } from './stream-directory.js';
import { duplicateGroups, groupBytes, groupsEffort, releaseGroups } from './stream-groups.js';
import { StreamId } from './stream-id.js';
import { readNumber, writeNumber } from './stream-words.js';

/*
 * A stream: its record holds the representation and a ref to its root, in words:
 *
 *   0 directory of blocks   1 table of groups, or 0   2 entries (2)   4 entries ever added (2)
 *   6 last id (4)   10 id of the first entry (4)   14 largest deleted id (4)
 */
const VALUE_BYTES = 5;
const ROOT_WORDS = 18;
const DIRECTORY = 0;
const GROUPS = 1;
const LENGTH = 2;
const ADDED = 4;
const LAST = 6;
const FIRST = 10;
const MAX_DELETED = 14;

/** `stream-node-max-entries` and `stream-node-max-bytes`; 0 is no limit. */
export interface BlockLimits {
  readonly entriesMax: number;
  readonly bytesMax: number;
}

/** What bounds a stream: all but the newest entries go, or those below an id. */
export interface TrimOptions {
  readonly strategy: 'maxlen' | 'minid';
  readonly lengthMax: number;
  readonly idMin: StreamId;
  /** Only whole blocks go. */
  readonly approximate: boolean;
  /** Entries removed at most; 0 is no bound. */
  readonly limit: number;
}

const FIRST_BLOCK_BYTES = 256;
/** A block is begun with this much room where another one was filled before. */
const NEXT_BLOCK_BYTES = 4096;
const MIN_ID = new StreamId();
const MAX_ID = new StreamId().setMax();

/** Reads and changes one stream at a time; `open` points it at another. */
export class Stream {
  readonly directory = new StreamDirectory();
  slab!: Slab;
  /** Where the root is; it never moves. */
  root = 0;
  private words: Int32Array = new Int32Array(0);
  private base = 0;
  private readonly block = new StreamBlock();
  private readonly cursor = new StreamCursor();
  private readonly scratch = new StreamId();

  open(db: Database, ref: number): this {
    const page = db.records.page8(ref);
    const at = db.records.valueStart(ref) + 1;
    const root = page[at]! | (page[at + 1]! << 8) | (page[at + 2]! << 16) | (page[at + 3]! << 24);
    return this.openRoot(db.records.slab, root);
  }

  private openRoot(slab: Slab, root: number): this {
    this.slab = slab;
    this.root = root;
    this.words = slab.pages32[root >>> REF_PAGE_SHIFT]!;
    this.base = (root & REF_UNIT_MASK) << 1;
    this.directory.open(slab, this.words[this.base + DIRECTORY]!);
    return this;
  }

  /** An empty stream for a key that is not there. */
  create(db: Database, key: Bytes): this {
    const { slab } = db.records;
    const root = slab.alloc(4 * ROOT_WORDS);
    const words = slab.pages32[root >>> REF_PAGE_SHIFT]!;
    const base = (root & REF_UNIT_MASK) << 1;
    words.fill(0, base, base + ROOT_WORDS);
    words[base + DIRECTORY] = this.directory.create(slab).ref;
    setRoot(db, db.create(key, Representation.STREAM, VALUE_BYTES), root);
    return this.openRoot(slab, root);
  }

  /** Number of entries. */
  get length(): number {
    return readNumber(this.words, this.base + LENGTH);
  }

  private set length(length: number) {
    writeNumber(this.words, this.base + LENGTH, length);
  }

  get entriesAdded(): number {
    return readNumber(this.words, this.base + ADDED);
  }

  set entriesAdded(count: number) {
    writeNumber(this.words, this.base + ADDED, count);
  }

  get groups(): number {
    return this.words[this.base + GROUPS]!;
  }

  set groups(ref: number) {
    this.words[this.base + GROUPS] = ref;
  }

  readLastId(id: StreamId): StreamId {
    return id.read(this.words, this.base + LAST);
  }

  setLastId(id: StreamId): void {
    id.write(this.words, this.base + LAST);
  }

  /** Id of the first entry, 0-0 in an empty stream. */
  readFirstId(id: StreamId): StreamId {
    return id.read(this.words, this.base + FIRST);
  }

  readMaxDeletedId(id: StreamId): StreamId {
    return id.read(this.words, this.base + MAX_DELETED);
  }

  setMaxDeletedId(id: StreamId): void {
    id.write(this.words, this.base + MAX_DELETED);
  }

  /** Points a cursor before the first entry of a range; both ends belong to it. */
  range(cursor: StreamCursor, start: StreamId, end: StreamId, reverse = false): StreamCursor {
    return cursor.open(this.slab, this.directory, start, end, reverse);
  }

  /** True when an entry has this id. */
  has(id: StreamId): boolean {
    return this.range(this.cursor, id, id).next();
  }

  // Adding

  /** Appends an entry with an id above the last one: `fields` names and values from part `first` on. */
  append(id: StreamId, source: PartSource, first: number, fields: number, limits: BlockLimits): void {
    const { directory, block, slab } = this;
    const last = directory.count - 1;
    if (last < 0 || !this.appendTo(last, id, source, first, fields, limits)) {
      if (last >= 0) this.seal(last);
      const room = last < 0 ? FIRST_BLOCK_BYTES : Math.min(NEXT_BLOCK_BYTES, limits.bytesMax || Infinity);
      block.create(slab, id, source, first, fields, room);
      slab.watch?.blockAdded(this.root, block.ref);
      directory.insert(last + 1, id, block.ref, 1);
      this.words[this.base + DIRECTORY] = directory.ref;
    }
    if (this.length === 0) id.write(this.words, this.base + FIRST);
    this.length++;
    this.entriesAdded++;
    this.setLastId(id);
  }

  private appendTo(
    i: number,
    id: StreamId,
    source: PartSource,
    first: number,
    fields: number,
    { entriesMax, bytesMax }: BlockLimits,
  ): boolean {
    const { directory, block, slab } = this;
    block.open(slab, directory.refAt(i));
    if (entriesMax !== 0 && block.appended >= entriesMax) return false;
    const same = block.hasSameFields(source, first, fields);
    const total = block.used + block.entryBytes(id, source, first, fields, same);
    if (bytesMax !== 0 && total > bytesMax) return false;
    const room = slab.bytesOf(block.ref);
    this.changing(block.ref);
    if (total > room) {
      directory.setRef(i, block.reallocate(Math.max(total, Math.min(2 * room, bytesMax || Infinity))));
      slab.watch?.blockAdded(this.root, block.ref);
    }
    block.append(id, source, first, fields, same);
    directory.setSize(i, directory.sizeAt(i) + 1);
    return true;
  }

  /** Gives a block that is full the smallest cell that holds it: 23.5 bytes an entry became 14.6. */
  private seal(i: number): void {
    const { directory, block, slab } = this;
    block.open(slab, directory.refAt(i));
    if (Slab.roundUp(block.used) >= slab.bytesOf(block.ref)) return;
    this.changing(block.ref);
    directory.setRef(i, block.reallocate(block.used));
    slab.watch?.blockAdded(this.root, block.ref);
  }

  /** To be called before a block is changed or released. */
  private changing(block: number): void {
    if (this.slab.watch !== null) this.slab.watch.blockChanging(this.root, block);
  }

  // Removing

  /** Deletes the entry with an id; false when there is none. */
  delete(id: StreamId): boolean {
    const { cursor } = this;
    if (!this.range(cursor, id, id).next()) return false;
    const first = this.readFirstId(this.scratch).compare(id) === 0;
    this.deleteAt(cursor.block, cursor.entryAt);
    if (this.readMaxDeletedId(this.scratch).compare(id) < 0) this.setMaxDeletedId(id);
    if (first) this.findFirst();
    return true;
  }

  private deleteAt(i: number, entryAt: number): void {
    const { directory, block, slab } = this;
    block.open(slab, directory.refAt(i));
    this.changing(block.ref);
    block.page[entryAt]! |= DELETED;
    this.length--;
    const left = directory.sizeAt(i) - 1;
    if (left > 0) directory.setSize(i, left);
    else this.removeBlock(i);
  }

  private removeBlock(i: number): void {
    const { directory } = this;
    this.changing(directory.refAt(i));
    this.slab.release(directory.refAt(i));
    directory.remove(i);
    this.words[this.base + DIRECTORY] = directory.ref;
  }

  /** Notes the first entry's id after the first one has gone, and cuts off what is deleted before it. */
  private findFirst(): void {
    const { cursor, directory, block, slab, scratch } = this;
    if (!this.range(cursor, MIN_ID, MAX_ID).next()) {
      scratch.setMin().write(this.words, this.base + FIRST);
      return;
    }
    cursor.id.write(this.words, this.base + FIRST);
    block.open(slab, directory.refAt(cursor.block));
    if (cursor.entryAt === block.entriesStart) return;
    this.changing(block.ref);
    block.cutBefore(cursor.entryAt);
    directory.setId(cursor.block, cursor.id);
  }

  /** Removes the oldest entries as the options say; how many. */
  trim(options: TrimOptions): number {
    const { directory } = this;
    const before = this.length;
    while (directory.count > 0 && this.isBeyond(0, this.length, options)) {
      const size = directory.sizeAt(0);
      if (options.limit !== 0 && before - this.length + size > options.limit) break;
      this.length -= size;
      this.removeBlock(0);
    }
    if (!options.approximate) this.trimFirstBlock(options);
    if (this.length !== before) this.findFirst();
    return before - this.length;
  }

  /** True when block `i`, the first that is left of `length` entries, may go as a whole. */
  isBeyond(i: number, length: number, { strategy, lengthMax, idMin }: TrimOptions): boolean {
    if (strategy === 'maxlen') return length - this.directory.sizeAt(i) >= lengthMax;
    this.block.open(this.slab, this.directory.refAt(i));
    return this.block.readLastId(this.scratch).compare(idMin) < 0;
  }

  private trimFirstBlock({ strategy, lengthMax, idMin }: TrimOptions): void {
    const { cursor } = this;
    this.range(cursor, MIN_ID, MAX_ID);
    while (cursor.next()) {
      if (strategy === 'maxlen' ? this.length <= lengthMax : cursor.id.compare(idMin) >= 0) return;
      this.deleteAt(0, cursor.entryAt);
    }
  }

  /** Bytes of the slab that the stream takes outside its record. */
  get partBytes(): number {
    return this.slab.bytesOf(this.root) + this.directory.bytes + groupBytes(this.slab, this.groups);
  }

  /** About what releasing it takes, by the size of the blocks and of the pending entries lists. */
  get effort(): number {
    return BLOCK_EFFORT * this.directory.count + groupsEffort(this.slab, this.groups);
  }

  /** Releases everything; as `ValueParts.release`. */
  release(steps: number): number {
    const afterGroups = releaseGroups(this.slab, this.groups, steps);
    if (afterGroups === 0) return 0;
    this.groups = 0;
    const left = this.directory.release(afterGroups);
    if (left > 0) this.slab.release(this.root);
    return left;
  }

  /** A copy with parts of its own; its root. */
  duplicate(): number {
    const { slab, groups } = this;
    const root = cloneAllocation(slab, this.root);
    const directory = this.directory.duplicate();
    const copied = duplicateGroups(slab, groups);
    this.openRoot(slab, root);
    this.groups = copied;
    this.words[this.base + DIRECTORY] = directory;
    return root;
  }
}

function setRoot(db: Database, ref: number, root: number): void {
  const page = db.records.page8(ref);
  const at = db.records.valueStart(ref) + 1;
  for (let i = 0; i < 4; i++) page[at + i] = root >>> (8 * i);
}

const shared = new Stream();

/** Makes the keyspace give back what streams own when it removes them, and double it when it copies them. */
export function ownStreamParts(keyspace: Keyspace): void {
  const released = new Stream();
  keyspace.partOwners[Representation.STREAM] = {
    effort: (db, ref) => released.open(db, ref).effort,
    release: (db, ref, steps) => released.open(db, ref).release(steps),
  };
  keyspace.partBytes[Representation.STREAM] = (db, ref) => shared.open(db, ref).partBytes;
  keyspace.partCopiers[Representation.STREAM] = (db, ref) => {
    setRoot(db, ref, shared.open(db, ref).duplicate());
    return ref;
  };
}
