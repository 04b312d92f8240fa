import type { Bytes } from '../../bytes/bytes.js';
import type { Database } from '../database.js';
import type { Keyspace } from '../keyspace.js';
import { BLOCK_EFFORT } from '../lazy-free.js';
import { Representation } from '../representation.js';
import { ListBlocks } from './list-blocks.js';
import { ListCursor } from './list-cursor.js';
import {
  entryBytes,
  headBytes,
  lengthBefore,
  skipBackward,
  skipForward,
  writeEntry,
} from './list-entries.js';
import {
  BLOCKS_VALUE_BYTES,
  directoryOf,
  PACKED_HEAD_BYTES,
  packedLength,
  setDirectory,
  setPackedLength,
} from './list-record.js';

/*
 * Lists. A short one stands packed in its record; one that outgrows PACKED_BYTES_MAX is made of blocks (list-blocks.ts).
 * `ref` is a record that holds a list; functions that can move or remove it return where it is afterwards, 0 when the
 * list is empty and its key has gone.
 */

/** Longest value of a packed list: a push at its head moves this much at most. */
const PACKED_BYTES_MAX = 1024;
/** A list of one block becomes packed again below this. Half, so that it does not go back and forth. */
const REPACK_BYTES_MAX = PACKED_BYTES_MAX / 2;

const shared = new ListBlocks();
const cursor = new ListCursor();

/** Number of elements. */
export function listLength(db: Database, ref: number): number {
  return isPacked(db, ref) ? packedLength(db, ref) : blocksOf(db, ref).length;
}

function isPacked(db: Database, ref: number): boolean {
  return db.representation(ref) === Representation.LIST_PACKED;
}

/** The blocks of a list, valid until the next call. */
function blocksOf(db: Database, ref: number): ListBlocks {
  return shared.open(db.records.slab, directoryOf(db, ref));
}

/** An empty list for a key that is not there. The caller pushes to it at once. */
export function listCreate(db: Database, key: Bytes): number {
  const ref = db.create(key, Representation.LIST_PACKED, PACKED_HEAD_BYTES);
  setPackedLength(db, ref, 0);
  return ref;
}

// Adding

export function listPush(db: Database, ref: number, front: boolean, value: Bytes): number {
  if (isPacked(db, ref)) {
    const need = entryBytes(value.length);
    if (db.records.valueLength(ref) + need <= PACKED_BYTES_MAX) {
      const at = front ? PACKED_HEAD_BYTES : db.records.valueLength(ref);
      return packedInsert(db, ref, at, value);
    }
    ref = unpack(db, ref);
  }
  const blocks = blocksOf(db, ref);
  blocks.push(front, value);
  return keepDirectory(db, ref, blocks);
}

function keepDirectory(db: Database, ref: number, blocks: ListBlocks): number {
  if (blocks.directory !== directoryOf(db, ref)) setDirectory(db, ref, blocks.directory);
  return ref;
}

/** Puts an element `at` bytes into a packed value. */
function packedInsert(db: Database, ref: number, at: number, value: Bytes): number {
  const { records } = db;
  const length = records.valueLength(ref);
  const need = entryBytes(value.length);
  const target = db.resize(ref, length + need);
  const page = records.page8(target);
  const start = records.valueStart(target);
  if (at < length) page.copyWithin(start + at + need, start + at, start + length);
  writeEntry(page, start + at, value.buffer, value.offset, value.length);
  setPackedLength(db, target, packedLength(db, target) + 1);
  return target;
}

/** Turns a packed list into one of blocks. */
function unpack(db: Database, ref: number): number {
  const { records } = db;
  const blocks = shared.create(records.slab);
  const count = packedLength(db, ref);
  const used = records.valueLength(ref) - PACKED_HEAD_BYTES;
  if (count > 0) blocks.adopt(records.page8(ref), records.valueStart(ref) + PACKED_HEAD_BYTES, used, count);
  const target = db.resize(ref, BLOCKS_VALUE_BYTES);
  db.setRepresentation(target, Representation.LIST_BLOCKS);
  setDirectory(db, target, blocks.directory);
  return target;
}

/** Puts an element before element `index`, or at the end. */
export function listInsert(db: Database, ref: number, index: number, value: Bytes): number {
  const length = listLength(db, ref);
  if (index === 0 || index === length) return listPush(db, ref, index === 0, value);
  cursor.seek(db, ref, index);
  if (isPacked(db, ref)) {
    const at = cursor.offset - headBytes(cursor.length) - db.records.valueStart(ref);
    if (db.records.valueLength(ref) + entryBytes(value.length) <= PACKED_BYTES_MAX)
      return packedInsert(db, ref, at, value);
    ref = unpack(db, ref);
  }
  const blocks = blocksOf(db, ref);
  blocks.insert(cursor.block, cursor.nth, value);
  return keepDirectory(db, ref, blocks);
}

/** Replaces element `index`, which must be there. */
export function listSet(db: Database, ref: number, index: number, value: Bytes): number {
  cursor.seek(db, ref, index);
  if (isPacked(db, ref)) {
    const { records } = db;
    const removed = entryBytes(cursor.length);
    const at = cursor.offset - headBytes(cursor.length) - records.valueStart(ref);
    const change = entryBytes(value.length) - removed;
    if (records.valueLength(ref) + change <= PACKED_BYTES_MAX) {
      const cut = packedCut(db, ref, at, at + removed, 1);
      return packedInsert(db, cut, at, value);
    }
    ref = unpack(db, ref);
  }
  const blocks = blocksOf(db, ref);
  blocks.replace(cursor.block, cursor.nth, value);
  return repack(db, keepDirectory(db, ref, blocks));
}

// Reading

/** Points `view` at the first or the last element. */
export function listEnd(db: Database, ref: number, front: boolean, view: Bytes): Bytes {
  const { records } = db;
  let page: Uint8Array;
  let at: number;
  let end: number;
  if (isPacked(db, ref)) {
    page = records.page8(ref);
    at = records.valueStart(ref) + PACKED_HEAD_BYTES;
    end = records.valueStart(ref) + records.valueLength(ref);
  } else {
    const blocks = blocksOf(db, ref);
    const block = blocks.blockAt(front ? 0 : blocks.count - 1);
    page = blocks.pageOf(block);
    at = blocks.startOf(block);
    end = blocks.endOf(block);
  }
  if (!front) at = skipBackward(page, end, 1);
  const length = lengthBefore(page, front ? skipForward(page, at, 1) : end);
  return view.set(page, at + headBytes(length), length);
}

// Removing

/** Removes `count` elements from one end; the key goes with the last one. */
export function listDrop(db: Database, ref: number, front: boolean, count: number): number {
  if (count >= listLength(db, ref)) {
    db.remove(ref);
    return 0;
  }
  if (count === 0) return ref;
  if (!isPacked(db, ref)) {
    const blocks = blocksOf(db, ref);
    blocks.drop(front, count);
    return repack(db, keepDirectory(db, ref, blocks));
  }
  const page = db.records.page8(ref);
  const start = db.records.valueStart(ref);
  const length = db.records.valueLength(ref);
  if (front) {
    const first = start + PACKED_HEAD_BYTES;
    return packedCut(db, ref, PACKED_HEAD_BYTES, skipForward(page, first, count) - start, count);
  }
  return packedCut(db, ref, skipBackward(page, start + length, count) - start, length, count);
}

/** Takes the bytes [from, to) out of a packed value: `count` elements. */
function packedCut(db: Database, ref: number, from: number, to: number, count: number): number {
  const { records } = db;
  const length = records.valueLength(ref);
  const page = records.page8(ref);
  const start = records.valueStart(ref);
  if (to < length) page.copyWithin(start + from, start + to, start + length);
  setPackedLength(db, ref, packedLength(db, ref) - count);
  return db.resize(ref, length - (to - from));
}

/** Packs a list of one block that has become short. */
function repack(db: Database, ref: number): number {
  const blocks = blocksOf(db, ref);
  if (blocks.count !== 1) return ref;
  const block = blocks.blockAt(0);
  const from = blocks.startOf(block);
  const used = blocks.endOf(block) - from;
  if (used > REPACK_BYTES_MAX) return ref;
  const count = blocks.length;
  const target = db.resize(ref, PACKED_HEAD_BYTES + used);
  db.setRepresentation(target, Representation.LIST_PACKED);
  setPackedLength(db, target, count);
  const at = db.records.valueStart(target) + PACKED_HEAD_BYTES;
  db.records.page8(target).set(blocks.pageOf(block).subarray(from, from + used), at);
  blocks.release();
  return target;
}

/**
 * Removes up to `count` elements that equal `value`, from the head on, or from the tail on when `count` is negative; all
 * of them when it is 0. How many were removed. The key goes with the last one.
 */
export function listRemove(db: Database, ref: number, value: Bytes, count: number): number {
  const limit = count === 0 ? Infinity : Math.abs(count);
  const backward = count < 0;
  let removed = 0;
  let index = backward ? listLength(db, ref) - 1 : 0;
  let found = cursor.seek(db, ref, index);
  while (found && removed < limit) {
    if (!cursor.equals(value)) {
      found = backward ? cursor.previous() : cursor.next();
      index += backward ? -1 : 1;
      continue;
    }
    removed++;
    ref = removeCurrent(db, ref);
    if (ref === 0) break;
    if (backward) index--;
    found = cursor.seek(db, ref, index);
  }
  return removed;
}

/** Removes the element the cursor stands on. */
function removeCurrent(db: Database, ref: number): number {
  if (listLength(db, ref) === 1) return listDrop(db, ref, true, 1);
  if (isPacked(db, ref)) {
    const at = cursor.offset - headBytes(cursor.length) - db.records.valueStart(ref);
    return packedCut(db, ref, at, at + entryBytes(cursor.length), 1);
  }
  const blocks = blocksOf(db, ref);
  blocks.remove(cursor.block, cursor.nth, 1);
  return repack(db, keepDirectory(db, ref, blocks));
}

// What a list owns outside its record

/** Makes the keyspace give back the blocks of lists that it removes, and double those of lists that it copies. */
export function ownListParts(keyspace: Keyspace): void {
  const released = new ListBlocks();
  keyspace.partOwners[Representation.LIST_BLOCKS] = {
    effort: (db, ref) => BLOCK_EFFORT * blocksOf(db, ref).count,
    release: (db, ref, steps) => released.open(keyspace.slab, directoryOf(db, ref)).release(steps),
  };
  keyspace.partBytes[Representation.LIST_BLOCKS] = (db, ref) => blocksOf(db, ref).bytes;
  keyspace.partCopiers[Representation.LIST_BLOCKS] = (db, ref) => {
    setDirectory(db, ref, blocksOf(db, ref).duplicate());
    return ref;
  };
}
