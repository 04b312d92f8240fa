import { AofItem } from '../aof/aof-format.js';
import { AofReader } from '../aof/aof-reader.js';
import type { ReadBytes } from '../file-bytes.js';
import { RdbOpcode } from '../rdb/rdb-format.js';
import { PROGRESS_BYTES } from './progress.js';
import { byteAt, readFully } from './record-search.js';
import type { OffsetProgress } from './salvage-snapshot.js';

const WINDOW_BYTES = 256 * 1024;
/** An end mark, and the checksum behind it. */
const END_BYTES = 9;
/** The beginning of what may follow an RDB part: a record, or a line with the time. */
const START = /^(\*[1-9]\d{0,6}\r\n\$\d{1,9}\r\n|#TS:\d{1,15}\r\n|#CRC:[0-9a-f]{8}:)/;
const START_BYTES = 24;
/** A row of so many records is the file's own, even if other damage follows. */
const RECORDS_MAX = 100_000;

/** Fewer that do not lead to the end of the file, and stand behind no end mark, may be part of a value. */
const UNMARKED_RECORDS_MIN = 64;
/** Of a row behind an end mark so many are enough, although other damage follows. */
const MARKED_RECORDS_MIN = 16;
const STAR = 42;
const HASH = 35;

/** Records that follow each other. */
interface Row {
  start: number;
  end: number;
  records: number;
  /** They lead to the end of the file. */
  last: boolean;
}

/**
 * Where the records begin behind an RDB part with damage; the size of the file when there are none.
 *
 * A reader that lost its way in the RDB part may take the records for values, so what it could read proves nothing. The
 * records stand behind an end mark and eight bytes, and values of the RDB part may hold records, too: of the rows of
 * records behind such a mark, the first counts that leads to the end of the file or is long, else the longest. Where the
 * mark itself was destroyed, the first row that leads to the end, else the longest if it is long.
 */
export async function findRecordsBehindSnapshot(
  read: ReadBytes,
  size: number,
  progress: OffsetProgress,
): Promise<number> {
  let marked: Row | null = null;
  let last: Row | null = null;
  let longest: Row | null = null;
  for await (const row of rowsOf(read, size, progress)) {
    const behindMark = byteAt(read, row.start - END_BYTES) === RdbOpcode.EOF;
    if (behindMark && (row.last || row.records >= MARKED_RECORDS_MIN)) return row.start;
    if (behindMark && row.records > (marked?.records ?? 0)) marked = row;
    if (row.last) last ??= row;
    if (row.records > (longest?.records ?? UNMARKED_RECORDS_MIN)) longest = row;
  }
  return (marked ?? last ?? longest)?.start ?? size;
}

/** All rows of records in the file, in their order. */
async function* rowsOf(read: ReadBytes, size: number, progress: OffsetProgress): AsyncGenerator<Row> {
  const window = Buffer.allocUnsafe(WINDOW_BYTES + START_BYTES);
  let pauseAt = PROGRESS_BYTES;
  let next = 0;
  for (let offset = 0; offset < size; offset = Math.max(next, offset + WINDOW_BYTES)) {
    const filled = readFully(read, window, Math.min(window.length, size - offset), offset);
    for (let at = Math.max(0, next - offset); at < Math.min(filled, WINDOW_BYTES); at++) {
      if (window[at] !== STAR && window[at] !== HASH) continue;
      if (!START.test(window.toString('latin1', at, Math.min(filled, at + START_BYTES)))) continue;
      const row = rowAt(read, size, offset + at);
      if (row === null) continue;
      yield row;
      // What begins inside a row belongs to it.
      next = row.end;
      at = next - offset - 1;
    }
    if (offset < pauseAt) continue;
    await progress(offset);
    pauseAt = offset + PROGRESS_BYTES;
  }
}

function rowAt(read: ReadBytes, size: number, start: number): Row | null {
  const options = { checksums: false, argumentBytesMax: 64 };
  let reader = new AofReader(read, size, start, options);
  let records = 0;
  while (records < RECORDS_MAX) {
    const item = reader.next();
    if (item === AofItem.RECORD) records++;
    else if (reader.damage?.kind === 'transaction') {
      // The half of a transaction is a whole record all the same.
      records++;
      reader = new AofReader(read, size, reader.end, options);
    } else if (item !== AofItem.ANNOTATION) break;
  }
  if (records === 0) return null;
  const kind = reader.damage?.kind ?? null;
  const last = records === RECORDS_MAX || kind === null || kind === 'open-transaction';
  return { start, end: reader.end, records, last };
}
