import { existsSync, mkdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { DirectoryInUseError, DirectoryLock } from '../../persistence/directory-lock.js';
import { Gate } from '../execution/gate.js';
import { type Command, Flag } from '../commands/command.js';
import type { TurnReplies } from '../execution/turn.js';
import type { Server } from '../server.js';
import { type Session, SessionFlag } from '../clients/session.js';
import { AofFiles } from './aof-files.js';
import { LoadError } from './aof-loader.js';
import { AofLog } from './aof-log.js';
import { AofRewrites } from './aof-rewrites.js';
import { FileLoading, type LoadedFile } from './file-loading.js';
import { RdbSaves } from './rdb-saves.js';
import { systemErrorText } from './system-error.js';

/**
 * What keeps the data of one server: the append-only file, RDB files, and the order between loading, writing and
 * rewriting. A server without a directory keeps everything in memory and has none of this running.
 */
export class Persistence {
  readonly log: AofLog;
  readonly saves: RdbSaves;
  readonly rewriting: AofRewrites;
  readonly loading: FileLoading;
  files: AofFiles;

  private lock: DirectoryLock | null = null;
  private directory = '';
  /** True from `start` on: what is there has been loaded, and may be replaced. */
  isStarted = false;
  /** Replies that wait for the disk to work again (appendfsync always). */
  private readonly held: TurnReplies[] = [];

  constructor(private readonly server: Server) {
    const { config } = server;
    this.saves = new RdbSaves(server, this);
    this.rewriting = new AofRewrites(server, this);
    this.loading = new FileLoading(server);
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
      onDoubt: () => {
        this.rewriting.require();
      },
      onSynced: () => {
        this.endSyncWaits();
      },
      onLost: () => {
        server.log.error(
          { path: this.files.directory },
          'the append-only file was removed while in use: it is written anew from memory',
        );
        this.rewriting.replaceLost();
      },
    });
  }

  // The start

  /** Takes the directory, loads what is there, and opens the files that will be written. Throws when that must not be. */
  async start(): Promise<void> {
    const { config } = this.server;
    if (this.isStarted) return;
    this.isStarted = true;
    if (!config.appendonly && config.save.length === 0 && config.dir === '') return;
    this.ensureDirectory();
    await this.takeLock();
    this.files = this.newFiles();
    if (config.appendonly) await this.startAof();
    else if (existsSync(this.rdbPath)) await this.load([this.rdbFile], true);
    if (this.server.closed) return;
    this.server.turn.settle = (replies) => {
      this.settle(replies);
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

  private newFiles(): AofFiles {
    const { config } = this.server;
    return new AofFiles(this.directory, config.appendfilename, config.appenddirname);
  }

  private async startAof(): Promise<void> {
    if (this.files.open()) await this.loadAofAtStart();
    else if (existsSync(this.rdbPath)) {
      // As Redis: without an AOF to load, the RDB file is taken, and the AOF begins with it.
      await this.load([this.rdbFile], true);
      this.rewriting.writeFirst();
    } else this.rewriting.writeFirst();
    this.openLog();
    this.rewriting.baseSize = this.aofSize;
  }

  private openLog(): void {
    this.log.open(this.files.currentIncrement());
    this.server.propagation.add(this.log);
  }

  /** When nobody writes to the files yet: once more without an end that lacks blocks. */
  private async loadAofAtStart(): Promise<void> {
    try {
      await this.load(this.files.toLoad());
    } catch (error) {
      if (!(error instanceof LoadError) || !this.loading.dropLostBlocks(this.files.toLoad())) throw error;
      this.server.keyspace.clear();
      await this.load(this.files.toLoad());
    }
  }

  private async load(files: readonly LoadedFile[], dropsExpired = false): Promise<void> {
    await this.loading.loadInSlices(files, dropsExpired);
    this.saves.lastSaveMs = this.server.nowMs;
  }

  private loadNow(files: readonly LoadedFile[], dropsExpired = false): void {
    this.loading.load(files, dropsExpired);
    this.saves.lastSaveMs = this.server.nowMs;
  }

  private get rdbFile(): LoadedFile {
    return { path: this.rdbPath, bytes: statSync(this.rdbPath).size };
  }

  get rdbPath(): string {
    return join(this.directory, this.server.config.dbfilename);
  }

  /** Makes the data directory, where there is none. */
  ensureDirectory(): void {
    const { dir } = this.server.config;
    if (this.directory === '') this.directory = resolve(dir === '' ? '.' : dir);
    mkdirSync(this.directory, { recursive: true });
  }

  // The end of each turn

  private settle(replies: TurnReplies): void {
    const { turn, config } = this.server;
    const refusing = this.log.error !== null;
    const written = this.log.flush();
    turn.mustDefer = false;
    if (written || config.appendfsync !== 'always') return replies.release();
    this.held.push(replies);
    // While writes are refused nothing in a turn acknowledges one: only order keeps a reply back.
    if (refusing) replies.releaseOthers();
    else replies.hold();
  }

  private statusChanged(error: Error | null): void {
    const { server } = this;
    this.updateGate();
    if (error === null) {
      server.log.info({}, 'the append-only file is written again');
      for (const replies of this.held.splice(0)) replies.release();
    } else
      server.log.error({ error: error.message }, 'cannot write the append-only file: writes are refused');
  }

  /** Writes are looked at more closely while the disk does not take what must be kept. */
  updateGate(): void {
    this.server.setGate(Gate.DISK, this.log.error !== null || !this.saves.lastSaveOk);
  }

  /** Why a write is refused while the disk does not take what must be kept, or null. */
  refusal(session: Session, command: Command): string | null {
    // As Redis, whose PING tells monitors that something is wrong.
    const asked = (command.flags & Flag.WRITE) !== 0 || command.fullName === 'ping';
    if (!asked || session.has(SessionFlag.LOADER | SessionFlag.PRIMARY)) return null;
    const { log, saves } = this;
    if (log.error !== null) return `MISCONF Errors writing to the AOF file: ${systemErrorText(log.error)}`;
    const stops = this.server.config['stop-writes-on-bgsave-error'];
    return !saves.lastSaveOk && stops && saves.hasSavePoints ? MISCONF : null;
  }

  // The cron

  private tick(): void {
    const { saves, rewriting } = this;
    this.log.tick();
    if (rewriting.isRunning || saves.isRunning) return;
    if (rewriting.scheduled) void rewriting.rewrite();
    else if (saves.scheduled) void saves.save();
    else if (rewriting.isDue) void rewriting.rewrite();
    else if (saves.isDue) void saves.save();
  }

  /** DEBUG RELOAD: saves, empties the keyspace, and loads the file. */
  reload(save: boolean, keep: boolean): void {
    const { keyspace } = this.server;
    this.cancelBackground();
    if (save) this.saves.saveNow();
    if (!keep) keyspace.clear();
    // What comes from a file is not new to anybody.
    const { onCreated } = keyspace;
    keyspace.onCreated = null;
    try {
      this.loadNow([this.rdbFile], true);
    } finally {
      keyspace.onCreated = onCreated;
    }
  }

  /** DEBUG LOADAOF: empties the keyspace and loads the append-only file, also one that is not being written. */
  reloadAof(): void {
    const { propagation, keyspace } = this.server;
    this.cancelBackground();
    this.log.settle();
    propagation.remove(this.log);
    keyspace.clear();
    if (!this.log.isOpen) {
      this.ensureDirectory();
      this.files = this.newFiles();
      this.files.open();
    }
    this.loadNow(this.files.toLoad());
    if (this.log.isOpen) propagation.add(this.log);
  }

  /** Bytes of all files of the AOF. */
  get aofSize(): number {
    if (!this.log.isOpen) return 0;
    const current = this.files.currentIncrement();
    return this.files
      .toLoad()
      .reduce((sum, { path, bytes }) => sum + (path === current ? this.log.size : bytes), 0);
  }

  /** A running save or rewrite makes no sense any more: everything has been removed. */
  cancelBackground(): void {
    this.saves.restartLater();
    this.rewriting.restartLater();
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
    this.files = this.newFiles();
    if (!this.files.open()) this.files.addIncrement();
    this.openLog();
    // A rewrite that BGREWRITEAOF began while the log was closed knows nothing of its file.
    if (this.rewriting.isRunning) this.rewriting.restartLater();
    else void this.rewriting.rewrite();
  }

  private turnOff(): void {
    // Redis's words, for those who look for them; there is no child.
    if (this.rewriting.isRunning) this.server.log.info({}, 'Killing AOF child: the rewrite is cancelled');
    this.rewriting.cancel();
    this.log.settle();
    this.log.close();
    this.server.propagation.remove(this.log);
    this.endSyncWaits();
  }

  /** Between turns, since a log is also synced at the end of one, while its replies leave. */
  private endSyncWaits(): void {
    if (this.server.blocking.count === 0) return;
    setImmediate(() => {
      this.server.blocking.endMet();
    });
  }

  /** Writes and syncs what is pending, and gives the directory free. */
  async close(): Promise<void> {
    this.saves.cancel();
    this.rewriting.cancel();
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

const MISCONF =
  'MISCONF Redis is configured to save RDB snapshots, but it is currently unable to persist to disk. Commands that may modify the data set are disabled, because this instance is configured to report errors during writes if RDB snapshotting fails (stop-writes-on-bgsave-error option). Please check the Redis logs for details about the RDB error.';
