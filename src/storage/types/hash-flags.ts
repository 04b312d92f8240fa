/*
 * The second byte of every hash: what has happened to it, whatever its representation.
 */
import type { Database } from '../database.js';

export const FLAGS_AT = 1;
/** OBJECT ENCODING has said `hashtable` once, or would have: it never goes back. */
export const REPORTED_HASHTABLE = 1;
/** Some of its fields have expire times. */
export const EXPIRING = 2;

export function hashFlags(db: Database, ref: number): number {
  return db.records.page8(ref)[db.records.valueStart(ref) + FLAGS_AT]!;
}
