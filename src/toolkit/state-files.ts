import { join } from 'node:path';
import { AofFileWriter } from '../persistence/aof/aof-file-writer.js';
import { AtomicFile } from '../persistence/atomic-file.js';
import { RdbCommands } from '../persistence/rdb-commands.js';
import { RdbWriter } from '../persistence/rdb/rdb-writer.js';
import { newDataDirectory, newFile, writeManifest } from '../persistence/toolkit/output-set.js';
import type { OfflineState } from './offline-state.js';

export type StateFormat = 'rdb' | 'aof';

/** Writes the state as an RDB file. `aofBase`: as the base of a multi-part AOF. */
export function writeRdb(state: OfflineState, path: string, aofBase: boolean): number {
  const file = new AtomicFile(path);
  try {
    const sink = {
      write: (bytes: Uint8Array): void => file.write(bytes),
      writeAt: (offset: number, bytes: Uint8Array): void => file.writeAt(offset, bytes),
    };
    const writer = new RdbWriter(sink, { version: state.rdbVersion });
    writer.aux('redis-ver', '7.0.15');
    writer.aux('redis-bits', '64');
    writer.aux('ctime', String(Math.floor(Date.now() / 1000)));
    writer.aux('aof-base', aofBase ? '1' : '0');
    state.tell(writer);
    writer.finish();
    file.commit();
    return writer.offset;
  } catch (error) {
    file.abandon();
    throw error;
  }
}

/** Writes the state as the commands that make it. */
export function writeCommands(state: OfflineState, path: string): number {
  const writer = new AofFileWriter(path, { checksums: true });
  try {
    state.tell(new RdbCommands((request) => writer.request(request)));
    writer.commit();
    return writer.bytes;
  } catch (error) {
    writer.abandon();
    throw error;
  }
}

/** Writes the state as one file that does not exist yet; its size. */
export function writeSingle(state: OfflineState, path: string, format: StateFormat): number {
  newFile(path);
  return format === 'rdb' ? writeRdb(state, path, false) : writeCommands(state, path);
}

/** Writes the state as a multi-part AOF into a new data directory; the size of its files. */
export function writeMultiPart(
  state: OfflineState,
  directory: string,
  appendFilename: string,
  format: StateFormat,
): number {
  const files = newDataDirectory(directory);
  const base = { name: `${appendFilename}.1.base.${format}`, seq: 1, type: 'b' as const };
  const path = join(files, base.name);
  const bytes = format === 'rdb' ? writeRdb(state, path, true) : writeCommands(state, path);
  const increment = { name: `${appendFilename}.1.incr.aof`, seq: 1, type: 'i' as const };
  const empty = new AofFileWriter(join(files, increment.name), { checksums: false });
  empty.commit();
  writeManifest(files, appendFilename, { base, increments: [increment], history: [] });
  return bytes;
}
