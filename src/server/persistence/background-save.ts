import { disk } from '../../persistence/disk.js';
import type { Server } from '../server.js';
import { Snapshot } from './snapshot.js';
import type { SnapshotFile } from './snapshot-file.js';

/** Longest rest after a slice while requests wait: three times what a slice takes. */
const REST_MS = 3;
/** How soon a delayed save hears that it is cancelled. */
const DELAY_SLICE_MS = 10;

/** Writes one file from a snapshot, in slices between the clients' requests. */
export class BackgroundSave {
  private readonly startedAtMs = performance.now();
  private readonly snapshot: Snapshot;
  /** Nobody wants it any more, which is no failure. */
  isCancelled = false;

  /** Begins at this very moment: what changes later is not in the file. */
  constructor(
    private readonly server: Server,
    private readonly file: SnapshotFile,
  ) {
    this.snapshot = new Snapshot(server.keyspace, file, server.usesAccessPerValue);
  }

  get keys(): number {
    return this.snapshot.keys;
  }

  /** Seconds since it began. */
  get seconds(): number {
    return Math.round((performance.now() - this.startedAtMs) / 1000);
  }

  /** Writes the whole file now, while nobody else is served. Throws the error that prevents it. */
  runNow(): void {
    try {
      while (this.snapshot.step(endless));
      this.file.finish();
      this.file.commit();
    } catch (error) {
      this.file.abandon();
      throw error;
    } finally {
      this.snapshot.close();
    }
  }

  /** Writes the file slice by slice; resolves when it stands under its name, on disk. */
  async run(): Promise<void> {
    try {
      for (let more = true; more;) {
        const { keys } = this;
        more = this.step();
        await this.delay(this.keys - keys);
      }
      this.snapshot.close();
      this.file.finish();
      await synced(this.file.fd);
      this.check();
      this.file.commit();
    } catch (error) {
      this.file.abandon();
      throw error;
    } finally {
      this.snapshot.close();
    }
  }

  /**
   * Lets others be served until nothing waits, or for three times as long as a slice takes: with 20,000 requests a second
   * and no such rest, each of 50 clients waited for 30 ms. Longer where `rdb-key-save-delay` asks for it, so many
   * microseconds per key written.
   */
  private async delay(keys: number): Promise<void> {
    const { server } = this;
    const restUntilMs = performance.now() + REST_MS;
    let reads: number;
    do {
      reads = server.totalReads;
      await pause(0);
    } while (server.totalReads !== reads && performance.now() < restUntilMs);
    const untilMs = performance.now() + (keys * this.server.config['rdb-key-save-delay']) / 1000;
    while (performance.now() < untilMs && !this.isCancelled) await pause(DELAY_SLICE_MS);
  }

  /** Ends the save at its next slice; `run` rejects. */
  cancel(): void {
    this.isCancelled = true;
    this.snapshot.close();
  }

  private step(): boolean {
    this.check();
    return this.snapshot.step(() => performance.now());
  }

  private check(): void {
    if (this.isCancelled || this.server.closed) throw new Error('the save was cancelled');
  }
}

function endless(): number {
  return 0;
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    if (milliseconds === 0) setImmediate(resolve);
    else setTimeout(resolve, milliseconds);
  });
}

function synced(fd: number): Promise<void> {
  return new Promise((resolve, reject) => {
    disk.fsync(fd, (error) => {
      if (error === null) resolve();
      else reject(error);
    });
  });
}
