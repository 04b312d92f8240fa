import { closeSync, copyFileSync, openSync } from 'node:fs';
import { whereBlocksAreLost } from '../../persistence/aof/lost-blocks.js';
import { disk } from '../../persistence/disk.js';
import type { Server } from '../server.js';
import { readerOf } from '../../persistence/file-bytes.js';
import { AofLoader, hasRdbMagic, LoadError, LoadProgress, type Truncation } from './aof-loader.js';

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
  load(files: readonly LoadedFile[], dropsExpired = false): void {
    const steps = this.steps(files, dropsExpired);
    while (steps.next().done !== true);
  }

  /** As `load`, leaving the event loop time for others; rejects when the server is closed meanwhile. */
  async loadInSlices(files: readonly LoadedFile[], dropsExpired = false): Promise<void> {
    const steps = this.steps(files, dropsExpired);
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

  private *steps(files: readonly LoadedFile[], dropsExpired: boolean): Generator<void, void> {
    const { server } = this;
    const { keyspace } = server;
    const startMs = performance.now();
    const totalBytes = files.reduce((sum, { bytes }) => sum + bytes, 0);
    this.progress = new LoadProgress(totalBytes, server.nowMs);
    const loader = new AofLoader(server, this.progress, dropsExpired);
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
    this.expiredKeys = loader.expiredKeys;
    const seconds = ((performance.now() - startMs) / 1000).toFixed(3);
    server.log.info(
      { keys: keyspace.size, seconds },
      `DB loaded: ${keyspace.size} keys in ${seconds} seconds`,
    );
  }

  /**
   * Cuts the last file where blocks of it were lost in a crash, and keeps beside it what follows; false when that is not
   * what is wrong with it.
   */
  dropLostBlocks(files: readonly LoadedFile[]): boolean {
    const last = files.findLast(({ bytes }) => bytes > 0);
    if (last === undefined || !this.server.config['aof-load-truncated']) return false;
    const { path, bytes } = last;
    const fd = openSync(path, 'r');
    try {
      const offset = hasRdbMagic(fd) ? null : whereBlocksAreLost(readerOf(fd), bytes);
      if (offset === null) return false;
      const kept = `${path}.lost-${offset}`;
      copyFileSync(path, kept);
      this.server.log.warn(
        { path, offset, lostBytes: bytes - offset, kept },
        `${path} lacks blocks that were never synced, as after a crash of the machine: the last ${bytes - offset} ` +
          `bytes are dropped; the file as it was is kept as ${kept}`,
      );
      cutFile(path, offset);
      return true;
    } finally {
      closeSync(fd);
    }
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
