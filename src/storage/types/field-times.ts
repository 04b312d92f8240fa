/**
 * Expire times of the fields of a hash. They stand beside the hash, in a tree ordered by time with a dictionary of the
 * fields, so that a hash without them pays nothing for them. The record of a hash that has some is
 *
 *   [HASH_DICT][flags with EXPIRING][ref of the dictionary, 4 bytes][ref of the times, 4 bytes]
 */
import { Bytes } from '../../bytes/bytes.js';
import type { Database } from '../database.js';
import { dictOf } from '../dict-record.js';
import { Representation } from '../representation.js';
import { EXPIRING, FLAGS_AT } from './hash-flags.js';
import type { TreeSortedSet } from './sorted-set-tree.js';

const TIMES_AT = 6;
const VALUE_BYTES = 10;

const view = new Bytes(new Uint8Array(0));

/** True when some fields of a hash have expire times. */
export function hasFieldTimes(db: Database, ref: number): boolean {
  const page = db.records.page8(ref);
  const start = db.records.valueStart(ref);
  return page[start] === Representation.HASH_DICT && (page[start + FLAGS_AT]! & EXPIRING) !== 0;
}

/** When `field` expires, in unix time in ms, or -1. */
export function fieldTime(db: Database, ref: number, field: Bytes): number {
  if (!hasFieldTimes(db, ref)) return -1;
  const time = openTimes(db, ref).find(field);
  return Number.isNaN(time) ? -1 : time;
}

/** Bytes of the times; those of fields by so many samples, or by all of them for 0. */
export function timesBytes(db: Database, ref: number, samples: number): number {
  return hasFieldTimes(db, ref) ? openTimes(db, ref).bytes(samples) : 0;
}

/** Sets when a field of a hash in a dictionary expires; the record's ref afterwards. */
export function setFieldTime(db: Database, ref: number, field: Bytes, expireAtMs: number): number {
  changing(db, ref, field);
  const target = hasFieldTimes(db, ref) ? ref : addTimes(db, ref);
  const times = openTimes(db, target);
  if (Number.isNaN(times.find(field))) times.insert(field, expireAtMs);
  else times.update(field, expireAtMs);
  return target;
}

/** Lets a field live as long as its hash; false if it does already. */
export function clearFieldTime(db: Database, ref: number, field: Bytes): boolean {
  if (!hasFieldTimes(db, ref)) return false;
  const times = openTimes(db, ref);
  if (Number.isNaN(times.find(field))) return false;
  changing(db, ref, field);
  times.removeFound();
  return true;
}

function changing(db: Database, ref: number, field: Bytes): void {
  db.records.slab.watch?.fieldTimeChanging(dictOf(db, ref), field);
}

/** A copy of the first field to expire if that is at or before `nowMs`, or null. */
export function expiredField(db: Database, ref: number, nowMs: number): Bytes | null {
  const times = openTimes(db, ref);
  if (times.size === 0) return null;
  times.seek(0);
  return times.score <= nowMs ? times.member(view).copy() : null;
}

/** Visits every field that expires, with its time in ms. `visit` must not change this hash. */
export function forEachFieldTime(
  db: Database,
  ref: number,
  visit: (field: Bytes, expireAtMs: number) => void,
): void {
  if (!hasFieldTimes(db, ref)) return;
  const times = openTimes(db, ref);
  let cursor = 0;
  do cursor = times.scan(cursor, times.size, view, visit);
  while (cursor !== 0);
}

/** Gives back the times of a hash that is removed, by a window of its own; as `ValueParts.release`. */
export function releaseTimes(db: Database, ref: number, times: TreeSortedSet, steps: number): number {
  if (!hasFieldTimes(db, ref)) return steps;
  times.openHead(timesOf(db, ref));
  const left = times.release(steps);
  if (left === 0) return 0;
  db.records.page8(ref)[db.records.valueStart(ref) + FLAGS_AT]! &= ~EXPIRING;
  db.keyspace.expiringHashes--;
  return left;
}

function addTimes(db: Database, ref: number): number {
  const target = db.resize(ref, VALUE_BYTES);
  const times = db.keyspace.fieldTimes;
  const head = times.createHead();
  const page = db.records.page8(target);
  const start = db.records.valueStart(target);
  page[start + FLAGS_AT]! |= EXPIRING;
  for (let i = 0; i < 4; i++) page[start + TIMES_AT + i] = head >> (8 * i);
  db.keyspace.expiringHashes++;
  return target;
}

function openTimes(db: Database, ref: number): TreeSortedSet {
  const times = db.keyspace.fieldTimes;
  times.openHead(timesOf(db, ref));
  return times;
}

/** Where the times of a hash are that has some. */
export function timesOf(db: Database, ref: number): number {
  const page = db.records.page8(ref);
  const at = db.records.valueStart(ref) + TIMES_AT;
  return page[at]! | (page[at + 1]! << 8) | (page[at + 2]! << 16) | (page[at + 3]! << 24);
}
