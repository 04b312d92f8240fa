import type { Bytes } from '../../bytes/bytes.js';
import type { Database } from '../database.js';
import { Representation } from '../representation.js';
import { REF_PAGE_SHIFT, REF_UNIT_MASK, type Slab } from '../slab.js';
import { StreamDirectory } from './stream-directory.js';
import type { StreamId } from './stream-id.js';
import { incrementNumber, readNumber, writeNumber } from './stream-words.js';

/*
 * The record of a stream holds the representation and a ref to its root, in words:
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

/** What a stream knows of itself as a whole, and where its parts are. `open` points it at another one. */
export class StreamRoot {
  readonly directory = new StreamDirectory();
  slab!: Slab;
  /** Where the root is; it never moves. */
  root = 0;
  private words: Int32Array = new Int32Array(0);
  private base = 0;

  open(db: Database, ref: number): this {
    const page = db.records.page8(ref);
    const at = db.records.valueStart(ref) + 1;
    const root = page[at]! | (page[at + 1]! << 8) | (page[at + 2]! << 16) | (page[at + 3]! << 24);
    return this.openRoot(db.records.slab, root);
  }

  protected openRoot(slab: Slab, root: number): this {
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

  /** Notes where the directory is: it moves when it grows. */
  protected noteDirectory(ref: number): void {
    this.words[this.base + DIRECTORY] = ref;
  }

  /** Number of entries. */
  get length(): number {
    return readNumber(this.words, this.base + LENGTH);
  }

  protected set length(length: number) {
    writeNumber(this.words, this.base + LENGTH, length);
  }

  get entriesAdded(): number {
    return readNumber(this.words, this.base + ADDED);
  }

  set entriesAdded(count: number) {
    writeNumber(this.words, this.base + ADDED, count);
  }

  /** One more entry was added. */
  protected countAdded(): void {
    incrementNumber(this.words, this.base + LENGTH);
    incrementNumber(this.words, this.base + ADDED);
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

  protected setFirstId(id: StreamId): void {
    id.write(this.words, this.base + FIRST);
  }

  readMaxDeletedId(id: StreamId): StreamId {
    return id.read(this.words, this.base + MAX_DELETED);
  }

  setMaxDeletedId(id: StreamId): void {
    id.write(this.words, this.base + MAX_DELETED);
  }
}

/** Writes to its record where the root of a stream is. */
export function setRoot(db: Database, ref: number, root: number): void {
  const page = db.records.page8(ref);
  const at = db.records.valueStart(ref) + 1;
  for (let i = 0; i < 4; i++) page[at + i] = root >>> (8 * i);
}
