import { constants, fstatSync, statSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { disk } from '../../persistence/disk.js';
import { formatChecksum } from '../../persistence/aof/checksum.js';
import { formatSyncMark } from '../../persistence/aof/sync-mark.js';
import type { PropagationSink } from '../execution/propagation.js';
import { encodeRequest } from '../arguments/request-bytes.js';
import { AofBatch } from './aof-batch.js';

export type FsyncPolicy = 'always' | 'everysec' | 'no';

/** What the log needs to know of the configuration, read at every flush. */
export interface AofLogOptions {
  readonly fsync: () => FsyncPolicy;
  readonly checksums: () => boolean;
  readonly timestamps: () => boolean;
  readonly nowMs: () => number;
  /** Something waits to be written: a flush is due at the end of the turn. */
  readonly onPending: () => void;
  /** A write or sync failed, or works again (null). */
  readonly onStatus: (error: Error | null) => void;
  /** A sync failed and a later one succeeded: what the first was for may be missing all the same. */
  readonly onDoubt: () => void;
  /** More is on disk than before. */
  readonly onSynced: () => void;
  /** The file is not there any more under its name. */
  readonly onLost: () => void;
}

/** A write is on disk when it returns: one system call instead of two. Not everywhere; 0 where it is not. */
const O_DSYNC = 'O_DSYNC' in constants ? constants.O_DSYNC : 0;

const SYNC_INTERVAL_MS = 1000;
/** With everysec, writes wait this long for a sync that is still running before they go on all the same. */
const POSTPONED_MS_MAX = 2000;

/**
 * The append-only file: takes every write of a turn into one buffer, and puts it on disk with one system call before
 * the replies that acknowledge it leave. The policy says when it is synced: before the replies (`always`, one sync for
 * all clients of the turn), within a second by a thread (`everysec`), or when the system likes (`no`).
 */
export class AofLog implements PropagationSink {
  /** Writes that went on although a sync had been running for two seconds (INFO aof_delayed_fsync). */
  delayedSyncs = 0;
  /** The error of the last write or sync, until one succeeds. */
  error: Error | null = null;
  syncing = false;

  private fd = -1;
  private path = '';
  private dsync = false;
  private readonly batch = new AofBatch();
  /** The end of the turn has been asked for: what is pending may also be an opening line, or left by a failure. */
  private due = false;
  private written = 0;
  /** Bytes that stood in the file when it was opened. */
  private openedBytes = 0;
  /** Where the file begins on the scale of `position`. */
  private origin = 0;
  /** Bytes of the file that are on disk, as far as is known; the last sync mark says `markedTo`. */
  private syncedTo = 0;
  private markedTo = 0;
  private lastMarkMs = 0;
  private database = -1;
  private lastTimestamp = 0;
  private lastSyncMs = 0;
  private postponedSinceMs = 0;
  private unsynced = false;
  private syncFailed = false;
  /** Bytes of a write that failed may stand behind `written`. */
  private torn = false;
  private lastLookMs = 0;
  private readonly syncWaiters: (() => void)[] = [];

  constructor(private readonly options: AofLogOptions) {}

  get isOpen(): boolean {
    return this.fd >= 0;
  }

  /** True while no write stands in the file. */
  get isUntouched(): boolean {
    return this.database === -1 && this.openedBytes === 0;
  }

  /** Bytes of the current file, written or pending. */
  get size(): number {
    return this.written + this.batch.length;
  }

  /** How far the log has come with this server, over all its files. */
  get position(): number {
    return this.origin + this.size;
  }

  /** How far it is known to be on disk, on the same scale. What a file held when it was opened counts as such. */
  get syncedPosition(): number {
    return this.origin + Math.max(this.syncedTo, this.openedBytes);
  }

  /** Bytes that wait to be written. */
  get pendingBytes(): number {
    return this.batch.length;
  }

  /**
   * Goes on at the end of the file at `path`, which is created if it is not there. When that throws, the file before
   * stays in use.
   */
  open(path: string): void {
    const { position } = this;
    this.use(path);
    this.path = path;
    this.written = this.openedBytes = fstatSync(this.fd).size;
    this.origin = position - this.written;
    this.database = -1;
    this.batch.clear();
    this.torn = this.unsynced = this.syncing = this.syncFailed = false;
    this.syncedTo = this.markedTo = 0;
    this.lastMarkMs = this.options.nowMs();
    if (!this.options.checksums()) return;
    this.openingChecksum();
    // What was loaded is on disk from here on, and a page lost later does not take the beginning with it.
    this.settle();
  }

  /** A line over 0 bytes opens: it claims nothing of what a server without checksums may have written before. */
  private openingChecksum(): void {
    const { size } = this;
    this.batch.put(formatChecksum(crc32(Buffer.alloc(0)), size, 0));
    this.batch.cover();
  }

  /** Opens a file as the policy needs it, and leaves the one before. */
  private use(path: string): void {
    const { O_WRONLY, O_APPEND, O_CREAT } = constants;
    const dsync = O_DSYNC !== 0 && this.options.fsync() === 'always';
    const fd = disk.openSync(path, O_WRONLY | O_APPEND | O_CREAT | (dsync ? O_DSYNC : 0), 0o644);
    this.close();
    this.fd = fd;
    this.dsync = dsync;
  }

  append(database: number, buffer: Buffer, start: number, end: number): void {
    if (!this.due) {
      this.due = true;
      this.options.onPending();
    }
    if (this.options.timestamps()) this.putTimestamp();
    if (database !== this.database) {
      this.database = database;
      this.batch.put(SELECT[database] ?? encodeRequest(['SELECT', database]).toString('latin1'));
    }
    this.batch.append(buffer, start, end);
  }

  private putTimestamp(): void {
    const seconds = Math.floor(this.options.nowMs() / 1000);
    if (seconds === this.lastTimestamp) return;
    this.lastTimestamp = seconds;
    this.batch.put(`#TS:${seconds}\r\n`);
  }

  /**
   * Writes what is pending, and syncs it if the policy is `always`. False when that did not succeed: then the file ends
   * where it did before, all of it stays pending, and the next flush tries again.
   */
  flush(): boolean {
    const policy = this.options.fsync();
    this.due = false;
    if (this.batch.length === 0) return this.error === null || this.recovered();
    if (policy === 'everysec' && this.syncing && this.postpone()) return true;
    if (this.options.checksums()) this.closeStretch();
    try {
      if (this.dsync !== (policy === 'always' && O_DSYNC !== 0)) this.use(this.path);
      this.writePending(policy === 'always' && !this.dsync);
      this.unsynced ||= policy === 'everysec';
    } catch (error) {
      this.failed(error);
      return false;
    }
    return this.error === null || this.recovered();
  }

  private recovered(): boolean {
    if (this.batch.length > 0 || this.syncFailed) return false;
    this.error = null;
    this.options.onStatus(null);
    return true;
  }

  private failed(error: unknown): void {
    const first = this.error === null;
    this.error = error instanceof Error ? error : new Error(String(error));
    if (first) this.options.onStatus(this.error);
  }

  /** With everysec: whether a write should wait for the sync that is running, since it would stall behind it. */
  private postpone(): boolean {
    const nowMs = this.options.nowMs();
    if (this.postponedSinceMs === 0) this.postponedSinceMs = nowMs;
    if (nowMs - this.postponedSinceMs < POSTPONED_MS_MAX) return true;
    this.postponedSinceMs = 0;
    this.delayedSyncs++;
    return false;
  }

  /** Ends the batch with a checksum over it. */
  private closeStretch(): void {
    const { batch } = this;
    if (batch.uncovered > 0) this.putSyncMark();
    const length = batch.uncovered;
    if (length === 0) return;
    batch.put(formatChecksum(batch.uncoveredCrc(), this.size, length));
    batch.cover();
  }

  /** Says about once a second how much is on disk: what a crash can take is what comes after. */
  private putSyncMark(): void {
    const nowMs = this.options.nowMs();
    if (this.syncedTo <= this.markedTo || nowMs - this.lastMarkMs < SYNC_INTERVAL_MS) return;
    this.lastMarkMs = nowMs;
    this.markedTo = this.syncedTo;
    this.batch.put(formatSyncMark(this.syncedTo));
  }

  private writePending(sync: boolean): void {
    const { fd, batch } = this;
    const { length } = batch;
    this.cutTorn();
    try {
      for (let at = 0; at < length;) at += disk.writeSync(fd, batch.buffer, at, length - at);
      if (sync) disk.fdatasyncSync(fd);
    } catch (error) {
      // Whether it was the write or the sync: what has got into the file must not stand there twice.
      this.torn = true;
      try {
        this.cutTorn();
      } catch {
        // The next write tries again, and does not write before it succeeds.
      }
      throw error;
    }
    // A write that is synced by itself says nothing of those before it.
    const synced = sync || (this.dsync && this.syncedTo === this.written);
    this.written += length;
    if (synced && !this.syncFailed) {
      this.syncedTo = this.written;
      this.options.onSynced();
    }
    batch.clear();
    this.postponedSinceMs = 0;
  }

  private cutTorn(): void {
    if (!this.torn) return;
    disk.ftruncateSync(this.fd, this.written);
    this.torn = false;
  }

  /** Called from the cron: begins the sync of the last second in a thread, and tries again what has failed. */
  tick(): void {
    if (this.fd < 0) return;
    if (this.batch.length > 0 || (this.error !== null && !this.syncFailed)) this.flush();
    const nowMs = this.options.nowMs();
    if (nowMs - this.lastLookMs >= SYNC_INTERVAL_MS) this.look(nowMs);
    if (!this.unsynced || this.syncing || (this.options.fsync() !== 'everysec' && !this.syncFailed)) return;
    if (nowMs - this.lastSyncMs < SYNC_INTERVAL_MS) return;
    this.lastSyncMs = nowMs;
    this.beginSync(null);
  }

  /** Bytes that a crash of the machine could take. */
  get unsyncedBytes(): number {
    return this.written + this.batch.length - this.syncedTo;
  }

  /** Syncs what is written, in a thread. A sync that runs already covers less: its end is waited for first. */
  async syncAside(): Promise<void> {
    while (this.syncing) await this.runningSync();
    await new Promise<void>((resolve, reject) => {
      this.beginSync((error) => {
        if (error === null) resolve();
        else reject(error);
      });
    });
  }

  private runningSync(): Promise<void> {
    return new Promise((resolve) => {
      this.syncWaiters.push(resolve);
    });
  }

  private beginSync(ended: ((error: Error | null) => void) | null): void {
    this.unsynced = false;
    this.syncing = true;
    const { fd, path, written } = this;
    disk.fdatasync(fd, (error) => {
      if (fd === this.fd && path === this.path) this.synced(error, written);
      else {
        // The file has been opened anew, or another one: the error may be about a descriptor that was closed.
        this.syncing = false;
        this.unsynced = true;
      }
      ended?.(error);
      for (const waiter of this.syncWaiters.splice(0)) waiter();
    });
  }

  private synced(error: Error | null, written: number): void {
    this.syncing = false;
    if (error === null && !this.syncFailed) {
      this.syncedTo = written;
      this.options.onSynced();
    }
    if (error !== null) {
      this.unsynced = this.syncFailed = true;
      return this.failed(error);
    }
    if (!this.syncFailed) return;
    this.syncFailed = false;
    this.recovered();
    this.options.onDoubt();
  }

  /** Whether the file is still there, which writing to it does not tell. */
  private look(nowMs: number): void {
    this.lastLookMs = nowMs;
    let inode = -1;
    try {
      inode = statSync(this.path).ino;
    } catch {
      // Not there.
    }
    if (inode !== fstatSync(this.fd).ino) this.options.onLost();
  }

  /** Writes and syncs everything, however long it takes. Throws the error that prevents it. */
  settle(): void {
    if (this.fd < 0) return;
    if (this.options.checksums()) this.closeStretch();
    if (this.unsyncedBytes > 0 || this.torn || this.syncFailed) this.writePending(true);
    this.unsynced = false;
  }

  close(): void {
    if (this.fd < 0) return;
    disk.closeSync(this.fd);
    this.fd = -1;
  }
}

/** SELECT of the first databases, ready made. */
const SELECT = Array.from({ length: 16 }, (_, number) =>
  encodeRequest(['SELECT', number]).toString('latin1'),
);
