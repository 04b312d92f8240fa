import type { Server } from '../server.js';
import { BackgroundSave } from './background-save.js';
import type { Persistence } from './persistence.js';
import { rdbFile, type SnapshotFile } from './snapshot-file.js';

const RETRY_MS = 5000;

/** When and how the RDB file is written: SAVE, BGSAVE, save points, and before the server ends. */
export class RdbSaves {
  /** For INFO persistence. */
  lastSaveMs: number;
  lastSaveOk = true;
  lastSaveSeconds = -1;
  saves = 0;
  /** A BGSAVE waits for a rewrite to end. */
  scheduled = false;
  private running: BackgroundSave | null = null;
  private lastAttemptMs = 0;

  constructor(
    private readonly server: Server,
    private readonly persistence: Persistence,
  ) {
    this.lastSaveMs = server.nowMs;
  }

  get isRunning(): boolean {
    return this.running !== null;
  }

  /** Seconds since the running save began, or -1. */
  get seconds(): number {
    return this.running?.seconds ?? -1;
  }

  /** Keys that the running save has written. */
  get keys(): number {
    return this.running?.keys ?? 0;
  }

  get hasSavePoints(): boolean {
    return this.server.config.save.length > 0;
  }

  get isDue(): boolean {
    const { config, nowMs, dirty } = this.server;
    if (!this.lastSaveOk && nowMs - this.lastAttemptMs < RETRY_MS) return false;
    return config.save.some(
      ({ seconds, changes }) => dirty >= changes && nowMs - this.lastSaveMs > seconds * 1000,
    );
  }

  /** SAVE: writes the RDB file now. Throws the error that prevents it. */
  saveNow(): void {
    this.persistence.ensureDirectory();
    new BackgroundSave(this.server, this.newFile()).runNow();
    this.saved(this.server.dirty);
  }

  /**
   * FLUSHALL: as in Redis, a save that it ended does not begin again, and an RDB file that would bring everything back
   * is replaced at once where there are save points. A failure is only logged: the keys are gone.
   */
  saveFlushed(): void {
    this.scheduled = false;
    if (!this.persistence.isStarted || !this.hasSavePoints) return;
    try {
      this.saveNow();
    } catch (error) {
      this.server.log.error({ error: String(error) }, 'saving the DB after FLUSHALL failed');
    }
  }

  /** Writes the RDB file before the server ends, where `save` or the save points ask for it; false when that failed. */
  saveAtEnd(save: boolean | null): boolean {
    if (!(save ?? (this.persistence.isStarted && this.hasSavePoints))) return true;
    try {
      this.persistence.cancelBackground();
      this.saveNow();
      return true;
    } catch (error) {
      // Writes go on: what has failed is only the end.
      this.server.log.error({ error: String(error) }, 'saving the DB failed');
      return false;
    }
  }

  /** BGSAVE. False when it must wait for a rewrite, and does. */
  begin(): boolean {
    if (this.persistence.rewriting.isRunning) {
      this.scheduled = true;
      return false;
    }
    void this.save();
    return true;
  }

  async save(): Promise<void> {
    const { server } = this;
    const changes = server.dirty;
    const startMs = performance.now();
    this.scheduled = false;
    this.lastAttemptMs = server.nowMs;
    try {
      this.persistence.ensureDirectory();
      this.running = new BackgroundSave(server, this.newFile());
      await this.running.run();
      this.saved(changes);
      server.log.info({ keys: this.running.keys }, 'DB saved on disk');
    } catch (error) {
      if (!server.closed && this.running?.isCancelled !== true) this.failed(error);
    } finally {
      this.running = null;
      this.lastSaveSeconds = Math.round((performance.now() - startMs) / 1000);
    }
  }

  private newFile(): SnapshotFile {
    return rdbFile(this.server, this.persistence.rdbPath, false);
  }

  private saved(changes: number): void {
    this.server.dirty -= changes;
    this.lastSaveMs = this.server.nowMs;
    this.lastSaveOk = true;
    this.saves++;
    this.persistence.updateGate();
  }

  private failed(error: unknown): void {
    this.lastSaveOk = false;
    this.persistence.updateGate();
    this.server.log.error({ error: String(error) }, 'saving the DB failed');
  }

  /** Ends a running save, which begins again later: what it was a picture of is gone. */
  restartLater(): void {
    if (this.running === null) return;
    this.running.cancel();
    this.scheduled = true;
  }

  cancel(): void {
    this.running?.cancel();
  }
}
