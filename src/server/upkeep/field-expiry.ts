import type { Bytes } from '../../bytes/bytes.js';
import type { Database } from '../../storage/database.js';
import { expiredField, hasFieldTimes } from '../../storage/types/field-times.js';
import { hashDelete, hashLength } from '../../storage/types/hash.js';
import { NotifyClass } from '../pubsub/notifications.js';
import type { Server } from '../server.js';

/** Records looked at in one turn of the cron: about a millisecond where none of them has anything to expire. */
const RECORDS_PER_TURN = 20_000;
const RECORDS_PER_LOOK = 500;

/**
 * Removes the fields of a hash whose time has passed, and the hash with the last of them; its ref afterwards, or 0.
 * Every access to a hash goes through here, so that no command ever sees an expired field.
 */
export function expireFields(server: Server, db: Database, key: Bytes, ref: number): number {
  if (!hasFieldTimes(db, ref) || db.keyspace.keepExpired) return ref;
  let field = expiredField(db, ref, server.nowMs);
  if (field === null) return ref;
  db.keyspace.beforeWrite?.(db, key, ref);
  let target = ref;
  for (; field !== null; field = expiredField(db, target, server.nowMs)) {
    server.propagation.also(db.number, 'HDEL', key, field);
    target = hashDelete(db, target, field);
  }
  const emptied = hashLength(db, target) === 0;
  if (emptied) db.remove(target);
  server.keyChanged(null, db, key, NotifyClass.HASH, 'hexpired', 0);
  if (emptied) server.keyChanged(null, db, key, NotifyClass.GENERIC, 'del', 0);
  return emptied ? 0 : target;
}

/**
 * Removes expired fields of hashes that nobody asks for, by walking through the databases step by step. A hash moves
 * from key to key and from database to database without notice; walking needs no list of them that would follow.
 */
export class FieldExpireCycle {
  private databaseAt = 0;
  private cursor = 0;

  constructor(private readonly server: Server) {}

  /** One turn; it takes at most `budgetMs` beyond the removal of the fields of one look. */
  run(budgetMs: number): void {
    const { server } = this;
    const { keyspace } = server;
    if (keyspace.expiringHashes === 0) return;
    const startMs = performance.now();
    for (let looked = 0; looked < RECORDS_PER_TURN; looked += RECORDS_PER_LOOK) {
      this.look(keyspace.databases[this.databaseAt]!);
      if (this.cursor === 0) this.databaseAt = (this.databaseAt + 1) % keyspace.databases.length;
      if (performance.now() - startMs > budgetMs) break;
    }
    server.propagation.flush();
  }

  private look(db: Database): void {
    const found: Bytes[] = [];
    this.cursor = db.scan(this.cursor, RECORDS_PER_LOOK, (ref) => {
      if (hasFieldTimes(db, ref) && expiredField(db, ref, this.server.nowMs) !== null) {
        found.push(db.keyOf(ref).copy());
      }
    });
    for (const key of found) {
      const ref = db.findLive(key, this.server.nowMs);
      if (ref !== 0) expireFields(this.server, db, key, ref);
    }
  }
}
