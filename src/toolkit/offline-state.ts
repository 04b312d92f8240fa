import { existsSync } from 'node:fs';
import { RDB_VERSION_FIELD_EXPIRES, RDB_VERSION_WRITTEN } from '../persistence/rdb/rdb-format.js';
import type { RdbVisitor } from '../persistence/rdb/rdb-visitor.js';
import type { RdbVersion } from '../persistence/rdb/rdb-writer.js';
import type { AofSet } from '../persistence/toolkit/aof-set.js';
import { AofLoader, LoadError, LoadProgress } from '../server/persistence/aof-loader.js';
import { Snapshot } from '../server/persistence/snapshot.js';
import { Server } from '../server/server.js';
import { UsageError } from './aof-command.js';

/** More databases than any file is likely to use; an empty one costs next to nothing. */
const DATABASES = 256;

/**
 * The data that a set amounts to: its commands were run by a server that has no port and no files. Nothing expires
 * meanwhile, so that a rewritten file holds what the original does.
 */
export class OfflineState {
  private readonly server: Server;
  /** Bytes of a cut record that were left out at the end. */
  droppedBytes = 0;

  private constructor() {
    this.server = new Server({ databases: DATABASES, shards: 1, appendonly: false, save: [] });
  }

  /** Throws a `UsageError` when the set cannot be loaded. */
  static load(set: AofSet): OfflineState {
    const state = new OfflineState();
    const { server } = state;
    server.keyspace.expirePaused = () => true;
    server.keyspace.keepExpired = true;
    const loader = new AofLoader(server, new LoadProgress(0, 0));
    set.files.forEach(({ path, name }, index) => {
      if (!existsSync(path)) throw new UsageError(`${name} is missing, although the manifest names it`);
      try {
        const truncation = loader.load(path, index === set.files.length - 1);
        state.droppedBytes += truncation?.lostBytes ?? 0;
      } catch (error) {
        if (error instanceof LoadError) throw new UsageError(error.message, { cause: error });
        throw error;
      }
    });
    return state;
  }

  get keys(): number {
    return this.server.keyspace.size;
  }

  /** Version of an RDB file that has a place for everything; Redis before 7.4 knows no expire times of hash fields. */
  get rdbVersion(): RdbVersion {
    return this.server.keyspace.expiringHashes > 0 ? RDB_VERSION_FIELD_EXPIRES : RDB_VERSION_WRITTEN;
  }

  /** Tells everything, database by database. */
  tell(visitor: RdbVisitor): void {
    const snapshot = new Snapshot(this.server.keyspace, { visitor, beside: null }, false);
    try {
      while (snapshot.step(() => 0));
    } finally {
      snapshot.close();
    }
  }
}
