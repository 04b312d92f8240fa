import { Bytes } from '../bytes/bytes.js';
import type { Database } from './database.js';
import type { Keyspace } from './keyspace.js';

/** Entries looked at between two looks at the clock: 16,384 take about 25 microseconds when none has expired. */
const ENTRIES_PER_LOOK = 16_384;
/** Keys removed between two looks at the clock. */
const REMOVALS_PER_LOOK = 64;

/**
 * Removes keys whose time has passed though nobody asks for them. Expire times stand in a dense array, so a cycle walks
 * through all of them in a row instead of sampling: 1M keys take 1 to 2 ms. A cycle that runs out of time goes on at the
 * same place in the next one, so no expired key stays for longer than it takes to walk through them all.
 */
export class ExpireCycle {
  private databaseAt = 0;
  /** Next entry to look at, counted down: a removal fills the hole with the last entry, which was looked at before. */
  private position = -1;
  private readonly key = new Bytes(new Uint8Array(64));

  constructor(private readonly keyspace: Keyspace) {}

  /**
   * Walks at most once through everything; stops early when `elapsedMs()` exceeds `budgetMs`. True when it was stopped.
   */
  run(nowMs: number, budgetMs: number, elapsedMs: () => number): boolean {
    const { databases } = this.keyspace;
    if (this.keyspace.keepExpired) return false;
    for (let visited = 0; visited <= databases.length; visited++) {
      const database = databases[this.databaseAt]!;
      if (!this.runDatabase(database, nowMs, budgetMs, elapsedMs)) return true;
      this.position = -1;
      this.databaseAt = (this.databaseAt + 1) % databases.length;
    }
    return false;
  }

  /** Goes on with one database; false when the time was up first. */
  private runDatabase(database: Database, nowMs: number, budgetMs: number, elapsedMs: () => number): boolean {
    const { expires } = database;
    let position = this.position < 0 ? expires.size - 1 : Math.min(this.position, expires.size - 1);
    let looks = 0;
    let removals = 0;
    for (; position >= 0; position--) {
      if (expires.timeAt(position) <= nowMs) {
        this.expire(database, expires.refAt(position), nowMs);
        removals++;
        // Whoever is told of a removal may remove more.
        position = Math.min(position, expires.size);
      }
      if (++looks < ENTRIES_PER_LOOK && removals < REMOVALS_PER_LOOK) continue;
      looks = 0;
      removals = 0;
      if (elapsedMs() < budgetMs) continue;
      this.position = position;
      return false;
    }
    return true;
  }

  /** Removes a key by the same way as a lookup would. */
  private expire(database: Database, ref: number, nowMs: number): void {
    const { key } = this;
    const inRecord = database.keyOf(ref);
    if (key.buffer.length < inRecord.length) key.buffer = new Uint8Array(2 * inRecord.length);
    key.buffer.set(inRecord.buffer.subarray(inRecord.offset, inRecord.offset + inRecord.length));
    key.set(key.buffer, 0, inRecord.length);
    database.findLive(key, nowMs);
  }
}
