import { ExpireCycle } from '../../storage/expire-cycle.js';
import { removalName } from '../execution/propagation.js';
import { NotifyClass } from '../pubsub/notifications.js';
import type { Server } from '../server.js';
import { FieldExpireCycle } from './field-expiry.js';

const FIELD_EXPIRE_BUDGET_MS = 2;
/** An expire cycle takes at most this part of the time until the next. */
const SHARE_OF_TIME = 0.25;

/** What happens when time passes: expired keys and fields go though nobody asks for them, and everybody hears of it. */
export class ActiveExpiry {
  /** DEBUG SET-ACTIVE-EXPIRE: keys expire while nobody asks for them. */
  enabled = true;
  private readonly keys: ExpireCycle;
  private readonly fields: FieldExpireCycle;
  /** True during the expire cycle: each removal is written by itself. */
  private running = false;

  constructor(private readonly server: Server) {
    const { keyspace, propagation } = server;
    this.keys = new ExpireCycle(keyspace);
    this.fields = new FieldExpireCycle(server);
    keyspace.onExpired = (database, key) => {
      propagation.also(database.number, removalName(keyspace.lazyExpire), key);
      server.keyChanged(null, database, key, NotifyClass.EXPIRED, 'expired', 0);
      if (this.running) propagation.flush();
    };
  }

  /** One cycle; the cron calls it. */
  run(): void {
    if (!this.enabled) return;
    this.expireKeys();
    this.fields.run(FIELD_EXPIRE_BUDGET_MS);
  }

  private expireKeys(): void {
    const { server } = this;
    const startMs = performance.now();
    const budgetMs = (SHARE_OF_TIME * 1000) / server.cron.hz;
    this.running = true;
    this.keys.run(server.nowMs, budgetMs, () => performance.now() - startMs);
    this.running = false;
    server.propagation.flush();
    server.statistics.expireCycleMs += performance.now() - startMs;
  }
}
