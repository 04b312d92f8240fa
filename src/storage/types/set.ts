/**
 * Sets. One of integers is a row of them, sorted; a small one of anything else is a row of packed entries; a large one
 * is a dictionary without values.
 *
 *   SET_INTS:   set-ints.ts
 *   SET_PACKED: [representation][number of members][entries]
 *   SET_DICT:   [representation][0][ref of the dictionary, 4 bytes]
 *
 * Functions that change a set return the record's ref afterwards. Removing a set that has become empty is the caller's
 * business. Bytes that are handed in must not lie in the record that changes.
 */
import { Bytes } from '../../bytes/bytes.js';
import { becomeDict, dictOf } from '../dict-record.js';
import { Dict } from '../dict.js';
import type { Database } from '../database.js';
import { INT_TEXT_BYTES_MAX, Int64 } from '../int-set.js';
import type { Keyspace } from '../keyspace.js';
import {
  packedBytes,
  packedFind,
  packedNext,
  packedRead,
  packedSkip,
  packedWrite,
  spliceValue,
} from '../packed-entries.js';
import { randomIndexes } from '../random-sample.js';
import { Representation } from '../representation.js';
import { createInts, findInt, insertInt, int, intsLength, readInt, removeInt } from './set-ints.js';

/** A look-up among 64 packed members costs about twice as much as one in a dictionary; among 128, three times. */
const PACKED_MEMBERS_MAX = 64;
/** Above this, moving the bytes behind a member costs more than a dictionary. */
const PACKED_VALUE_BYTES_MAX = 8192;

const COUNT_AT = 1;
const ENTRIES_AT = 2;

/** An empty set for a first member like `member`; the caller adds it before anybody sees the set. */
export function createSet(db: Database, key: Bytes, member: Bytes): number {
  if (int.parse(member)) return createInts(db, key);
  const ref = db.create(key, Representation.SET_PACKED, ENTRIES_AT);
  db.records.page8(ref)[db.records.valueStart(ref) + COUNT_AT] = 0;
  return ref;
}

/** Number of members. */
export function setLength(db: Database, ref: number): number {
  const { records } = db;
  const page = records.page8(ref);
  const start = records.valueStart(ref);
  switch (page[start]) {
    case Representation.SET_INTS:
      return intsLength(db, ref);
    case Representation.SET_PACKED:
      return page[start + COUNT_AT]!;
    default:
      return Dict.sizeOf(records.slab, dictOf(db, ref));
  }
}

export function setHas(db: Database, ref: number, member: Bytes): boolean {
  const { records } = db;
  const page = records.page8(ref);
  const start = records.valueStart(ref);
  switch (page[start]) {
    case Representation.SET_INTS:
      return int.parse(member) && findInt(db, ref) >= 0;
    case Representation.SET_PACKED:
      return packedFind(page, start + ENTRIES_AT, start + records.valueLength(ref), 1, member) >= 0;
    default:
      return openMembers(db, ref).find(member) !== 0;
  }
}

/** Adds a member. Whether it is a new one shows in `setLength`. */
export function setAdd(db: Database, ref: number, member: Bytes): number {
  switch (db.representation(ref)) {
    case Representation.SET_INTS:
      if (int.parse(member)) return addInt(db, ref);
      return setAdd(db, leaveInts(db, ref), member);
    case Representation.SET_PACKED:
      return addPacked(db, ref, member);
    default: {
      const dict = openMembers(db, ref);
      if (dict.find(member) === 0) dict.add(member);
      return ref;
    }
  }
}

/** Removes a member, if it is there. Whether it was shows in `setLength`. */
export function setRemove(db: Database, ref: number, member: Bytes): number {
  switch (db.representation(ref)) {
    case Representation.SET_INTS:
      return int.parse(member) ? removeInt(db, ref) : ref;
    case Representation.SET_PACKED: {
      const { records } = db;
      const page = records.page8(ref);
      const start = records.valueStart(ref);
      const at = packedFind(page, start + ENTRIES_AT, start + records.valueLength(ref), 1, member);
      return at < 0 ? ref : removePackedAt(db, ref, at);
    }
    default:
      openMembers(db, ref).remove(member);
      return ref;
  }
}

// Integers

function addInt(db: Database, ref: number): number {
  const row = findInt(db, ref);
  if (row >= 0) return ref;
  const target = insertInt(db, ref, -1 - row);
  return setLength(db, target) > db.keyspace.encodingLimits.setIntsMax ? leaveInts(db, target) : target;
}

/** Turns a set of integers into one of any members. */
function leaveInts(db: Database, ref: number): number {
  const count = setLength(db, ref);
  if (count > PACKED_MEMBERS_MAX) return convertToDict(db, ref);
  const entries = new Uint8Array(count * (1 + INT_TEXT_BYTES_MAX));
  let length = 0;
  for (let row = 0; row < count; row++) {
    readInt(db, ref, row, converted);
    length = packedWrite(entries, length, converted.print(convertedView));
  }
  const target = db.resize(ref, ENTRIES_AT + length);
  db.setRepresentation(target, Representation.SET_PACKED);
  const page = db.records.page8(target);
  const start = db.records.valueStart(target);
  page[start + COUNT_AT] = count;
  page.set(entries.subarray(0, length), start + ENTRIES_AT);
  return target;
}

// Packed members

function addPacked(db: Database, ref: number, member: Bytes): number {
  const { records } = db;
  const page = records.page8(ref);
  const start = records.valueStart(ref);
  const length = records.valueLength(ref);
  if (packedFind(page, start + ENTRIES_AT, start + length, 1, member) >= 0) return ref;
  const target = db.resize(ref, length + packedBytes(member.length));
  const targetStart = records.valueStart(target);
  packedWrite(records.page8(target), targetStart + length, member);
  const count = ++records.page8(target)[targetStart + COUNT_AT]!;
  const overgrown = count > PACKED_MEMBERS_MAX || records.valueLength(target) > PACKED_VALUE_BYTES_MAX;
  return overgrown ? convertToDict(db, target) : target;
}

function removePackedAt(db: Database, ref: number, at: number): number {
  const page = db.records.page8(ref);
  const start = db.records.valueStart(ref);
  page[start + COUNT_AT]!--;
  return spliceValue(db, ref, at - start, packedNext(page, at) - at, 0);
}

// Walking

export type MemberVisitor = (member: Bytes) => void;

/** Visits every member, valid during the visit only. `visit` must not change this set. */
export function setForEach(db: Database, ref: number, visit: MemberVisitor): void {
  if (db.representation(ref) === Representation.SET_DICT) {
    const dict = walkMembers(db, ref);
    return dict.forEach((entry) => visit(dict.key(entry, memberView)));
  }
  const count = setLength(db, ref);
  if (db.representation(ref) === Representation.SET_INTS) {
    for (let row = 0; row < count; row++) visit(memberAt(db, ref, row, memberView));
    return;
  }
  const page = db.records.page8(ref);
  let at = db.records.valueStart(ref) + ENTRIES_AT;
  for (let i = 0; i < count; i++) {
    at = packedRead(page, at, memberView);
    visit(memberView);
  }
}

/** Members that are visited before the next look whether the visitor has had enough. */
const VISITED_AT_ONCE = 64;

/** Visits members until `test` says true of one; whether it did. `test` must not change this set. */
export function setSome(db: Database, ref: number, test: (member: Bytes) => boolean): boolean {
  const search = { found: false };
  const visit = (member: Bytes): void => {
    search.found ||= test(member);
  };
  let cursor = 0;
  do cursor = setScan(db, ref, cursor, VISITED_AT_ONCE, visit);
  while (cursor !== 0 && !search.found);
  return search.found;
}

/** As a scan of a dictionary; a small set is visited whole, whatever the cursor and the count. */
export function setScan(
  db: Database,
  ref: number,
  cursor: number,
  count: number,
  visit: MemberVisitor,
): number {
  if (db.representation(ref) !== Representation.SET_DICT) {
    setForEach(db, ref, visit);
    return 0;
  }
  const dict = walkMembers(db, ref);
  return dict.scan(cursor, count, (entry) => visit(dict.key(entry, memberView)));
}

/** Points `member` at a random member, each with the same chance. */
export function setRandom(db: Database, ref: number, member: Bytes): void {
  if (db.representation(ref) === Representation.SET_DICT) {
    const dict = openMembers(db, ref);
    dict.key(dict.randomEntry(), member);
  } else memberAt(db, ref, Math.floor(db.keyspace.options.random() * setLength(db, ref)), member);
}

/**
 * Visits `count` different members, each choice with the same chance; `count` is at most the length of the set.
 * `visit` must not change this set.
 */
export function setSample(db: Database, ref: number, count: number, visit: MemberVisitor): void {
  if (db.representation(ref) === Representation.SET_DICT) {
    const dict = walkMembers(db, ref);
    for (const entry of dict.sample(count)) visit(dict.key(entry, memberView));
    return;
  }
  for (const index of randomIndexes(setLength(db, ref), count, db.keyspace.options.random)) {
    visit(memberAt(db, ref, index, memberView));
  }
}

/** The member at `index` of a small set. An integer's text is valid until the next one is read. */
function memberAt(db: Database, ref: number, index: number, member: Bytes): Bytes {
  const { records } = db;
  const page = records.page8(ref);
  const start = records.valueStart(ref);
  if (page[start] === Representation.SET_INTS) {
    readInt(db, ref, index, printed);
    return printed.print(member);
  }
  packedRead(page, packedSkip(page, start + ENTRIES_AT, index), member);
  return member;
}

// A walk prints members while its visitor looks others up, and adds them where that converts a set: each has its own.
const printed = new Int64();
const memberView = new Bytes(new Uint8Array(0));
const converted = new Int64();
const convertedView = new Bytes(new Uint8Array(0));

// Dictionaries

function openMembers(db: Database, ref: number): Dict {
  return db.keyspace.memberDict.open(dictOf(db, ref));
}

function walkMembers(db: Database, ref: number): Dict {
  return db.keyspace.walkedMemberDict.open(dictOf(db, ref));
}

function convertToDict(db: Database, ref: number): number {
  const { records } = db;
  const dict = db.keyspace.memberDict;
  const count = setLength(db, ref);
  const members = dict.create();
  dict.reserve(count);
  const ints = db.representation(ref) === Representation.SET_INTS;
  let at = records.valueStart(ref) + ENTRIES_AT;
  for (let index = 0; index < count; index++) {
    if (ints) {
      readInt(db, ref, index, converted);
      converted.print(convertedView);
    } else at = packedRead(records.page8(ref), at, convertedView);
    dict.add(convertedView);
  }
  return becomeDict(db, ref, Representation.SET_DICT, 0, members);
}

/** Gives a copied record a copy of the dictionary that it names. */
function copyDict(db: Database, ref: number): number {
  const from = walkMembers(db, ref);
  const copy = db.keyspace.memberDict;
  const members = copy.create();
  copy.reserve(from.size);
  from.forEach((entry) => copy.add(from.key(entry, convertedView)));
  return becomeDict(db, ref, Representation.SET_DICT, 0, members);
}

/** Tells the keyspace how sets are removed and copied. */
export function registerSets(keyspace: Keyspace): void {
  keyspace.partOwners[Representation.SET_DICT] = {
    effort: (db, ref) => Dict.sizeOf(keyspace.slab, dictOf(db, ref)),
    release: (db, ref, steps) => keyspace.releasedDict.open(dictOf(db, ref)).release(steps),
  };
  keyspace.partBytes[Representation.SET_DICT] = (db, ref, samples) => openMembers(db, ref).bytes(samples);
  keyspace.partCopiers[Representation.SET_DICT] = copyDict;
}
