import type { Keyspace } from '../keyspace.js';
import { BLOCK_EFFORT } from '../lazy-free.js';
import { Representation } from '../representation.js';
import { Slab } from '../slab.js';
import { DELETED, type PartSource, StreamBlock } from './stream-block.js';
import { StreamCursor } from './stream-cursor.js';
import { cloneAllocation } from './stream-directory.js';
import { duplicateGroups, groupBytes, groupsEffort, releaseGroups } from './stream-groups.js';
import { StreamId } from './stream-id.js';
import { setRoot, StreamRoot } from './stream-root.js';

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
export class Stream extends StreamRoot {
  private readonly block = new StreamBlock();
  private readonly cursor = new StreamCursor();
  private readonly scratch = new StreamId();

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
      this.noteDirectory(directory.ref);
    }
    if (this.length === 0) this.setFirstId(id);
    this.countAdded();
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
    this.noteDirectory(directory.ref);
  }

  /** Notes the first entry's id after the first one has gone, and cuts off what is deleted before it. */
  private findFirst(): void {
    const { cursor, directory, block, slab, scratch } = this;
    if (!this.range(cursor, MIN_ID, MAX_ID).next()) {
      this.setFirstId(scratch.setMin());
      return;
    }
    this.setFirstId(cursor.id);
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
    this.noteDirectory(directory);
    return root;
  }
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
