import { existsSync, mkdirSync, truncateSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { DirectoryInUseError, DirectoryLock } from '../../persistence/directory-lock.js';
import { Gate } from '../execution/gate.js';
import { type Command, Flag } from '../commands/command.js';
import type { Server } from '../server.js';
import { type Session, SessionFlag } from '../clients/session.js';
import { AofFiles } from './aof-files.js';
import { AofLoader, type LoadProgress, type Truncation } from './aof-loader.js';
import { AofLog } from './aof-log.js';
import { BackgroundSave } from './background-save.js';

const AUTO_REWRITE_RETRY_MS = 1000;
const SAVE_RETRY_MS = 5000;

/**
 * What keeps the data of one server: the append-only file, RDB files, and the order between loading, writing and
 * rewriting. A server without a directory keeps everything in memory and has none of this running.
 */
export class Persistence {
  readonly log: AofLog;
  files: AofFiles;
  loading: LoadProgress | null = null;

  /** For INFO persistence. */
  lastSaveMs: number;
  lastSaveOk = true;
  lastSaveSeconds = -1;
  saves = 0;
  rewrites = 0;
  lastRewriteOk = true;
  lastRewriteSeconds = -1;
  rewriteFailures = 0;
  /** Size of the AOF after the last rewrite, or at the start. */
  baseSize = 0;
  /** What was dropped at the end of the last file at the start, or null. */
  truncated: Truncation | null = null;
  loadedKeys = 0;
  expiredWhileLoading = 0;

  private saving: BackgroundSave | null = null;
  private rewriting: BackgroundSave | null = null;
  rewriteScheduled = false;
  private saveScheduled = false;
  private lastAttemptMs = 0;
  private lock: DirectoryLock | null = null;
  private directory = '';
  private started = false;
  /** Replies that wait for the disk to work again (appendfsync always). */
  private readonly held: (() => void)[] = [];

  constructor(private readonly server: Server) {
    const { config } = server;
    this.lastSaveMs = server.nowMs;
    this.files = new AofFiles('.', config.appendfilename, config.appenddirname);
    this.log = new AofLog({
      fsync: () => config.appendfsync,
      checksums: () => config['aof-checksum'],
      timestamps: () => config['aof-timestamp-enabled'],
      nowMs: () => server.nowMs,
      onPending: () => {
        server.turn.mustDefer = true;
        server.turn.schedule();
      },
      onStatus: (error) => {
        this.statusChanged(error);
      },
    });
  }

  // The start

  /** Takes the directory, loads what is there, and opens the files that will be written. Throws when that must not be. */
  async start(): Promise<void> {
    const { config } = this.server;
    if (this.started) return;
    this.started = true;
    if (!config.appendonly && config.save.length === 0 && config.dir === '') return;
    this.directory = resolve(config.dir === '' ? '.' : config.dir);
    mkdirSync(this.directory, { recursive: true });
    await this.takeLock();
    this.files = new AofFiles(this.directory, config.appendfilename, config.appenddirname);
    if (config.appendonly) this.startAof();
    else if (existsSync(this.rdbPath)) this.loadRdb();
    this.server.turn.settle = (release) => {
      this.settle(release);
    };
    this.server.cron.add(() => {
      this.tick();
    });
  }

  private async takeLock(): Promise<void> {
    try {
      this.lock = await DirectoryLock.take(this.directory);
    } catch (error) {
      if (error instanceof DirectoryInUseError) throw error;
      this.server.log.warn(
        { error: String(error) },
        'the data directory cannot be locked against a second server',
      );
    }
  }

  private startAof(): void {
    if (this.files.open()) this.loadAof();
    else if (existsSync(this.rdbPath)) {
      // As Redis: without an AOF to load, the RDB file is taken, and the AOF begins with it.
      this.loadRdb();
      this.firstBase();
    } else this.firstBase();
    this.openLog();
    this.baseSize = this.aofSize;
  }

  private firstBase(): void {
    const first = this.files.addIncrement();
    const save = new BackgroundSave(this.server, this.files.nextBasePath('rdb'), true);
    save.runNow();
    this.files.replaceBase('rdb', first);
  }

  private openLog(): void {
    this.log.open(this.files.currentIncrement());
    this.server.propagation.add(this.log);
  }

  private loadAof(): void {
    const files = this.files.toLoad();
    this.load(
      files.map(({ path }) => path),
      files.reduce((sum, { bytes }) => sum + bytes, 0),
    );
  }

  private loadRdb(): void {
    this.load([this.rdbPath], 0);
  }

  private load(paths: readonly string[], totalBytes: number): void {
    const { server } = this;
    const { keyspace } = server;
    const startMs = performance.now();
    this.loading = { loadedBytes: 0, totalBytes };
    const loader = new AofLoader(server, this.loading);
    const { expirePaused } = keyspace;
    keyspace.expirePaused = () => true;
    keyspace.keepExpired = true;
    try {
      paths.forEach((path, i) => {
        const truncation = loader.load(path, i === paths.length - 1);
        this.truncated = truncation;
        if (truncation === null) return;
        server.log.warn(
          { path, ...truncation },
          `${path} ends in the middle of a record, as after a crash: the last ${truncation.lostBytes} bytes are dropped`,
        );
        truncateSync(path, truncation.offset);
      });
    } finally {
      keyspace.expirePaused = expirePaused;
      keyspace.keepExpired = false;
      this.loading = null;
    }
    server.dirty = 0;
    this.lastSaveMs = server.nowMs;
    this.loadedKeys = keyspace.size;
    const seconds = ((performance.now() - startMs) / 1000).toFixed(3);
    server.log.info(
      { keys: keyspace.size, seconds },
      `DB loaded: ${keyspace.size} keys in ${seconds} seconds`,
    );
  }

  get rdbPath(): string {
    return join(this.directory, this.server.config.dbfilename);
  }

  // The end of each turn

  private settle(release: () => void): void {
    const { turn } = this.server;
    const written = this.log.flush();
    turn.mustDefer = false;
    if (written || this.server.config.appendfsync !== 'always') release();
    else this.held.push(release);
  }

  private statusChanged(error: Error | null): void {
    const { server } = this;
    server.setGate(Gate.DISK, error !== null || !this.lastSaveOk);
    if (error === null) {
      server.log.info({}, 'the append-only file is written again');
      for (const release of this.held.splice(0)) release();
    } else
      server.log.error({ error: error.message }, 'cannot write the append-only file: writes are refused');
  }

  /** Why a write is refused while the disk does not take what must be kept, or null. */
  refusal(session: Session, command: Command): string | null {
    if ((command.flags & Flag.WRITE) === 0 || session.has(SessionFlag.LOADER | SessionFlag.PRIMARY))
      return null;
    if (this.log.error !== null) return `MISCONF Errors writing to the AOF file: ${this.log.error.message}`;
    if (!this.lastSaveOk && this.server.config['stop-writes-on-bgsave-error'] && this.hasSavePoints)
      return MISCONF;
    return null;
  }

  private get hasSavePoints(): boolean {
    return this.server.config.save.length > 0;
  }

  // The cron

  private tick(): void {
    this.log.tick();
    if (this.rewriting === null && this.saving === null) {
      if (this.rewriteScheduled) void this.rewrite();
      else if (this.saveScheduled) void this.save();
      else if (this.rewriteIsDue()) void this.rewrite();
      else if (this.saveIsDue()) void this.save();
    }
  }

  private rewriteIsDue(): boolean {
    const { config, nowMs } = this.server;
    const percentage = config['auto-aof-rewrite-percentage'];
    if (!config.appendonly || percentage === 0 || nowMs - this.lastAttemptMs < AUTO_REWRITE_RETRY_MS)
      return false;
    const size = this.aofSize;
    if (size < config['auto-aof-rewrite-min-size']) return false;
    return ((size - this.baseSize) * 100) / Math.max(1, this.baseSize) >= percentage;
  }

  private saveIsDue(): boolean {
    const { config, nowMs, dirty } = this.server;
    if (!this.lastSaveOk && nowMs - this.lastAttemptMs < SAVE_RETRY_MS) return false;
    return config.save.some(
      ({ seconds, changes }) => dirty >= changes && nowMs - this.lastSaveMs > seconds * 1000,
    );
  }

  /** Seconds since the running save or rewrite began, or -1. */
  get savingSeconds(): number {
    return secondsSince(this.saving);
  }

  get rewritingSeconds(): number {
    return secondsSince(this.rewriting);
  }

  /** Keys that the running save or rewrite has written. */
  get keysProcessed(): number {
    return (this.saving ?? this.rewriting)?.keys ?? 0;
  }

  /** DEBUG RELOAD: saves, empties the keyspace, and loads the file. */
  reload(save: boolean, keep: boolean): void {
    this.cancelBackground();
    if (save) this.saveNow();
    if (!keep) this.server.keyspace.clear();
    this.loadRdb();
  }

  /** DEBUG LOADAOF: empties the keyspace and loads the append-only file. */
  reloadAof(): void {
    this.cancelBackground();
    this.log.settle();
    this.server.propagation.remove(this.log);
    this.server.keyspace.clear();
    this.loadAof();
    this.server.propagation.add(this.log);
  }

  /** Bytes of all files of the AOF. */
  get aofSize(): number {
    if (!this.log.isOpen) return 0;
    const current = this.files.currentIncrement();
    return this.files
      .toLoad()
      .reduce((sum, { path, bytes }) => sum + (path === current ? this.log.size : bytes), 0);
  }

  // RDB files

  get isSaving(): boolean {
    return this.saving !== null;
  }

  get isRewriting(): boolean {
    return this.rewriting !== null;
  }

  /** SAVE: writes the RDB file now. Throws the error that prevents it. */
  saveNow(): void {
    this.ensureDirectory();
    new BackgroundSave(this.server, this.rdbPath, false).runNow();
    this.saved(this.server.dirty);
  }

  /** Writes the RDB file before the server ends, where `save` or the save points ask for it; false when that failed. */
  saveAtEnd(save: boolean | null): boolean {
    if (!(save ?? (this.started && this.hasSavePoints))) return true;
    try {
      this.cancelBackground();
      this.saveNow();
      return true;
    } catch (error) {
      this.saveFailed(error);
      return false;
    }
  }

  /** BGSAVE. False when it must wait for a rewrite, and does. */
  beginSave(): boolean {
    if (this.rewriting !== null) {
      this.saveScheduled = true;
      return false;
    }
    void this.save();
    return true;
  }

  private async save(): Promise<void> {
    const { server } = this;
    const changes = server.dirty;
    const startMs = performance.now();
    this.saveScheduled = false;
    this.lastAttemptMs = server.nowMs;
    try {
      this.ensureDirectory();
      this.saving = new BackgroundSave(server, this.rdbPath, false);
      await this.saving.run();
      this.saved(changes);
      server.log.info({ keys: this.saving.keys }, 'DB saved on disk');
    } catch (error) {
      if (!server.closed) this.saveFailed(error);
    } finally {
      this.saving = null;
      this.lastSaveSeconds = Math.round((performance.now() - startMs) / 1000);
    }
  }

  private saved(changes: number): void {
    this.server.dirty -= changes;
    this.lastSaveMs = this.server.nowMs;
    this.lastSaveOk = true;
    this.saves++;
    this.server.setGate(Gate.DISK, this.log.error !== null);
  }

  private saveFailed(error: unknown): void {
    this.lastSaveOk = false;
    this.server.setGate(Gate.DISK, true);
    this.server.log.error({ error: String(error) }, 'saving the DB failed');
  }

  private ensureDirectory(): void {
    if (this.directory === '')
      this.directory = resolve(this.server.config.dir === '' ? '.' : this.server.config.dir);
    mkdirSync(this.directory, { recursive: true });
  }

  // Rewriting

  /** BGREWRITEAOF. False when it must wait for a save, and does. */
  beginRewrite(): boolean {
    if (this.saving !== null) {
      this.rewriteScheduled = true;
      return false;
    }
    void this.rewrite();
    return true;
  }

  /** Replaces base and increments by a new base of what is there now, and an increment of what comes from now on. */
  private async rewrite(): Promise<void> {
    const { server, log, files } = this;
    const startMs = performance.now();
    this.rewriteScheduled = false;
    this.lastAttemptMs = server.nowMs;
    try {
      this.ensureDirectory();
      const wasOpen = log.isOpen;
      if (wasOpen) log.settle();
      const first = files.addIncrement();
      if (wasOpen) log.open(files.path(first));
      this.rewriting = new BackgroundSave(server, files.nextBasePath('rdb'), true);
      await this.rewriting.run();
      files.replaceBase('rdb', first);
      this.baseSize = this.aofSize;
      this.rewrites++;
      this.lastRewriteOk = true;
      this.rewriteFailures = 0;
      server.log.info({ keys: this.rewriting.keys }, 'the append-only file has been rewritten');
    } catch (error) {
      if (!server.closed) {
        this.lastRewriteOk = false;
        this.rewriteFailures++;
        server.log.error({ error: String(error) }, 'rewriting the append-only file failed');
      }
    } finally {
      this.rewriting = null;
      this.lastRewriteSeconds = Math.round((performance.now() - startMs) / 1000);
    }
  }

  /** A running save or rewrite makes no sense any more: everything has been removed. */
  cancelBackground(): void {
    if (this.saving !== null) {
      this.saving.cancel();
      this.saveScheduled = true;
    }
    if (this.rewriting !== null) {
      this.rewriting.cancel();
      this.rewriteScheduled = true;
    }
  }

  /** CONFIG SET appendonly. Null, or why it cannot be. */
  setAppendOnly(on: boolean): string | null {
    if (on === this.log.isOpen) return null;
    try {
      if (on) this.turnOn();
      else this.turnOff();
      return null;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  private turnOn(): void {
    this.ensureDirectory();
    this.files = new AofFiles(
      this.directory,
      this.server.config.appendfilename,
      this.server.config.appenddirname,
    );
    if (!this.files.open()) this.files.addIncrement();
    this.openLog();
    void this.rewrite();
  }

  private turnOff(): void {
    this.rewriting?.cancel();
    this.log.settle();
    this.log.close();
    this.server.propagation.remove(this.log);
  }

  /** Writes and syncs what is pending, and gives the directory free. */
  async close(): Promise<void> {
    this.saving?.cancel();
    this.rewriting?.cancel();
    if (this.log.isOpen) {
      try {
        this.log.settle();
      } catch (error) {
        this.server.log.error({ error: String(error) }, 'the append-only file is not complete');
      }
      this.log.close();
    }
    await this.lock?.release();
    this.lock = null;
  }
}

function secondsSince(save: BackgroundSave | null): number {
  return save === null ? -1 : Math.round((performance.now() - save.startedAtMs) / 1000);
}

const MISCONF =
  'MISCONF Redis is configured to save RDB snapshots, but it is currently unable to persist to disk. Commands that may modify the data set are disabled, because this instance is configured to report errors during writes if RDB snapshotting fails (stop-writes-on-bgsave-error option). Please check the Redis logs for details about the RDB error.';
