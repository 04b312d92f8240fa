import type { AofFile } from '../../persistence/aof/manifest.js';
import type { Server } from '../server.js';
import { BackgroundSave } from './background-save.js';
import type { Persistence } from './persistence.js';
import { commandFile, rdbFile, type SnapshotFile } from './snapshot-file.js';

const AUTO_RETRY_MS = 1000;
/** The event loop waits for the sync of so little: on a busy disk that of a second's writes took 20 ms. */
const UNSYNCED_BYTES_AT_CUT = 64 * 1024;
/** Writes may come faster than any sync ends. */
const SYNCS_ASIDE_MAX = 4;

/** When and how the append-only file is rewritten: base and increments are replaced by what is there now. */
export class AofRewrites {
  /** For INFO persistence. */
  count = 0;
  lastOk = true;
  lastSeconds = -1;
  failures = 0;
  /** Size of the AOF after the last rewrite, or at the start. */
  baseSize = 0;
  /** A rewrite waits for a save to end, or for the cron. */
  scheduled = false;
  private running: BackgroundSave | null = null;
  /** The file that will be closed is synced, so that closing it is short; `running` is null yet. */
  private preparing = false;
  private cancelled = false;
  /** The files that the manifest names are not there any more. */
  private lost = false;
  private required = false;
  private lastAttemptMs = 0;

  constructor(
    private readonly server: Server,
    private readonly persistence: Persistence,
  ) {}

  get isRunning(): boolean {
    return this.running !== null || this.preparing;
  }

  /** Seconds since the running rewrite began, or -1. */
  get seconds(): number {
    return this.running?.seconds ?? (this.preparing ? 0 : -1);
  }

  /** Keys that the running rewrite has written. */
  get keys(): number {
    return this.running?.keys ?? 0;
  }

  get isDue(): boolean {
    const { config, nowMs } = this.server;
    const percentage = config['auto-aof-rewrite-percentage'];
    if (!config.appendonly || nowMs - this.lastAttemptMs < AUTO_RETRY_MS) return false;
    if (this.required) return true;
    if (percentage === 0) return false;
    const size = this.persistence.aofSize;
    if (size < config['auto-aof-rewrite-min-size']) return false;
    return ((size - this.baseSize) * 100) / Math.max(1, this.baseSize) >= percentage;
  }

  /** BGREWRITEAOF. False when it must wait for a save, and does. */
  begin(): boolean {
    if (this.persistence.saves.isRunning) {
      this.scheduled = true;
      return false;
    }
    void this.rewrite();
    return true;
  }

  /** Replaces base and increments by a new base of what is there now, and an increment of what comes from now on. */
  async rewrite(): Promise<void> {
    const { server } = this;
    const { log, files } = this.persistence;
    const startMs = performance.now();
    this.prepare();
    try {
      this.persistence.ensureDirectory();
      await this.syncAside();
      const first = log.isOpen ? this.beginIncrement() : null;
      const base = this.newBase();
      this.running = new BackgroundSave(server, this.newFile(base));
      this.preparing = false;
      await this.running.run();
      files.replaceBase(base, first);
      this.succeeded(this.running.keys);
    } catch (error) {
      if (!server.closed && !this.cancelled) this.failed(error);
    } finally {
      this.running = null;
      this.preparing = false;
      this.lastSeconds = Math.round((performance.now() - startMs) / 1000);
    }
  }

  private prepare(): void {
    this.scheduled = false;
    this.lastAttemptMs = this.server.nowMs;
    this.cancelled = false;
    this.preparing = true;
  }

  /** Leaves little of the file that will be closed to be synced while nobody is served. */
  private async syncAside(): Promise<void> {
    const { log } = this.persistence;
    for (let syncs = 0; syncs < SYNCS_ASIDE_MAX && !this.lost && log.isOpen; syncs++) {
      if (log.unsyncedBytes <= UNSYNCED_BYTES_AT_CUT) return;
      await log.syncAside();
      if (this.cancelled || this.server.closed) throw new Error('the rewrite was cancelled');
    }
  }

  /** The increment for what comes from now on: another one, unless nothing stands in the present one, nor before it. */
  private beginIncrement(): AofFile {
    const { log, files } = this.persistence;
    const { base, increments } = files.manifest;
    if (!this.lost && base === null && increments.length === 1 && log.isUntouched) return increments[0]!;
    if (this.lost) files.forget();
    else log.settle();
    const first = files.addIncrement();
    log.open(files.path(first));
    this.lost = false;
    return first;
  }

  /** The first base of a set, written while nobody is served. */
  writeFirst(): void {
    const { files } = this.persistence;
    const first = files.addIncrement();
    const base = this.newBase();
    new BackgroundSave(this.server, this.newFile(base)).runNow();
    files.replaceBase(base, first);
  }

  private newBase(): AofFile {
    return this.persistence.files.newBase(this.server.config['aof-use-rdb-preamble'] ? 'rdb' : 'aof');
  }

  private newFile(base: AofFile): SnapshotFile {
    const path = this.persistence.files.path(base);
    return base.name.endsWith('.rdb') ? rdbFile(this.server, path, true) : commandFile(this.server, path);
  }

  /** The file cannot be trusted: it is rewritten, again and again until that succeeds. */
  require(): void {
    this.required = true;
    this.restartLater();
  }

  /** The files were removed under us: a rewrite makes new ones of what is in memory. */
  replaceLost(): void {
    this.lost = true;
    this.require();
  }

  private succeeded(keys: number): void {
    this.baseSize = this.persistence.aofSize;
    this.count++;
    this.lastOk = true;
    this.failures = 0;
    this.required = false;
    this.server.log.info({ keys }, 'the append-only file has been rewritten');
  }

  private failed(error: unknown): void {
    this.lastOk = false;
    this.failures++;
    this.server.log.error({ error: String(error) }, 'rewriting the append-only file failed');
  }

  /** Ends a running rewrite, which begins again later: what it was a picture of is gone. */
  restartLater(): void {
    if (!this.isRunning) return;
    this.cancel();
    this.scheduled = true;
  }

  cancel(): void {
    this.cancelled = true;
    this.running?.cancel();
  }
}
