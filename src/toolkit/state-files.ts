import { join } from 'node:path';
import { AofFileWriter } from '../persistence/aof/aof-file-writer.js';
import { AtomicFile } from '../persistence/atomic-file.js';
import { RdbCommands } from '../persistence/rdb-commands.js';
import type { RdbSink } from '../persistence/rdb/rdb-output.js';
import { RdbWriter, type RdbVersion } from '../persistence/rdb/rdb-writer.js';
import { bytes } from '../persistence/toolkit/check-report.js';
import { inNewDataDirectory, inNewFile, writeManifest } from '../persistence/toolkit/output-set.js';
import type { OfflineData } from './state-parts.js';

export type StateFormat = 'rdb' | 'aof';

/** Writes the data as an RDB file. `aofBase`: as the base of a multi-part AOF. */
export async function writeRdb(data: OfflineData, path: string, aofBase: boolean): Promise<number> {
  const file = new AtomicFile(path);
  try {
    const sink = {
      write: (bytes: Uint8Array): void => file.write(bytes),
      writeAt: (offset: number, bytes: Uint8Array): void => file.writeAt(offset, bytes),
    };
    let writer: RdbWriter | null = null;
    await data.tell((version) => (writer = startRdb(sink, version, aofBase)));
    writer!.finish();
    file.commit();
    return writer!.offset;
  } catch (error) {
    file.abandon();
    throw error;
  }
}

function startRdb(sink: RdbSink, version: RdbVersion, aofBase: boolean): RdbWriter {
  const writer = new RdbWriter(sink, { version });
  writer.aux('redis-ver', '7.0.15');
  writer.aux('redis-bits', '64');
  writer.aux('ctime', String(Math.floor(Date.now() / 1000)));
  writer.aux('aof-base', aofBase ? '1' : '0');
  return writer;
}

/** Writes the data as the commands that make it. */
async function writeCommands(data: OfflineData, path: string): Promise<number> {
  const writer = new AofFileWriter(path, { checksums: true });
  try {
    const commands = new RdbCommands((request) => {
      writer.request(request);
    });
    await data.tell(() => commands);
    writer.commit();
    return writer.bytes;
  } catch (error) {
    writer.abandon();
    throw error;
  }
}

/** Writes the data as one file that does not exist yet; its size. */
export function writeSingle(data: OfflineData, path: string, format: StateFormat): Promise<number> {
  return inNewFile(path, () => (format === 'rdb' ? writeRdb(data, path, false) : writeCommands(data, path)));
}

/** Writes the data as a multi-part AOF into a new data directory; the size of its files. */
export function writeMultiPart(
  data: OfflineData,
  directory: string,
  appendFilename: string,
  format: StateFormat,
): Promise<number> {
  return inNewDataDirectory(directory, async (files) => {
    const base = { name: `${appendFilename}.1.base.${format}`, seq: 1, type: 'b' as const };
    const path = join(files, base.name);
    const bytes = await (format === 'rdb' ? writeRdb(data, path, true) : writeCommands(data, path));
    const increment = { name: `${appendFilename}.1.incr.aof`, seq: 1, type: 'i' as const };
    const empty = new AofFileWriter(join(files, increment.name), { checksums: false });
    empty.commit();
    writeManifest(files, appendFilename, { base, increments: [increment], history: [] });
    return bytes;
  });
}

/** What the person has to know of data that was written. */
export function dataRemarks({ droppedBytes, needsRedis }: OfflineData): string[] {
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
