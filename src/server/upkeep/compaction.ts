import { Compactor } from '../../storage/compactor.js';
import type { Server } from '../server.js';

/** A slice of a pass, and the time until the next: at most a twentieth of the processor. */
const SLICE_MS = 1;
const REST_MS = 20;
const STEPS_PER_LOOK = 4;

/** Memory that deletions have left in pages is given back, a slice at a time. */
export class Compaction {
  /** Time that passes have taken, in ms. */
  totalMs = 0;
  private readonly compactor: Compactor;
  private requested = false;

  constructor(private readonly server: Server) {
    this.compactor = new Compactor(server.keyspace);
  }

  get running(): boolean {
    return this.compactor.running;
  }

  /** Records moved so far. */
  get moved(): number {
    return this.compactor.moved;
  }

  /** MEMORY PURGE: a pass begins with the next tick of the cron, however little there is to gain. */
  request(): void {
    this.requested = true;
  }

  /** Begins a pass where there is something to gain; the cron calls it. */
  run(): void {
    const { compactor } = this;
    if (compactor.running || this.mustWait || !(this.requested || compactor.isWorthwhile)) return;
    this.requested = false;
    if (compactor.begin()) this.continueLater();
  }

  /** True while others read the keyspace in slices: they may hold refs in between. */
  private get mustWait(): boolean {
    const { keyspace, persistence } = this.server;
    return keyspace.beforeWrite !== null || persistence.loading.progress !== null;
  }

  private continueLater(): void {
    setTimeout(() => {
      if (this.server.closed) return;
      if (!this.mustWait) this.slice();
      if (this.compactor.running) this.continueLater();
    }, REST_MS).unref();
  }

  private slice(): void {
    const { compactor } = this;
    const startMs = performance.now();
    do {
      for (let i = 0; i < STEPS_PER_LOOK && compactor.running; i++) compactor.step();
    } while (compactor.running && performance.now() - startMs < SLICE_MS);
    this.totalMs += performance.now() - startMs;
  }
}
