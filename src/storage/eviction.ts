import { Bytes } from '../bytes/bytes.js';
import type { Database } from './database.js';
import type { Keyspace } from './keyspace.js';

/** Which keys may go (all, or those with an expiry), and which of them goes first; in the order in which Redis names them. */
export const EVICTION_POLICIES = [
  'volatile-lru',
  'volatile-lfu',
  'volatile-random',
  'volatile-ttl',
  'allkeys-lru',
  'allkeys-lfu',
  'allkeys-random',
  'noeviction',
] as const;
export type EvictionPolicy = (typeof EVICTION_POLICIES)[number];

/** As many candidates as Redis keeps from one round to the next. */
const POOL_SIZE = 16;
/** The largest frequency counter. */
const FREQUENCY_MAX = 255;

interface Candidate {
  readonly database: Database;
  readonly key: Bytes;
  /** The greater, the better to evict. */
  readonly score: number;
}

/**
 * Chooses keys to evict by Redis's approximation: a few random keys of each database are sampled, the best of all
 * samples so far are kept in a pool, the best of the pool goes.
 */
export class Eviction {
  policy: EvictionPolicy = 'noeviction';
  /** Keys sampled per database and round (`maxmemory-samples`). */
  samples = 5;
  /** Candidates, the best one last. */
  private pool: Candidate[] = [];
  private nextDatabase = 0;

  constructor(private readonly keyspace: Keyspace) {}

  /** Calls `evict` with the record that should go first; false when no key may go. */
  evictOne(evict: (database: Database, ref: number) => void): boolean {
    if (this.policy === 'noeviction') return false;
    return this.policy.endsWith('-random') ? this.evictRandom(evict) : this.evictBest(evict);
  }

  /** Forgets the candidates: scores of one policy mean nothing under another. */
  reset(): void {
    this.pool = [];
  }

  /** Databases take turns, so that none is emptied before the others. */
  private evictRandom(evict: (database: Database, ref: number) => void): boolean {
    const { databases } = this.keyspace;
    const first = this.nextDatabase;
    do {
      const database = databases[this.nextDatabase]!;
      this.nextDatabase = (this.nextDatabase + 1) % databases.length;
      const ref = this.sample(database);
      if (ref === 0) continue;
      evict(database, ref);
      return true;
    } while (this.nextDatabase !== first);
    return false;
  }

  private evictBest(evict: (database: Database, ref: number) => void): boolean {
    for (;;) {
      if (!this.fillPool()) return false;
      for (let best = this.pool.pop(); best !== undefined; best = this.pool.pop()) {
        // A key may have gone, or have lost its expiry, since it was sampled.
        const ref = best.database.find(best.key);
        if (ref === 0 || (this.volatileOnly && best.database.expireAtMs(ref) < 0)) continue;
        evict(best.database, ref);
        return true;
      }
    }
  }

  private get volatileOnly(): boolean {
    return this.policy.startsWith('volatile-');
  }

  /** Samples every database; false when there is nothing to sample. */
  private fillPool(): boolean {
    let sampled = false;
    for (const database of this.keyspace.databases) {
      for (let i = 0; i < this.samples; i++) {
        const ref = this.sample(database);
        if (ref === 0) break;
        sampled = true;
        this.offer(database, ref);
      }
    }
    return sampled;
  }

  /** Any key that may go, or 0. */
  private sample(database: Database): number {
    const { random } = this.keyspace.options;
    if (!this.volatileOnly) return database.randomRef(random);
    const { expires } = database;
    return expires.size === 0 ? 0 : expires.refAt(Math.floor(random() * expires.size));
  }

  private offer(database: Database, ref: number): void {
    const { pool } = this;
    const score = this.score(database, ref);
    if (pool.length === POOL_SIZE && score <= pool[0]!.score) return;
    const key = database.keyOf(ref);
    if (pool.some((candidate) => candidate.database === database && sameBytes(candidate.key, key))) return;
    let at = pool.length;
    while (at > 0 && pool[at - 1]!.score > score) at--;
    pool.splice(at, 0, { database, key: key.copy(), score });
    if (pool.length > POOL_SIZE) pool.shift();
  }

  private score(database: Database, ref: number): number {
    const { accessClock } = this.keyspace;
    if (this.policy === 'volatile-ttl') return -database.expireAtMs(ref);
    if (!this.policy.endsWith('-lfu')) return database.idleSeconds(ref);
    return FREQUENCY_MAX - accessClock.frequency(database.records.access(ref));
  }
}

function sameBytes(a: Bytes, b: Bytes): boolean {
  return a.length === b.length && a.toString() === b.toString();
}
