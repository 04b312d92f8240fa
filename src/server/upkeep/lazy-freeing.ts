import type { Server } from '../server.js';

/** What every turn of the event loop spends on it. */
const SLICE_MS = 1;

/** Releases what waits in `Keyspace.lazyFree`, a slice in every turn of the event loop until nothing is left. */
export class LazyFreeing {
  /** The next slice is on its way: the queue may have been emptied and filled since. */
  private continuing = false;

  constructor(private readonly server: Server) {
    server.keyspace.lazyFree.onPending = () => {
      this.continueLater();
    };
  }

  private continueLater(): void {
    if (this.continuing) return;
    this.continuing = true;
    setImmediate(() => {
      this.continuing = false;
      this.run();
    });
  }

  private run(): void {
    const { closed, keyspace } = this.server;
    const startMs = performance.now();
    if (!closed && keyspace.lazyFree.run(SLICE_MS, () => performance.now() - startMs)) this.continueLater();
  }
}
