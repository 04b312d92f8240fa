import { Bytes } from '../bytes/bytes.js';
import type { AofReader } from '../persistence/aof/aof-reader.js';
import { RDB_VERSION_FIELD_EXPIRES, RDB_VERSION_WRITTEN } from '../persistence/rdb/rdb-format.js';
import type { RdbVisitor } from '../persistence/rdb/rdb-visitor.js';
import type { RdbVersion } from '../persistence/rdb/rdb-writer.js';
import { AofDamagedError, type AofSet, type AofSetFile } from '../persistence/toolkit/aof-set.js';
import { isUnfinishedEnd, walkFile } from '../persistence/toolkit/aof-walk.js';
import { NO_PROGRESS, type Progress } from '../persistence/toolkit/progress.js';
import { ReplyWriter } from '../protocol/reply-writer.js';
import { Session, SessionFlag } from '../server/clients/session.js';
import { KeyspaceLoader } from '../server/persistence/keyspace-loader.js';
import { Snapshot } from '../server/persistence/snapshot.js';
import { Server } from '../server/server.js';
import { FunctionLibraries } from './function-libraries.js';

/** More databases than any file is likely to use; an empty one costs next to nothing. */
const DATABASES = 256;
/** Slices of a millisecond that are told between two looks at what the person wants. */
const SLICES_PER_LOOK = 16;

/** Told how many of how many keys have been written. */
export type KeyProgress = (keys: number) => Promise<void>;

/**
 * The data that a set amounts to: its commands were run by a server that has no port and no files. Nothing expires
 * meanwhile, so that a rewritten file holds what the original does.
 */
export class OfflineState {
  private readonly server: Server;
  private readonly reply = new ReplyWriter();
  private readonly session: Session;
  private readonly libraries = new FunctionLibraries();
  /** Bytes of an unfinished record or transaction that were left out at the end. */
  droppedBytes = 0;

  private constructor() {
    this.server = new Server({ databases: DATABASES, shards: 1, appendonly: false, save: [] });
    this.server.keyspace.expirePaused = () => true;
    this.server.keyspace.keepExpired = true;
    this.session = new Session(this.server, this.reply, 0);
  }

  /** Rejects with an `AofDamagedError` when the set cannot be loaded. */
  static async load(set: AofSet, progress = NO_PROGRESS): Promise<OfflineState> {
    const state = new OfflineState();
    for (const file of set.files) await state.load(file, file === set.files.at(-1), progress);
    return state;
  }

  private async load(file: AofSetFile, last: boolean, progress: Progress): Promise<void> {
    const { session, server } = this;
    session.transaction = null;
    session.flags = SessionFlag.LOADER;
    session.select(0);
    const loader = new KeyspaceLoader(server.keyspace, null, false);
    const { damage, bytes, soundTo } = await walkFile(file.path, {
      snapshot: loader,
      record: (reader) => {
        this.run(reader, file);
      },
      annotation: () => undefined,
      progress: (offset) => {
        // Nobody else is served here: what was removed goes before more is read.
        while (server.keyspace.lazyFree.step());
        return progress(file, offset);
      },
    });
    for (const code of loader.functions) this.libraries.add(code);
    if (damage === null) return;
    if (!last || !isUnfinishedEnd(damage)) {
      throw new AofDamagedError(
        `${file.name} cannot be loaded: at byte ${damage.offset}: ${damage.reason}. ` +
          `Everything before byte ${soundTo} is sound. To see more: 'aof check'; to save what can be saved: 'aof repair --salvage'`,
      );
    }
    this.droppedBytes += bytes - soundTo;
  }

  private run(reader: AofReader, file: AofSetFile): void {
    const { reply } = this;
    if (this.libraries.take(reader.request)) return;
    this.server.dispatcher.dispatch(this.session, reader.request);
    const failed = reply.errors !== 0;
    reply.reset();
    if (!failed) return;
    throw new AofDamagedError(
      `${file.name}: the command at byte ${reader.start} cannot be run: ${reply.lastError}. ` +
        "To take it out: 'aof export', edit the lines, 'aof import'",
    );
  }

  get keys(): number {
    return this.server.keyspace.size;
  }

  /** The oldest Redis that reads what is written of this data, or null when any does. */
  get needsRedis(): string | null {
    return this.server.keyspace.expiringHashes > 0 ? '7.4' : null;
  }

  /** Version of an RDB file that has a place for everything; Redis before 7.4 knows no expire times of hash fields. */
  get rdbVersion(): RdbVersion {
    return this.server.keyspace.expiringHashes > 0 ? RDB_VERSION_FIELD_EXPIRES : RDB_VERSION_WRITTEN;
  }

  /** Tells everything, database by database. */
  async tell(visitor: RdbVisitor, progress: KeyProgress = () => Promise.resolve()): Promise<void> {
    for (const code of this.libraries.sources) visitor.functionLibrary(Bytes.from(code.toString('latin1')));
    const snapshot = new Snapshot(this.server.keyspace, { visitor, beside: null }, false);
    try {
      for (let slice = 1; snapshot.step(() => performance.now()); slice++) {
        if (slice % SLICES_PER_LOOK === 0) await progress(snapshot.keys);
      }
    } finally {
      snapshot.close();
    }
  }
}
