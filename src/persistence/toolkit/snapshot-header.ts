import type { ReadBytes } from '../file-bytes.js';
import { RDB_VERSION_READ_MAX, RDB_VERSION_WRITTEN } from '../rdb/rdb-format.js';
import { type OffsetProgress, readSnapshot } from './salvage-snapshot.js';

/** What an RDB file begins with: this and two more digits of its version. */
const START = Buffer.from('REDIS00');
export const SNAPSHOT_HEADER_BYTES = 9;
/** So many bytes of a header are enough to know it by; records begin with none of them. */
const BYTES_ALIKE_MIN = 5;
/** Versions that a file without a readable one is taken for, those of Redis 5 and later. */
const VERSIONS = [RDB_VERSION_WRITTEN, 11, RDB_VERSION_READ_MAX, 9];

const isDigit = (byte: number): boolean => byte >= 48 && byte <= 57;

/** How a file begins: with the header of an RDB part, with what is left of one, or with something else. */
export function snapshotHeader(read: ReadBytes): 'sound' | 'altered' | 'none' {
  const bytes = Buffer.alloc(SNAPSHOT_HEADER_BYTES);
  read(bytes, 0, bytes.length, 0);
  const alike = bytes.reduce(
    (sum, byte, i) => sum + Number(START[i] === byte || (i >= 7 && isDigit(byte))),
    0,
  );
  if (alike < BYTES_ALIKE_MIN) return 'none';
  const version = Number(bytes.toString('latin1', 5));
  return alike === bytes.length && version >= 1 && version <= RDB_VERSION_READ_MAX ? 'sound' : 'altered';
}

/** Reads the file with a new header in place of an altered one: of the version with which its checksum fits, if any does. */
export async function withNewHeader(
  read: ReadBytes,
  size: number,
  progress: OffsetProgress,
): Promise<ReadBytes> {
  for (const version of VERSIONS) {
    const mended = withHeader(read, version);
    if ((await readSnapshot(mended, size, progress)).damage === null) return mended;
  }
  return withHeader(read, RDB_VERSION_WRITTEN);
}

function withHeader(read: ReadBytes, version: number): ReadBytes {
  const header = Buffer.from(`REDIS${String(version).padStart(4, '0')}`);
  return (to, at, length, offset) => {
    const got = read(to, at, length, offset);
    if (offset < header.length) header.copy(to, at, offset, Math.min(header.length, offset + got));
    return got;
  };
}
