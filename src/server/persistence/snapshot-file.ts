import { AofFileWriter } from '../../persistence/aof/aof-file-writer.js';
import { AtomicFile } from '../../persistence/atomic-file.js';
import { RdbCommands } from '../../persistence/rdb-commands.js';
import { RDB_VERSION_FIELD_EXPIRES, RDB_VERSION_WRITTEN } from '../../persistence/rdb/rdb-format.js';
import type { RdbVisitor } from '../../persistence/rdb/rdb-visitor.js';
import { RdbWriter } from '../../persistence/rdb/rdb-writer.js';
import type { Server } from '../server.js';

/** A file that a snapshot is written to, and that has its name only when it is complete. */
export interface SnapshotFile {
  readonly visitor: RdbVisitor;
  /** For a sync in a thread before `commit`. */
  readonly fd: number;
  /** Writes what is left. */
  finish(): void;
  /** Syncs the file and gives it its name. */
  commit(): void;
  abandon(): void;
}

/** An RDB file, which is also the base of an AOF with `aof-use-rdb-preamble yes`. Throws when it cannot be created. */
export function rdbFile(server: Server, path: string, aofBase: boolean): SnapshotFile {
  const { config, keyspace } = server;
  const file = new AtomicFile(path);
  const sink = {
    write: (bytes: Uint8Array): void => {
      file.write(bytes);
    },
    writeAt: (offset: number, bytes: Uint8Array): void => {
      file.writeAt(offset, bytes);
    },
  };
  const writer = new RdbWriter(sink, {
    compression: config.rdbcompression,
    checksum: config.rdbchecksum,
    // A file that Redis 7.0 can load, unless that would lose something.
    version: keyspace.expiringHashes > 0 ? RDB_VERSION_FIELD_EXPIRES : RDB_VERSION_WRITTEN,
  });
  writeAux(writer, server, aofBase);
  return {
    visitor: writer,
    fd: file.fd,
    finish: () => {
      writer.finish();
    },
    commit: () => {
      file.commit();
    },
    abandon: () => {
      file.abandon();
    },
  };
}

function writeAux(writer: RdbWriter, server: Server, aofBase: boolean): void {
  writer.aux('redis-ver', '7.0.15');
  writer.aux('redis-bits', '64');
  writer.aux('ctime', String(Math.floor(server.nowMs / 1000)));
  writer.aux('used-mem', String(server.usedMemory));
  writer.aux('aof-base', aofBase ? '1' : '0');
}

/** The base of an AOF with `aof-use-rdb-preamble no`: the commands that make every value. */
export function commandFile(server: Server, path: string): SnapshotFile {
  const { config } = server;
  const writer = new AofFileWriter(path, { checksums: config['aof-checksum'] });
  if (config['aof-timestamp-enabled']) writer.time(Math.floor(server.nowMs / 1000));
  return {
    visitor: new RdbCommands((request) => {
      writer.request(request);
    }),
    fd: writer.fd,
    finish: () => {
      writer.finish();
    },
    commit: () => {
      writer.commit();
    },
    abandon: () => {
      writer.abandon();
    },
  };
}
