import type { Bytes } from '../../../bytes/bytes.js';
import * as errors from '../../../protocol/errors.js';
import { Type } from '../../../storage/representation.js';
import type { SortedSet } from '../../../storage/types/sorted-set.js';
import { NotifyClass } from '../../pubsub/notifications.js';
import type { Session } from '../../clients/session.js';

/** The sorted set of a record; null after it has replied that the key holds something else. */
export function openSortedSet(session: Session, ref: number): SortedSet | null {
  const { db } = session;
  if (db.type(ref) === Type.ZSET) return db.keyspace.sortedSet.open(db, ref);
  session.reply.error(errors.WRONGTYPE);
  return null;
}

/** Removes the key of a sorted set without members (Redis: empty aggregates are removed), and tells so. */
export function removeIfEmpty(session: Session, key: Bytes, set: SortedSet): void {
  if (set.size > 0) return;
  session.db.remove(set.ref);
  session.changed(key, NotifyClass.GENERIC, 'del', 0);
}
