import type { Server } from '../server.js';

/**
 * What every turn of the event loop spends on it, at least and at most: half as long as the others, so that what clients
 * remove does not come faster than it goes. Making an element takes several times as long as releasing it.
 */
const SLICE_MS_MIN = 1;
const SLICE_MS_MAX = 8;

/** Releases what waits in `Keyspace.lazyFree`, a slice in every turn of the event loop until nothing is left. */
export class LazyFreeing {
  /** The next slice is on its way: the queue may have been emptied and filled since. */
  private continuing = false;
  private endedMs = 0;

  constructor(private readonly server: Server) {
    server.keyspace.lazyFree.onPending = () => {
      this.continueLater();
    };
  }

  private continueLater(): void {
    if (this.continuing) return;
    this.continuing = true;
    this.endedMs = performance.now();
    setImmediate(() => {
      this.continuing = false;
      this.run();
    });
  }

  private run(): void {
    const { closed, keyspace } = this.server;
    const startMs = performance.now();
    const sliceMs = Math.min(SLICE_MS_MAX, Math.max(SLICE_MS_MIN, (startMs - this.endedMs) / 2));
    if (!closed && keyspace.lazyFree.run(sliceMs, () => performance.now() - startMs)) this.continueLater();
  }
}
