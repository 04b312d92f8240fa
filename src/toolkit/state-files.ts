import { join } from 'node:path';
import { AofFileWriter } from '../persistence/aof/aof-file-writer.js';
import { AtomicFile } from '../persistence/atomic-file.js';
import { RdbCommands } from '../persistence/rdb-commands.js';
import { RdbWriter } from '../persistence/rdb/rdb-writer.js';
import { bytes } from '../persistence/toolkit/check-report.js';
import { inNewDataDirectory, newFile, writeManifest } from '../persistence/toolkit/output-set.js';
import type { KeyProgress, OfflineState } from './offline-state.js';

export type StateFormat = 'rdb' | 'aof';

/** Writes the state as an RDB file. `aofBase`: as the base of a multi-part AOF. */
async function writeRdb(
  state: OfflineState,
  path: string,
  aofBase: boolean,
  progress: KeyProgress,
): Promise<number> {
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
    await state.tell(writer, progress);
    writer.finish();
    file.commit();
    return writer.offset;
  } catch (error) {
    file.abandon();
    throw error;
  }
}

/** Writes the state as the commands that make it. */
async function writeCommands(state: OfflineState, path: string, progress: KeyProgress): Promise<number> {
  const writer = new AofFileWriter(path, { checksums: true });
  try {
    await state.tell(
      new RdbCommands((request) => {
        writer.request(request);
      }),
      progress,
    );
    writer.commit();
    return writer.bytes;
  } catch (error) {
    writer.abandon();
    throw error;
  }
}

/** Writes the state as one file that does not exist yet; its size. */
export function writeSingle(
  state: OfflineState,
  path: string,
  format: StateFormat,
  progress: KeyProgress,
): Promise<number> {
  newFile(path);
  return format === 'rdb' ? writeRdb(state, path, false, progress) : writeCommands(state, path, progress);
}

/** Writes the state as a multi-part AOF into a new data directory; the size of its files. */
export function writeMultiPart(
  state: OfflineState,
  directory: string,
  appendFilename: string,
  format: StateFormat,
  progress: KeyProgress,
): Promise<number> {
  return inNewDataDirectory(directory, async (files) => {
    const base = { name: `${appendFilename}.1.base.${format}`, seq: 1, type: 'b' as const };
    const path = join(files, base.name);
    const bytes = await (format === 'rdb'
      ? writeRdb(state, path, true, progress)
      : writeCommands(state, path, progress));
    const increment = { name: `${appendFilename}.1.incr.aof`, seq: 1, type: 'i' as const };
    const empty = new AofFileWriter(join(files, increment.name), { checksums: false });
    empty.commit();
    writeManifest(files, appendFilename, { base, increments: [increment], history: [] });
    return bytes;
  });
}

/** What the person has to know of a state that was written. */
export function stateRemarks({ droppedBytes, needsRedis }: OfflineState): string[] {
  const remarks: string[] = [];
  if (droppedBytes > 0)
    remarks.push(`the last ${bytes(droppedBytes)} are an unfinished record or transaction and were left out`);
  if (needsRedis !== null) {
    remarks.push(
      `fields of hashes have expire times: what was written is read by mredis and by Redis ${needsRedis} and newer, not by Redis before`,
    );
  }
  return remarks;
}
