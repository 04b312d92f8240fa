import { Bytes } from '../../../bytes/bytes.js';
import type { KnownBefore, ScoredMembers } from '../../../storage/types/scored-members.js';
import { NotifyClass } from '../../pubsub/notifications.js';
import type { Session } from '../../clients/session.js';

const view = new Bytes(new Uint8Array(0));

/**
 * Replaces whatever a key holds by the members of a result, and replies with their number; no members remove the key.
 * Tells `event` of it, and counts `changes`.
 */
export function storeResult(
  session: Session,
  key: Bytes,
  result: ScoredMembers,
  event: string,
  changes = 1,
  known: KnownBefore = 'members',
): void {
  const { db } = session;
  const ref = session.write(key);
  if (result.size > 0) {
    if (ref !== 0) db.removeForReplacement(ref);
    result.store(db, key, view, known);
    session.changed(key, NotifyClass.ZSET, event, changes);
  } else if (ref !== 0) {
    db.remove(ref);
    session.changed(key, NotifyClass.GENERIC, 'del');
  }
  session.reply.integer(result.size);
}
