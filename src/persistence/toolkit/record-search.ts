import { crc32 } from 'node:zlib';
import { type AofDamage, AofItem } from '../aof/aof-format.js';
import { AofReader } from '../aof/aof-reader.js';
import { formatChecksum, parseChecksum } from '../aof/checksum.js';
import type { Request } from '../../protocol/request.js';
import type { ReadBytes } from '../file-bytes.js';

const WINDOW_BYTES = 256 * 1024;
/** What the beginning of a record looks like: two headers. */
const RECORD_START = /^\*[1-9]\d{0,6}\r\n\$\d{1,9}\r\n/;
const RECORD_START_BYTES = 24;
/** So many records in a row are no chance, even if other bytes follow them. */
const PROOF_RECORDS = 3;
/** Longer rows are not counted to their end: each damage of a file of 10M records would cost a second. */
const PROOF_RECORDS_MAX = 100_000;
/**
 * Inside a damaged value. Records there that break off, too, are more likely part of it than proof that its length was
 * altered, unless there are many.
 */
const PROOF_INSIDE_VALUE = 64;
const STAR = 42;
/** What may follow a value: a record, another argument, an annotation, the end of the file. */
const AFTER_VALUE: readonly number[] = [STAR, 36, 35, -1];
const VALUE_HEADER = /^\$(\d{1,9})\r\n/;
const CHECKSUM_START = /^#CRC:[0-9a-f]{8}:\d/;

/** Where records begin again behind damage. */
export interface Boundary {
  offset: number;
  /** Records that follow without damage. */
  records: number;
}

/** What is known of the place where a search begins. */
export interface SearchOptions {
  /** It is inside a value that leads beyond the end of the file. */
  insideCut?: boolean;
  /** Where the damaged value ends, if its length is right: records that stand before and break off there are its own. */
  valueEnd?: number;
  /** Records that begin before this offset must lead beyond it. */
  crossing?: number;
  /**
   * True for a request that a server may have written: one or two of these between two damages are records, too, where
   * no value reaches around them. Without it they are not.
   */
  written?: (request: Request) => boolean;
}

/**
 * The first offset from `from` on at which sound records provably begin, or null. Provably: they lead to the end of
 * the file, or are at least three; and they are not part of a value that holds such records itself, which shows in
 * the newline that ends the value.
 */
export function findRecords(
  read: ReadBytes,
  size: number,
  from: number,
  options: SearchOptions = {},
): Boundary | null {
  const headers = new ValueHeaders(read, size, Math.min(from, options.crossing ?? from));
  return findPlace(read, size, from, RECORD_START, (offset) =>
    provenRecords(read, size, offset, options, headers),
  );
}

/**
 * The first checksum annotation from `from` on behind which the next stretch, or the rest of the file, is sound; null
 * without one.
 */
export function findChecksum(read: ReadBytes, size: number, from: number): number | null {
  const place = findPlace(read, size, from, CHECKSUM_START, (offset) => {
    const reader = new AofReader(read, size, offset, { moved: true, argumentBytesMax: 64 });
    if (reader.next() !== AofItem.ANNOTATION || parseChecksum(reader.annotation) === null) return 0;
    for (let item = reader.next(); item !== AofItem.DAMAGE; item = reader.next()) {
      if (item === AofItem.END || (reader.checksums?.bytes ?? 0) > 0) return 1;
    }
    return 0;
  });
  return place?.offset ?? null;
}

/**
 * True when the bytes from `start` on, the end of a checksum annotation, fit the next one, whatever halves of transactions
 * stand there.
 */
export function stretchFits(read: ReadBytes, size: number, start: number): boolean {
  const options = { checksums: false, argumentBytesMax: 64 };
  let reader = new AofReader(read, size, start, options);
  for (;;) {
    const item = reader.next();
    const checksum = item === AofItem.ANNOTATION ? parseChecksum(reader.annotation) : null;
    if (checksum !== null) {
      const { offset, length } = checksum;
      if (length !== reader.start - start) return false;
      return formatChecksum(crcOf(read, start, reader.start), offset, length) === reader.annotation;
    }
    if (reader.damage?.kind === 'transaction') reader = new AofReader(read, size, reader.end, options);
    else if (item === AofItem.DAMAGE || item === AofItem.END) return false;
  }
}

function crcOf(read: ReadBytes, start: number, end: number): number {
  const chunk = Buffer.allocUnsafe(WINDOW_BYTES);
  let crc = 0;
  for (let offset = start; offset < end;) {
    const filled = readFully(read, chunk, Math.min(chunk.length, end - offset), offset);
    if (filled === 0) break;
    crc = crc32(chunk.subarray(0, filled), crc);
    offset += filled;
  }
  return crc;
}

/** The first place where `start` matches and `proof` counts something. */
function findPlace(
  read: ReadBytes,
  size: number,
  from: number,
  start: RegExp,
  proof: (offset: number) => number,
): Boundary | null {
  const first = start === CHECKSUM_START ? '#' : '*';
  const window = Buffer.allocUnsafe(WINDOW_BYTES + RECORD_START_BYTES);
  for (let offset = from; offset < size; offset += WINDOW_BYTES) {
    const filled = readFully(read, window, Math.min(window.length, size - offset), offset);
    for (let at = 0; at < Math.min(filled, WINDOW_BYTES); at++) {
      at = window.indexOf(first, at);
      if (at < 0 || at >= filled) break;
      if (!start.test(window.toString('latin1', at, Math.min(filled, at + RECORD_START_BYTES)))) continue;
      const records = proof(offset + at);
      if (records > 0) return { offset: offset + at, records };
    }
  }
  return null;
}

/** How many records follow each other from `offset` on; 0 when they prove nothing. */
function provenRecords(
  read: ReadBytes,
  size: number,
  offset: number,
  { insideCut = false, valueEnd = 0, crossing = 0, written = () => false }: SearchOptions,
  headers: ValueHeaders,
): number {
  const reader = new AofReader(read, size, offset, { checksums: false, argumentBytesMax: 64 });
  let records = 0;
  let allWritten = !insideCut;
  let item = reader.next();
  for (; item === AofItem.RECORD || item === AofItem.ANNOTATION; item = reader.next()) {
    if (item !== AofItem.RECORD) continue;
    if (++records === 1 && offset < crossing && reader.end <= crossing) return 0;
    if (records === PROOF_RECORDS_MAX) return records;
    if (records < PROOF_RECORDS) allWritten &&= written(reader.request);
  }
  const { damage } = reader;
  if (damage === null) return records;
  if (damage.kind === 'transaction') return records + 1;
  // Behind records that stand inside a value comes the newline that ends the value, and a record or an argument.
  if (startsWithNewline(read, reader.start)) {
    if (AFTER_VALUE.includes(byteAt(read, reader.start + 2))) return 0;
    allWritten = false;
  }
  if (reader.start < valueEnd && records < PROOF_INSIDE_VALUE) return 0;
  if (records < PROOF_INSIDE_VALUE && headers.reachBefore(offset) >= reader.start) return 0;
  const end = damage.kind === 'cut' || damage.kind === 'open-transaction';
  if (records >= (!end ? PROOF_RECORDS : insideCut ? PROOF_INSIDE_VALUE : 2)) return records;
  return allWritten ? records : 0;
}

/** How far the values reach whose headers stand between two offsets, read once from the first to the last. */
class ValueHeaders {
  private reach = 0;
  private readonly window = Buffer.allocUnsafe(WINDOW_BYTES + RECORD_START_BYTES);

  constructor(
    private readonly read: ReadBytes,
    private readonly size: number,
    private next: number,
  ) {}

  /** Where the value ends that reaches farthest of those that begin before `offset`, which never goes down. */
  reachBefore(offset: number): number {
    const { read, size, window } = this;
    while (this.next < offset) {
      const filled = readFully(read, window, Math.min(window.length, size - this.next), this.next);
      const stop = Math.min(WINDOW_BYTES, offset - this.next);
      for (let at = window.indexOf('$'); at >= 0 && at < stop; at = window.indexOf('$', at + 1)) {
        const header = VALUE_HEADER.exec(
          window.toString('latin1', at, Math.min(filled, at + RECORD_START_BYTES)),
        );
        if (header === null) continue;
        this.reach = Math.max(this.reach, this.next + at + header[0].length + Number(header[1]));
      }
      this.next += stop;
    }
    return this.reach;
  }
}

/**
 * Where the records end that stand at the very beginning of a value, which begins at `valueStart`: they are its own, since
 * a record of the file comes behind the end of one. `valueStart` when there are none.
 */
export function ownRecordsEnd(read: ReadBytes, size: number, valueStart: number, insideCut: boolean): number {
  if (byteAt(read, valueStart) !== STAR) return valueStart;
  const reader = new AofReader(read, size, valueStart, { checksums: false, argumentBytesMax: 64 });
  let records = 0;
  while (reader.next() === AofItem.RECORD && records < PROOF_INSIDE_VALUE) records++;
  // Those that lead to the end of a file are its own, unless the value does, too.
  const leads = records === PROOF_INSIDE_VALUE || (!insideCut && reader.damage === null);
  return leads ? valueStart : reader.start;
}

/** True when a newline stands at `offset`. */
export function startsWithNewline(read: ReadBytes, offset: number): boolean {
  const bytes = Buffer.alloc(2);
  return read(bytes, 0, 2, offset) === 2 && bytes[0] === 13 && bytes[1] === 10;
}

/** -1 at the end. */
export function byteAt(read: ReadBytes, offset: number): number {
  const byte = Buffer.alloc(1);
  return read(byte, 0, 1, offset) === 1 ? byte[0]! : -1;
}

/** True when a whole argument stands at `offset`, with its header and the newline behind it. */
export function argumentFollows(read: ReadBytes, offset: number): boolean {
  const bytes = Buffer.alloc(RECORD_START_BYTES);
  const header = VALUE_HEADER.exec(bytes.toString('latin1', 0, read(bytes, 0, bytes.length, offset)));
  return header !== null && startsWithNewline(read, offset + header[0].length + Number(header[1]));
}

export function readFully(read: ReadBytes, to: Buffer, length: number, offset: number): number {
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
  const from = Math.max(start + 1, ownRecordsEnd(read, size, damage.offset, true));
  const boundary = findRecords(read, size, from, { insideCut: true });
  if (boundary === null) return damage;
  const records =
    boundary.records === 1
      ? 'a sound record follows'
      : `${boundary.records === PROOF_RECORDS_MAX ? 'more than ' : ''}${boundary.records} sound records follow`;
  return {
    kind: 'length',
    offset: damage.offset,
    reason: `a length was altered: it leads beyond the end of the file, but ${records} at offset ${boundary.offset}`,
  };
}
