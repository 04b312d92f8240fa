import { AofFileWriter } from '../../persistence/aof/aof-file-writer.js';
import { AtomicFile } from '../../persistence/atomic-file.js';
import { RdbCommands } from '../../persistence/rdb-commands.js';
import { RDB_VERSION_FIELD_EXPIRES, RDB_VERSION_WRITTEN } from '../../persistence/rdb/rdb-format.js';
import type { RdbVisitor } from '../../persistence/rdb/rdb-visitor.js';
import { RdbFragment } from '../../persistence/rdb/dump-payload.js';
import { RdbWriter } from '../../persistence/rdb/rdb-writer.js';
import type { Server } from '../server.js';

/** Takes whole values that come while another one is being written. */
export interface BesideVisitor {
  readonly visitor: RdbVisitor;
  /** Both visitors write to one sequence: the database that one selects is the other's, too. */
  readonly shared: boolean;
  /** Writes a part of what was kept, between two values; false when nothing is left. */
  flush(): boolean;
}

/** A file that a snapshot is written to, and that has its name only when it is complete. */
export interface SnapshotFile {
  readonly visitor: RdbVisitor;
  /** Takes whole values while `visitor` is in the middle of one. */
  readonly beside: BesideVisitor;
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
  const options = {
    compression: config.rdbcompression,
    checksum: config.rdbchecksum,
    // A file that Redis 7.0 can load, unless that would lose something.
    version: keyspace.expiringHashes > 0 ? RDB_VERSION_FIELD_EXPIRES : RDB_VERSION_WRITTEN,
  } as const;
  const writer = new RdbWriter(sink, options);
  writeAux(writer, server, aofBase);
  const fragment = new RdbFragment(options);
  return {
    visitor: writer,
    beside: {
      visitor: fragment,
      shared: false,
      flush: () => {
        const part = fragment.take();
        if (part !== null) writer.append(part);
        return part !== null;
      },
    },
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
  const commands = (): RdbCommands =>
    new RdbCommands((request) => {
      writer.request(request);
    });
  return {
    visitor: commands(),
    // Commands of different values may stand between each other.
    beside: { visitor: commands(), shared: true, flush: () => false },
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
