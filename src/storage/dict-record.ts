/*
 * The value of a record whose entries are in a dictionary:
 *
 *   [representation][flags][ref of the dictionary, 4 bytes]
 *
 * The flags are the owning type's.
 */
import type { Database } from './database.js';
import type { RecordShards } from './record-shards.js';
import type { Representation } from './representation.js';

const REF_AT = 2;
const VALUE_BYTES = 6;

/** The dictionary of a record. */
export function dictOf(db: RecordShards, ref: number): number {
  const page = db.records.page8(ref);
  const at = db.records.valueStart(ref) + REF_AT;
  return page[at]! | (page[at + 1]! << 8) | (page[at + 2]! << 16) | (page[at + 3]! << 24);
}

/** Turns a record into the head of `dict`; its ref afterwards. */
export function becomeDict(
  db: Database,
  ref: number,
  representation: Representation,
  flags: number,
  dict: number,
): number {
  const target = db.resize(ref, VALUE_BYTES);
  db.setRepresentation(target, representation);
  const page = db.records.page8(target);
  const at = db.records.valueStart(target);
  page[at + 1] = flags;
  page[at + REF_AT] = dict;
  page[at + REF_AT + 1] = dict >> 8;
  page[at + REF_AT + 2] = dict >> 16;
  page[at + REF_AT + 3] = dict >> 24;
  return target;
}
