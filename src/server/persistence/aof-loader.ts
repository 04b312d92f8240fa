import { closeSync, openSync } from 'node:fs';
import { type AofDamage, AofItem, isRepairable } from '../../persistence/aof/aof-format.js';
import { AofReader } from '../../persistence/aof/aof-reader.js';
import { examineCut } from '../../persistence/toolkit/record-search.js';
import { fileSize, readerOf } from '../../persistence/file-bytes.js';
import { RdbError } from '../../persistence/rdb/rdb-format.js';
import { RdbReader } from '../../persistence/rdb/rdb-reader.js';
import { ReplyWriter } from '../../protocol/reply-writer.js';
import type { Server } from '../server.js';
import { Session, SessionFlag } from '../clients/session.js';
import { KeyspaceLoader } from './keyspace-loader.js';

/** A file cannot be loaded. The message is for whoever starts the server: what is wrong, where, and what to type. */
export class LoadError extends Error {}

/** Where a load stands, for INFO and the log. */
export class LoadProgress {
  loadedBytes = 0;
  /** What the server that wrote the RDB file had in memory, if the file says so. */
  rdbUsedBytes = 0;

  constructor(
    readonly totalBytes: number,
    /** Unix time in ms. */
    readonly startedAtMs: number,
  ) {}

  /** Seconds that are left at the speed so far; 1 while that is not known, as in Redis. */
  etaSeconds(nowMs: number): number {
    const seconds = Math.floor(nowMs / 1000) - Math.floor(this.startedAtMs / 1000);
    if (seconds <= 0) return 1;
    return Math.floor((seconds * (this.totalBytes - this.loadedBytes)) / (this.loadedBytes + 1));
  }
}

const PROGRESS_MS = 1000;
/** Bytes of an RDB file, and records of an AOF, between two looks at the clock. */
const BYTES_PER_LOOK = 256 * 1024;
const RECORDS_PER_LOOK = 1024;

/** What was dropped at the end of a cut file. */
export interface Truncation {
  readonly offset: number;
  readonly lostBytes: number;
}

/** Replays files into the keyspace of a server through a session of its own: nothing is refused, nothing propagated. */
export class AofLoader {
  commands = 0;
  /** Keys of an RDB file that were left out since their time had passed. */
  expiredKeys = 0;
  private readonly session: Session;
  private readonly reply = new ReplyWriter();
  private lastLogMs = performance.now();

  constructor(
    private readonly server: Server,
    private readonly progress: LoadProgress,
    /** Leaves expired keys out: not where commands follow, which may have prolonged them. */
    private readonly dropsExpired = false,
  ) {
    this.session = new Session(server, this.reply, 0);
    this.session.flags = SessionFlag.LOADER;
  }

  /** Loads an RDB file, or an AOF with or without RDB preamble. `mayBeCut`: the last file may end in a cut record. */
  load(path: string, mayBeCut: boolean): Truncation | null {
    const steps = this.steps(path, mayBeCut);
    for (;;) {
      const step = steps.next();
      if (step.done === true) return step.value;
    }
  }

  /** As `load`, with a rest after every few milliseconds of it. */
  *steps(path: string, mayBeCut: boolean): Generator<void, Truncation | null> {
    const fd = openSync(path, 'r');
    try {
      const size = fileSize(fd);
      this.session.select(0);
      const start = hasRdbMagic(fd) ? yield* this.loadRdb(fd, size, path) : 0;
      return yield* this.loadRecords(fd, start, size, path, mayBeCut);
    } finally {
      closeSync(fd);
    }
  }

  private *loadRdb(fd: number, size: number, path: string): Generator<void, number> {
    const { progress } = this;
    const before = progress.loadedBytes;
    const { config, keyspace } = this.server;
    const loader = new KeyspaceLoader(
      keyspace,
      this.dropsExpired ? this.server.nowMs : null,
      config['sanitize-dump-payload'] === 'yes',
    );
    const reader = RdbReader.ofFile(readerOf(fd), size, loader, { checksum: this.server.config.rdbchecksum });
    try {
      while (!reader.done) {
        reader.step(BYTES_PER_LOOK);
        progress.rdbUsedBytes = loader.rdbUsedBytes;
        this.report(before + reader.offset);
        yield;
      }
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      // As in Redis's log, where people look for these words.
      const crc = error instanceof RdbError && error.damage === 'checksum' ? 'RDB CRC error: ' : '';
      throw new LoadError(
        `Bad file format reading ${path}: ${crc}${reason} (at byte ${reader.entryOffset}).`,
        {
          cause: error,
        },
      );
    }
    this.expiredKeys += loader.expiredKeys;
    return reader.offset;
  }

  private *loadRecords(
    fd: number,
    start: number,
    size: number,
    path: string,
    mayBeCut: boolean,
  ): Generator<void, Truncation | null> {
    const { server, session, reply } = this;
    const before = this.progress.loadedBytes;
    const reader = new AofReader(readerOf(fd), size, start, { checksums: server.config['aof-checksum'] });
    for (;;) {
      const item = reader.next();
      if (item === AofItem.RECORD) {
        server.dispatcher.dispatch(session, reader.request);
        if (reply.errors !== 0) this.refuse(reader, path);
        reply.reset();
        if ((++this.commands & (RECORDS_PER_LOOK - 1)) === 0) {
          this.report(before + reader.end);
          yield;
          while (server.keyspace.lazyFree.step()) yield;
        }
      } else if (item === AofItem.END) {
        this.progress.loadedBytes = before + size;
        return null;
      } else if (item === AofItem.DAMAGE) {
        // A length that was altered looks like a cut end, but sound records stand behind it.
        const damage = examineCut(readerOf(fd), size, reader.start, reader.damage!);
        return this.damaged(reader, damage, size, path, mayBeCut);
      }
    }
  }

  /** A record that the server does not accept: the file is not what it seems. */
  private refuse(reader: AofReader, path: string): never {
    const { lastError } = this.reply;
    const unknown = /^ERR unknown command '[^']*'/.exec(lastError);
    const what = unknown === null ? 'Bad file format' : unknown[0].replace('ERR unknown', 'Unknown');
    throw new LoadError(
      `${what} reading the append only file ${path}: the record at byte ${reader.start} cannot be replayed: ` +
        `${lastError}. To see it: mredis aof check ${path}`,
    );
  }

  private damaged(
    reader: AofReader,
    damage: AofDamage,
    size: number,
    path: string,
    mayBeCut: boolean,
  ): Truncation {
    const lostBytes = size - reader.soundTo;
    if (mayBeCut && isRepairable(damage) && this.server.config['aof-load-truncated']) {
      this.session.transaction = null;
      this.session.flags = SessionFlag.LOADER;
      return { offset: reader.soundTo, lostBytes };
    }
    const what = isRepairable(damage) ? 'Unexpected end of file' : 'Bad file format';
    throw new LoadError(
      `${what} reading the append only file ${path}: ${damage.reason} at byte ${damage.offset}; the last sound record ends at byte ` +
        `${reader.soundTo}. Nothing was changed. To see the damage: mredis aof check ${path}. ` +
        `To cut the file there: mredis aof check --fix ${path}. To save what follows: mredis aof repair --salvage ${path} -o NEW.`,
    );
  }

  private report(loadedBytes: number): void {
    this.progress.loadedBytes = loadedBytes;
    const nowMs = performance.now();
    if (nowMs - this.lastLogMs < PROGRESS_MS) return;
    this.lastLogMs = nowMs;
    const { totalBytes } = this.progress;
    const percent = Math.floor((100 * loadedBytes) / Math.max(1, totalBytes));
    this.server.log.info(
      { loadedBytes, totalBytes, keys: this.server.keyspace.size },
      `Loading: ${percent} %`,
    );
  }
}

const MAGIC = Buffer.from('REDIS');

/** True for a file that begins as an RDB file does. */
export function hasRdbMagic(fd: number): boolean {
  const head = Buffer.alloc(MAGIC.length);
  return readerOf(fd)(head, 0, head.length, 0) === head.length && head.equals(MAGIC);
}
