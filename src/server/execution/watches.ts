import { Bytes } from '../../bytes/bytes.js';
import type { Database } from '../../storage/database.js';
import { type Session, SessionFlag } from '../clients/session.js';
import { openTransaction } from './transactions.js';

/** One session watching one key. */
interface Watch {
  readonly session: Session;
  /** The key's time had passed when WATCH was called: its removal then changes nothing. */
  expired: boolean;
}

/** Which sessions watch which keys (WATCH), per database and key. */
export class Watches {
  private readonly byKey = new Map<string, Watch[]>();

  /** Watched keys. */
  get size(): number {
    return this.byKey.size;
  }

  /** Begins to watch a key; without effect when the session watches it already. */
  add(session: Session, key: Bytes): void {
    const id = watchId(session.db.number, key);
    const { watched } = openTransaction(session);
    if (watched.has(id)) return;
    watched.add(id);
    const watch = { session, expired: isExpired(session.db, key, session.now) };
    const watches = this.byKey.get(id);
    if (watches === undefined) this.byKey.set(id, [watch]);
    else watches.push(watch);
  }

  /** Ends all watches of a session. */
  removeAll(session: Session): void {
    const { transaction } = session;
    if (transaction === null) return;
    for (const id of transaction.watched) {
      const watches = this.byKey.get(id)!;
      if (watches.length === 1) this.byKey.delete(id);
      else {
        const at = watches.findIndex((watch) => watch.session === session);
        watches.splice(at, 1);
      }
    }
    transaction.watched.clear();
  }

  /** A key changed: whoever watches it will not EXEC. */
  touch(database: Database, key: Bytes): void {
    const watches = this.byKey.get(watchId(database.number, key));
    if (watches === undefined) return;
    // From the end, since the watches of a session go when it is marked.
    for (let i = watches.length - 1; i >= 0; i--) {
      const watch = watches[i]!;
      if (watch.expired && database.find(key) === 0) watch.expired = false;
      else this.markDirty(watch.session);
    }
  }

  /** `database` is about to lose all its keys, or to be exchanged for `replacement`. */
  databaseFlushed(database: Database, replacement: Database | null, nowMs: number): void {
    for (const [id, watches] of [...this.byKey]) {
      if (!belongsTo(id, database.number)) continue;
      const key = Bytes.from(id.slice(id.indexOf(':') + 1));
      const existed = database.find(key) !== 0;
      const exists = replacement !== null && replacement.find(key) !== 0;
      if (!existed && !exists) continue;
      const nowExpired = exists && isExpired(replacement, key, nowMs);
      for (let i = watches.length - 1; i >= 0; i--) {
        const watch = watches[i]!;
        if (watch.expired && (!exists || nowExpired)) watch.expired = exists;
        else if (!watch.expired && !existed && nowExpired) watch.expired = true;
        else this.markDirty(watch.session);
      }
    }
  }

  private markDirty(session: Session): void {
    session.flags |= SessionFlag.DIRTY_CAS;
    // The transaction is lost already; what else happens to its keys does not matter.
    this.removeAll(session);
  }

  /** True when a key that was alive when it was watched has passed its time since. */
  anyExpired(session: Session): boolean {
    const { transaction } = session;
    if (transaction === null) return false;
    for (const id of transaction.watched) {
      const watch = this.byKey.get(id)!.find((candidate) => candidate.session === session);
      if (watch === undefined || watch.expired) continue;
      const colon = id.indexOf(':');
      const database = session.server.keyspace.databases[Number(id.slice(0, colon))]!;
      if (isExpired(database, Bytes.from(id.slice(colon + 1)), session.now)) return true;
    }
    return false;
  }
}

function watchId(database: number, key: Bytes): string {
  return `${database}:${key.toString()}`;
}

function belongsTo(id: string, database: number): boolean {
  return id.startsWith(`${database}:`);
}

/** True when the key is there and its time has passed. */
function isExpired(database: Database, key: Bytes, nowMs: number): boolean {
  const ref = database.find(key);
  if (ref === 0) return false;
  const expireAtMs = database.expireAtMs(ref);
  return expireAtMs >= 0 && expireAtMs <= nowMs;
}
