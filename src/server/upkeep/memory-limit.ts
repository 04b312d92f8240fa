import * as errors from '../../protocol/errors.js';
import type { Database } from '../../storage/database.js';
import { Eviction } from '../../storage/eviction.js';
import { type Command, Flag } from '../commands/command.js';
import { Gate } from '../execution/gate.js';
import { removalName } from '../execution/propagation.js';
import { NotifyClass } from '../pubsub/notifications.js';
import type { Server } from '../server.js';
import { type Session, SessionFlag } from '../clients/session.js';

/** Keys evicted between two looks at the clock. */
const KEYS_PER_LOOK = 16;
/** Longest time that one command waits for memory, as Redis's default tenacity; the rest is done in later turns. */
const EVICTION_MS_MAX = 0.5;

/** `maxmemory` and `max-keys-per-shard`: which commands must make room first, and how it is made. */
export class MemoryLimit {
  readonly eviction: Eviction;
  /** Eviction goes on in later turns. */
  private continuing = false;

  constructor(private readonly server: Server) {
    this.eviction = new Eviction(server.keyspace);
    this.configure();
  }

  /** Takes over the directives; call it when one of them has changed. */
  configure(): void {
    const { config, keyspace } = this.server;
    const { eviction } = this;
    const policy = config['maxmemory-policy'];
    if (policy !== eviction.policy) eviction.reset();
    eviction.policy = policy;
    eviction.samples = config['maxmemory-samples'];
    keyspace.accessClock.lfu = policy.endsWith('-lfu');
    keyspace.accessClock.lfuLogFactor = config['lfu-log-factor'];
    keyspace.accessClock.lfuDecayMinutes = config['lfu-decay-time'];
    this.server.clientMemory.configure();
    this.server.setGate(Gate.MEMORY, config.maxmemory > 0);
    // A limit that was lowered is kept at once, not at the next command.
    if (this.exceeded) this.continueLater();
  }

  /** What counts towards `maxmemory`. */
  get usedBytes(): number {
    return this.server.keyspace.usedBytes + this.server.clientMemory.total;
  }

  private get exceeded(): boolean {
    const { maxmemory } = this.server.config;
    return maxmemory > 0 && this.usedBytes > maxmemory;
  }

  /** Makes room before a command; the error if it needs memory and there is none to be had, or null. */
  refusal(session: Session, command: Command): string | null {
    if (!this.exceeded || session.has(SessionFlag.LOADER | SessionFlag.PRIMARY)) return null;
    if (this.makeRoom()) return null;
    return needsMemory(session, command) ? errors.OOM : null;
  }

  /**
   * Releases what waits to be released, then evicts, until the limit is kept or the time is up; false when nothing more
   * may be evicted.
   */
  private makeRoom(): boolean {
    const { lazyFree } = this.server.keyspace;
    const startMs = performance.now();
    for (let evicted = 0; this.exceeded;) {
      const releasing = lazyFree.pending > 0;
      if (releasing) lazyFree.step();
      else if (!this.eviction.evictOne(this.evict)) return false;
      else if (++evicted % KEYS_PER_LOOK !== 0) continue;
      if (performance.now() - startMs > EVICTION_MS_MAX) {
        this.continueLater();
        return true;
      }
    }
    return true;
  }

  private continueLater(): void {
    if (this.continuing) return;
    this.continuing = true;
    setImmediate(() => {
      this.continuing = false;
      this.server.refreshTime();
      if (this.exceeded) this.makeRoom();
    });
  }

  /** Removes the least recently used keys of shards that hold more than `max-keys-per-shard`. */
  trimShards(): void {
    const { overfull } = this.server.keyspace;
    for (const { database, shard } of overfull) {
      for (let ref = database.surplus(shard); ref !== 0; ref = database.surplus(shard)) {
        this.evict(database, ref);
      }
    }
    overfull.length = 0;
  }

  private readonly evict = (database: Database, ref: number): void => {
    const { keyspace, propagation } = this.server;
    const key = database.keyOf(ref).copy();
    keyspace.beforeWrite?.(database, key, ref);
    const lazily = this.server.config['lazyfree-lazy-eviction'];
    database.remove(ref, lazily);
    keyspace.evictedKeys++;
    propagation.also(database.number, removalName(lazily), key);
    this.server.keyChanged(null, database, key, NotifyClass.EVICTED, 'evicted', 0);
    // Evictions need not stand together, so each is written by itself, unless a transaction caused them.
    propagation.flushUnlessNested();
  };
}

/** Commands that need memory, and everything that a transaction would have to queue. */
function needsMemory(session: Session, command: Command): boolean {
  if ((command.flags & Flag.DENYOOM) !== 0) return true;
  if (!session.has(SessionFlag.MULTI)) return false;
  if (command.fullName === 'exec') return ((session.transaction?.queuedFlags ?? 0) & Flag.DENYOOM) !== 0;
  return (command.flags & Flag.IN_MULTI) === 0 && command.fullName !== 'unwatch';
}
