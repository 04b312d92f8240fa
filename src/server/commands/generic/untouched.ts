import type { Bytes } from '../../../bytes/bytes.js';
import type { Session } from '../../clients/session.js';

/** The live record of a key, or 0, for commands that inspect: hits and misses count, the time of use stays. */
export function readUntouched(session: Session, key: Bytes): number {
  const { keyspace } = session.db;
  const quiet = keyspace.quietLookups;
  keyspace.quietLookups = true;
  const ref = session.read(key);
  keyspace.quietLookups = quiet;
  return ref;
}
