import { disk } from '../../persistence/disk.js';
import type { Server } from '../server.js';
import { AofLoader, LoadError, LoadProgress, type Truncation } from './aof-loader.js';

/** Time after which a load that leaves others time rests. */
const SLICE_MS = 5;

export interface LoadedFile {
  readonly path: string;
  readonly bytes: number;
}

/** Loads files into the keyspace before anybody is served, and knows how far that is. */
export class FileLoading {
  /** Where a running load stands, or null. */
  progress: LoadProgress | null = null;
  /** What was dropped at the end of the last file, or null. */
  truncated: Truncation | null = null;
  /** For INFO persistence. */
  loadedKeys = 0;
  expiredKeys = 0;

  constructor(private readonly server: Server) {}

  /** Loads the files in their order; the last may end in a cut record, which is dropped. Throws a `LoadError`. */
  load(files: readonly LoadedFile[]): void {
    const steps = this.steps(files);
    while (steps.next().done !== true);
  }

  /** As `load`, leaving the event loop time for others; rejects when the server is closed meanwhile. */
  async loadInSlices(files: readonly LoadedFile[]): Promise<void> {
    const steps = this.steps(files);
    let sliceStartMs = performance.now();
    while (steps.next().done !== true) {
      if (performance.now() - sliceStartMs < SLICE_MS) continue;
      await immediate();
      this.server.refreshTime();
      if (this.server.closed) {
        steps.return();
        throw new LoadError('The server was closed while it was loading.');
      }
      sliceStartMs = performance.now();
    }
  }

  private *steps(files: readonly LoadedFile[]): Generator<void, void> {
    const { server } = this;
    const { keyspace } = server;
    const startMs = performance.now();
    const totalBytes = files.reduce((sum, { bytes }) => sum + bytes, 0);
    this.progress = new LoadProgress(totalBytes, server.nowMs);
    const loader = new AofLoader(server, this.progress);
    const { expirePaused } = keyspace;
    keyspace.expirePaused = () => true;
    keyspace.keepExpired = true;
    try {
      for (const [i, { path }] of files.entries()) {
        // One that was begun just before a crash has nothing in it yet.
        const isLast = files.slice(i + 1).every(({ bytes }) => bytes === 0);
        yield* this.loadFile(loader, path, isLast);
      }
    } finally {
      keyspace.expirePaused = expirePaused;
      keyspace.keepExpired = false;
      this.progress = null;
    }
    server.dirty = 0;
    this.loadedKeys = keyspace.size;
    const seconds = ((performance.now() - startMs) / 1000).toFixed(3);
    server.log.info(
      { keys: keyspace.size, seconds },
      `DB loaded: ${keyspace.size} keys in ${seconds} seconds`,
    );
  }

  private *loadFile(loader: AofLoader, path: string, mayBeCut: boolean): Generator<void, void> {
    const truncation = yield* loader.steps(path, mayBeCut);
    if (truncation === null) return;
    this.truncated = truncation;
    this.server.log.warn(
      { path, ...truncation },
      `${path} ends in the middle of a record, as after a crash: the last ${truncation.lostBytes} bytes are dropped`,
    );
    cutFile(path, truncation.offset);
  }
}

function immediate(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/** Cuts a file; what is appended later cannot come to stand behind the old end. */
function cutFile(path: string, bytes: number): void {
  const fd = disk.openSync(path, 'r+');
  try {
    disk.ftruncateSync(fd, bytes);
    disk.fsyncSync(fd);
  } finally {
    disk.closeSync(fd);
  }
}
