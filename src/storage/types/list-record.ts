import type { Database } from '../database.js';

/*
 * The value of a list in its record:
 *
 *   LIST_PACKED   representation, number of elements (2 bytes), elements
 *   LIST_BLOCKS   representation, ref of the directory (4 bytes)
 */

export const PACKED_HEAD_BYTES = 3;
export const BLOCKS_VALUE_BYTES = 5;

export function packedLength(db: Database, ref: number): number {
  const page = db.records.page8(ref);
  const at = db.records.valueStart(ref);
  return page[at + 1]! | (page[at + 2]! << 8);
}

export function setPackedLength(db: Database, ref: number, length: number): void {
  const page = db.records.page8(ref);
  const at = db.records.valueStart(ref);
  page[at + 1] = length;
  page[at + 2] = length >>> 8;
}

export function directoryOf(db: Database, ref: number): number {
  const page = db.records.page8(ref);
  const at = db.records.valueStart(ref);
  return page[at + 1]! | (page[at + 2]! << 8) | (page[at + 3]! << 16) | (page[at + 4]! << 24);
}

export function setDirectory(db: Database, ref: number, directory: number): void {
  const page = db.records.page8(ref);
  const at = db.records.valueStart(ref);
  for (let i = 0; i < 4; i++) page[at + 1 + i] = directory >>> (8 * i);
}
