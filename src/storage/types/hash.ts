/**
 * Hashes. A small one is a row of packed entries in its record, field and value in turn, in the order in which the
 * fields came; a large one is a dictionary.
 *
 *   HASH_PACKED: [representation][flags][number of fields][entries]
 *   HASH_DICT:   [representation][flags][ref of the dictionary, 4 bytes], and more if fields expire (field-times.ts)
 *
 * Functions that change a hash return the record's ref afterwards. Removing a hash that has become empty is the
 * caller's business. Bytes that are handed in must not lie in the record that changes.
 */
import { Bytes } from '../../bytes/bytes.js';
import { copyBytes } from '../../bytes/hash.js';
import { becomeDict, dictOf } from '../dict-record.js';
import { Dict } from '../dict.js';
import type { Database } from '../database.js';
import type { Keyspace } from '../keyspace.js';
import { packedNext, packedRead } from '../packed-entries.js';
import { randomIndexes } from '../random-sample.js';
import { Representation } from '../representation.js';
import { clearFieldTime, forEachFieldTime, releaseTimes, setFieldTime, timesBytes } from './field-times.js';
import { EXPIRING, FLAGS_AT, hashFlags, REPORTED_HASHTABLE } from './hash-flags.js';
import {
  createHash,
  deletePacked,
  findField,
  packedAt,
  packedLength,
  setPacked,
  visitPacked,
} from './hash-packed.js';
import { TreeSortedSet } from './sorted-set-tree.js';

/**
 * A look-up among 128 packed fields costs about as much as one in a dictionary of a million; from there on a dictionary
 * is better at everything but memory.
 */
const PACKED_FIELDS_MAX = 128;
/** Above this, moving the bytes behind a field costs more than a dictionary. */
const PACKED_VALUE_BYTES_MAX = 8192;
/** Lengths below this stand in one byte in front of an entry. */
const VARINT_SHORT = 0x80;

export { createHash };

/** Number of fields. */
export function hashLength(db: Database, ref: number): number {
  if (isPacked(db, ref)) return packedLength(db, ref);
  return Dict.sizeOf(db.records.slab, dictOf(db, ref));
}

/** What OBJECT ENCODING says. */
export function hashEncoding(db: Database, ref: number): 'listpack' | 'listpackex' | 'hashtable' {
  const flags = hashFlags(db, ref);
  if ((flags & REPORTED_HASHTABLE) !== 0) return 'hashtable';
  return (flags & EXPIRING) === 0 ? 'listpack' : 'listpackex';
}

/** Points `value` at the value of `field`; false if there is no such field. */
export function hashGet(db: Database, ref: number, field: Bytes, value: Bytes): boolean {
  const { records } = db;
  const page = records.page8(ref);
  const start = records.valueStart(ref);
  if (page[start] === Representation.HASH_PACKED) {
    const at = findField(page, start, records.valueLength(ref), field);
    if (at < 0) return false;
    packedRead(page, packedNext(page, at), value);
    return true;
  }
  const dict = openFields(db, ref);
  const entry = dict.find(field);
  if (entry === 0) return false;
  dict.value(entry, value);
  return true;
}

export function hashHas(db: Database, ref: number, field: Bytes): boolean {
  return hashGet(db, ref, field, valueView);
}

/** Sets a field, which will live as long as its hash. Whether it is a new one shows in `hashLength`. */
export function hashSet(db: Database, ref: number, field: Bytes, value: Bytes): number {
  clearFieldTime(db, ref, field);
  return hashUpdate(db, ref, field, value);
}

/**
 * Sets a field that is there to a value of the same length, in place; false when it takes more than that. What most
 * writes to small hashes do, at half the time of `hashSet`.
 */
export function hashReplace(db: Database, ref: number, field: Bytes, value: Bytes): boolean {
  const { records } = db;
  const page = records.page8(ref);
  const start = records.valueStart(ref);
  if (page[start] !== Representation.HASH_PACKED || (page[start + FLAGS_AT]! & EXPIRING) !== 0) return false;
  const at = findField(page, start, records.valueLength(ref), field);
  if (at < 0) return false;
  const valueAt = packedNext(page, at);
  if (page[valueAt] !== value.length || value.length >= VARINT_SHORT) return false;
  copyBytes(value.buffer, value.offset, value.length, page, valueAt + 1);
  return true;
}

/** As `hashSet`, leaving the field its expire time. */
export function hashUpdate(db: Database, ref: number, field: Bytes, value: Bytes): number {
  if (!isPacked(db, ref)) {
    openFields(db, ref).set(field, value);
    noteLimits(db, ref, field, value);
    return ref;
  }
  const target = setPacked(db, ref, field, value);
  noteLimits(db, target, field, value);
  return isOvergrown(db, target) ? convertToDict(db, target) : target;
}

/** Notes in the flags that a hash has passed a limit by setting a field. */
function noteLimits(db: Database, ref: number, field: Bytes, value: Bytes): void {
  const page = db.records.page8(ref);
  const at = db.records.valueStart(ref) + FLAGS_AT;
  if ((page[at]! & REPORTED_HASHTABLE) !== 0) return;
  const { hashValueBytesMax, hashEntriesMax } = db.keyspace.encodingLimits;
  const long = field.length > hashValueBytesMax || value.length > hashValueBytesMax;
  if (long || hashLength(db, ref) > hashEntriesMax) page[at]! |= REPORTED_HASHTABLE;
}

/** Sets when a field expires, which must be there. */
export function hashExpire(db: Database, ref: number, field: Bytes, expireAtMs: number): number {
  return setFieldTime(db, isPacked(db, ref) ? convertToDict(db, ref) : ref, field, expireAtMs);
}

/** Removes a field, if it is there. Whether it was shows in `hashLength`. */
export function hashDelete(db: Database, ref: number, field: Bytes): number {
  if (!isPacked(db, ref)) {
    clearFieldTime(db, ref, field);
    openFields(db, ref).remove(field);
    return ref;
  }
  return deletePacked(db, ref, field);
}

// Walking

export type FieldVisitor = (field: Bytes, value: Bytes) => void;

/** Visits every field with its value, both valid during the visit only. `visit` must not change this hash. */
export function hashForEach(db: Database, ref: number, visit: FieldVisitor): void {
  if (isPacked(db, ref)) return visitPacked(db, ref, fieldView, valueView, visit);
  const dict = walkFields(db, ref);
  dict.forEach((entry) => {
    visit(dict.key(entry, fieldView), dict.value(entry, valueView));
  });
}

/** As a scan of a dictionary; a packed hash is visited whole, whatever the cursor and the count. */
export function hashScan(
  db: Database,
  ref: number,
  cursor: number,
  count: number,
  visit: FieldVisitor,
): number {
  if (isPacked(db, ref)) {
    visitPacked(db, ref, fieldView, valueView, visit);
    return 0;
  }
  const dict = walkFields(db, ref);
  return dict.scan(cursor, count, (entry) => {
    visit(dict.key(entry, fieldView), dict.value(entry, valueView));
  });
}

/** Points `field` and `value` at a random field's, each field with the same chance. */
export function hashRandom(db: Database, ref: number, field: Bytes, value: Bytes): void {
  if (!isPacked(db, ref)) {
    const dict = openFields(db, ref);
    return readEntry(dict, dict.randomEntry(), field, value);
  }
  packedAt(db, ref, Math.floor(db.keyspace.options.random() * hashLength(db, ref)), field, value);
}

/**
 * Visits `count` different fields, each with the same chance; `count` is less than the length of the hash. `visit` must
 * not change this hash.
 */
export function hashSample(db: Database, ref: number, count: number, visit: FieldVisitor): void {
  const { random } = db.keyspace.options;
  if (isPacked(db, ref)) {
    for (const index of randomIndexes(hashLength(db, ref), count, random)) {
      packedAt(db, ref, index, fieldView, valueView);
      visit(fieldView, valueView);
    }
    return;
  }
  const dict = walkFields(db, ref);
  for (const entry of dict.sample(count)) {
    readEntry(dict, entry, fieldView, valueView);
    visit(fieldView, valueView);
  }
}

function readEntry(dict: Dict, entry: number, field: Bytes, value: Bytes): void {
  dict.key(entry, field);
  dict.value(entry, value);
}

const fieldView = new Bytes(new Uint8Array(0));
const valueView = new Bytes(new Uint8Array(0));
// Not the two above: a visitor may add what it is shown to another hash, which that converts.
const convertedField = new Bytes(new Uint8Array(0));
const convertedValue = new Bytes(new Uint8Array(0));

// Representations

function isPacked(db: Database, ref: number): boolean {
  return db.records.page8(ref)[db.records.valueStart(ref)] === Representation.HASH_PACKED;
}

function openFields(db: Database, ref: number): Dict {
  return db.keyspace.fieldDict.open(dictOf(db, ref));
}

function walkFields(db: Database, ref: number): Dict {
  return db.keyspace.walkedFieldDict.open(dictOf(db, ref));
}

/**
 * True when a packed hash should become a dictionary. While Redis would have a listpack, bytes do not count: the fields
 * of a listpack come in the order in which they were set, and people rely on that.
 */
function isOvergrown(db: Database, ref: number): boolean {
  if (hashLength(db, ref) > PACKED_FIELDS_MAX) return true;
  if (db.records.valueLength(ref) <= PACKED_VALUE_BYTES_MAX) return false;
  return (hashFlags(db, ref) & REPORTED_HASHTABLE) !== 0;
}

function convertToDict(db: Database, ref: number): number {
  const dict = db.keyspace.fieldDict;
  const fields = dict.create();
  dict.reserve(hashLength(db, ref));
  visitPacked(db, ref, convertedField, convertedValue, (field, value) => dict.add(field, value));
  const flags = hashFlags(db, ref);
  return becomeDict(db, ref, Representation.HASH_DICT, flags, fields);
}

/** Gives a copied record copies of the dictionary and the expire times that it names. */
function copyDict(db: Database, ref: number): number {
  const from = walkFields(db, ref);
  const copy = db.keyspace.fieldDict;
  const fields = copy.create();
  copy.reserve(from.size);
  from.forEach((entry) => copy.add(from.key(entry, convertedField), from.value(entry, convertedValue)));
  const times: [field: Bytes, expireAtMs: number][] = [];
  forEachFieldTime(db, ref, (field, expireAtMs) => times.push([field.copy(), expireAtMs]));
  const flags = hashFlags(db, ref) & ~EXPIRING;
  let target = becomeDict(db, ref, Representation.HASH_DICT, flags, fields);
  for (const [field, expireAtMs] of times) target = setFieldTime(db, target, field, expireAtMs);
  return target;
}

/** Tells the keyspace how hashes are removed, copied and named. */
export function registerHashes(keyspace: Keyspace): void {
  const releasedTimes = new TreeSortedSet(keyspace);
  keyspace.partOwners[Representation.HASH_DICT] = {
    effort: (db, ref) => Dict.sizeOf(keyspace.slab, dictOf(db, ref)),
    release: (db, ref, steps) => {
      const left = releaseTimes(db, ref, releasedTimes, steps);
      return left === 0 ? 0 : keyspace.releasedDict.open(dictOf(db, ref)).release(left);
    },
  };
  keyspace.partBytes[Representation.HASH_DICT] = (db, ref, samples) =>
    openFields(db, ref).bytes(samples) + timesBytes(db, ref, samples);
  keyspace.partCopiers[Representation.HASH_DICT] = copyDict;
  keyspace.encodings[Representation.HASH_PACKED] = hashEncoding;
  keyspace.encodings[Representation.HASH_DICT] = hashEncoding;
}
