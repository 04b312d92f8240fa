import { fsync } from 'node:fs';
import { AtomicFile } from '../../persistence/atomic-file.js';
import { RDB_VERSION_FIELD_EXPIRES, RDB_VERSION_WRITTEN } from '../../persistence/rdb/rdb-format.js';
import { RdbWriter } from '../../persistence/rdb/rdb-writer.js';
import type { Server } from '../server.js';
import { Snapshot } from './snapshot.js';

/** Writes one RDB file from a snapshot, in slices between the clients' requests. */
export class BackgroundSave {
  private readonly startedAtMs = performance.now();
  private readonly file: AtomicFile;
  private readonly writer: RdbWriter;
  private readonly snapshot: Snapshot;
  private cancelled = false;

  /** Begins at this very moment: what changes later is not in the file. Throws when the file cannot be created. */
  constructor(
    private readonly server: Server,
    path: string,
    aofBase: boolean,
  ) {
    const { config, keyspace } = server;
    this.file = new AtomicFile(path);
    const sink = {
      write: (bytes: Uint8Array): void => {
        this.file.write(bytes);
      },
      writeAt: (offset: number, bytes: Uint8Array): void => {
        this.file.writeAt(offset, bytes);
      },
    };
    this.writer = new RdbWriter(sink, {
      compression: config.rdbcompression,
      checksum: config.rdbchecksum,
      // A file that Redis 7.0 can load, unless that would lose something.
      version: keyspace.expiringHashes > 0 ? RDB_VERSION_FIELD_EXPIRES : RDB_VERSION_WRITTEN,
    });
    writeAux(this.writer, server, aofBase);
    this.snapshot = new Snapshot(keyspace, this.writer, server.usesAccessPerValue);
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
      this.writer.finish();
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
      while (this.step()) await pause();
      this.snapshot.close();
      this.writer.finish();
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

  /** Ends the save at its next slice; `run` rejects. */
  cancel(): void {
    this.cancelled = true;
    this.snapshot.close();
  }

  private step(): boolean {
    this.check();
    return this.snapshot.step(() => performance.now());
  }

  private check(): void {
    if (this.cancelled || this.server.closed) throw new Error('the save was cancelled');
  }
}

function endless(): number {
  return 0;
}

function pause(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

function synced(fd: number): Promise<void> {
  return new Promise((resolve, reject) => {
    fsync(fd, (error) => {
      if (error === null) resolve();
      else reject(error);
    });
  });
}

function writeAux(writer: RdbWriter, server: Server, aofBase: boolean): void {
  writer.aux('redis-ver', '7.0.15');
  writer.aux('redis-bits', '64');
  writer.aux('ctime', String(Math.floor(server.nowMs / 1000)));
  writer.aux('used-mem', String(server.usedMemory));
  writer.aux('aof-base', aofBase ? '1' : '0');
}
