import { DumpWriter } from '../../persistence/rdb/dump-payload.js';
import { RDB_VERSION_FIELD_EXPIRES, RDB_VERSION_WRITTEN } from '../../persistence/rdb/rdb-format.js';
import type { Database } from '../../storage/database.js';
import { Type } from '../../storage/representation.js';
import { hasFieldTimes } from '../../storage/types/field-times.js';
import { ValueWriter } from './value-writer.js';

/** The value of a record as DUMP replies it. Only a hash whose fields have times needs a version above Redis 7.0's. */
export function dumpOf(db: Database, ref: number): Buffer {
  const expires = db.type(ref) === Type.HASH && hasFieldTimes(db, ref);
  const writer = new DumpWriter(expires ? RDB_VERSION_FIELD_EXPIRES : RDB_VERSION_WRITTEN);
  new ValueWriter(writer).write(db, ref, false);
  return writer.payload();
}
