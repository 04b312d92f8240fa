import { type AofDamage, AofItem } from '../aof/aof-format.js';
import { AofReader } from '../aof/aof-reader.js';
import { parseChecksum } from '../aof/checksum.js';
import type { ReadBytes } from '../file-bytes.js';

const WINDOW_BYTES = 256 * 1024;
/** What the beginning of a record looks like: two headers. */
const RECORD_START = /^\*[1-9]\d{0,6}\r\n\$\d{1,9}\r\n/;
const RECORD_START_BYTES = 24;
/** So many records in a row are no chance, even if other bytes follow them. */
const PROOF_RECORDS = 3;

/** Where records begin again behind damage. */
export interface Boundary {
  offset: number;
  /** Records that follow without damage. */
  records: number;
}

/**
 * The first offset from `from` on at which sound records provably begin, or null. Provably: they lead to the end of
 * the file, or are at least three; and they are not part of a value that holds such records itself, which shows in
 * the newline that ends the value. `covered`: only if a checksum annotation follows them, in a file that has such.
 */
export function findRecords(read: ReadBytes, size: number, from: number, covered = false): Boundary | null {
  const window = Buffer.allocUnsafe(WINDOW_BYTES + RECORD_START_BYTES);
  for (let offset = from; offset < size; offset += WINDOW_BYTES) {
    const filled = readFully(read, window, Math.min(window.length, size - offset), offset);
    for (let at = 0; at < Math.min(filled, WINDOW_BYTES); at++) {
      at = window.indexOf('*', at);
      if (at < 0 || at >= filled) break;
      if (!RECORD_START.test(window.toString('latin1', at, Math.min(filled, at + RECORD_START_BYTES))))
        continue;
      const records = provenRecords(read, size, offset + at, covered);
      if (records > 0) return { offset: offset + at, records };
    }
  }
  return null;
}

/** How many records follow each other from `offset` on; 0 when they prove nothing. */
function provenRecords(read: ReadBytes, size: number, offset: number, covered: boolean): number {
  const reader = new AofReader(read, size, offset, { checksums: false, argumentBytesMax: 64 });
  let records = 0;
  let annotated = !covered;
  let item = reader.next();
  for (; item === AofItem.RECORD || item === AofItem.ANNOTATION; item = reader.next()) {
    if (item === AofItem.RECORD) records++;
    else annotated ||= parseChecksum(reader.annotation) !== null;
  }
  if (!annotated) return 0;
  const { damage } = reader;
  if (damage === null) return records;
  if (damage.kind === 'transaction') return records + 1;
  // Behind records that stand inside a value comes the newline that ends the value.
  if (startsWithNewline(read, reader.start)) return 0;
  if (damage.kind === 'cut' || damage.kind === 'open-transaction') return records >= 2 ? records : 0;
  return records >= PROOF_RECORDS ? records : 0;
}

/** True when a newline stands at `offset`. */
export function startsWithNewline(read: ReadBytes, offset: number): boolean {
  const bytes = Buffer.alloc(2);
  return read(bytes, 0, 2, offset) === 2 && bytes[0] === 13 && bytes[1] === 10;
}

function readFully(read: ReadBytes, to: Buffer, length: number, offset: number): number {
  let filled = 0;
  while (filled < length) {
    const got = read(to, filled, length - filled, offset + filled);
    if (got === 0) break;
    filled += got;
  }
  return filled;
}

/**
 * What a reader took for a file that ends too early may be a length that was altered: then sound records follow, which
 * cutting the file would lose. Tells the two apart.
 */
export function examineCut(read: ReadBytes, size: number, start: number, damage: AofDamage): AofDamage {
  if (damage.kind !== 'cut') return damage;
  const boundary = findRecords(read, size, start + 1);
  if (boundary === null) return damage;
  const records =
    boundary.records === 1 ? 'a sound record follows' : `${boundary.records} sound records follow`;
  return {
    kind: 'length',
    offset: damage.offset,
    reason: `a length was altered: it leads beyond the end of the file, but ${records} at offset ${boundary.offset}`,
  };
}
