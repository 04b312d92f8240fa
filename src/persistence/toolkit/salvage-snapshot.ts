import { AtomicFile } from '../atomic-file.js';
import type { ReadBytes } from '../file-bytes.js';
import { Crc64 } from '../rdb/crc64.js';
import { RdbError, RdbOpcode, RDB_VERSION_CHECKSUM } from '../rdb/rdb-format.js';
import { RdbReader } from '../rdb/rdb-reader.js';
import { NULL_VISITOR } from './null-visitor.js';
import { PROGRESS_BYTES } from './progress.js';

export interface SalvagedSnapshot {
  keys: number;
  /** Up to here the part is kept. */
  soundTo: number;
  /** Where the part ends; only without damage. */
  end: number;
  damage: string | null;
  /** All of it can be read, but the checksum does not fit. */
  unproven: boolean;
}

const CHUNK_BYTES = 1024 * 1024;

/**
 * Copies an RDB file, or as many whole keys of it as stand before its first damage, to `path`. A prefix of such a file
 * that ends between two keys is one itself, once it has an end mark and a checksum of its own.
 */
export async function salvageSnapshot(
  read: ReadBytes,
  size: number,
  path: string,
  progress: (offset: number) => Promise<void>,
): Promise<SalvagedSnapshot> {
  const { reader, damage } = await readAll(read, size, progress);
  const unproven = damage?.damage === 'checksum';
  const soundTo = damage === null || unproven ? endMark(reader) : reader.entryOffset;
  await copyWithEnd(read, soundTo, reader.version, path, progress);
  return {
    keys: reader.keys,
    soundTo,
    end: reader.offset,
    damage: unproven ? null : (damage?.message ?? null),
    unproven,
  };
}

async function readAll(
  read: ReadBytes,
  size: number,
  progress: (offset: number) => Promise<void>,
): Promise<{ reader: RdbReader; damage: RdbError | null }> {
  const reader = RdbReader.ofFile(read, size, NULL_VISITOR);
  try {
    while (!reader.step(PROGRESS_BYTES)) await progress(reader.offset);
    return { reader, damage: null };
  } catch (error) {
    if (!(error instanceof RdbError)) throw error;
    return { reader, damage: error };
  }
}

/** Offset of the end mark of a part that was read to its end. */
function endMark(reader: RdbReader): number {
  return reader.offset - (reader.version >= RDB_VERSION_CHECKSUM ? 9 : 1);
}

async function copyWithEnd(
  read: ReadBytes,
  bytes: number,
  version: number,
  path: string,
  progress: (offset: number) => Promise<void>,
): Promise<void> {
  const file = new AtomicFile(path);
  try {
    const crc = new Crc64();
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    const put = (length: number): void => {
      crc.update(chunk, 0, length);
      file.write(chunk.subarray(0, length));
    };
    for (let offset = 0; offset < bytes;) {
      const got = read(chunk, 0, Math.min(CHUNK_BYTES, bytes - offset), offset);
      if (got === 0) break;
      put(got);
      offset += got;
      if (offset % PROGRESS_BYTES < CHUNK_BYTES) await progress(offset);
    }
    chunk[0] = RdbOpcode.EOF;
    put(1);
    if (version >= RDB_VERSION_CHECKSUM) {
      crc.write(chunk, 0);
      file.write(chunk.subarray(0, 8));
    }
    file.commit();
  } catch (error) {
    file.abandon();
    throw error;
  }
}
