import { closeSync, existsSync, openSync } from 'node:fs';
import { AofItem, type AofDamage } from '../aof/aof-format.js';
import { AofReader } from '../aof/aof-reader.js';
import { fileSize, type ReadBytes, readerOf } from '../file-bytes.js';
import { RdbError } from '../rdb/rdb-format.js';
import { RdbReader } from '../rdb/rdb-reader.js';
import type { RdbVisitor } from '../rdb/rdb-visitor.js';
import { AofDamagedError } from './aof-set.js';
import { PROGRESS_BYTES } from './progress.js';
import { examineCut } from './record-search.js';

/** What is told of one file, in its order. */
export interface FileHandlers {
  /** Takes the RDB part, if the file begins with one. */
  snapshot: RdbVisitor;
  /** A complete record; `reader` tells its offsets and its request. */
  record(reader: AofReader): void;
  /** A line that begins with `#`. */
  annotation(reader: AofReader): void;
  /** Awaited every few megabytes with the offset reached; may throw to end the walk. */
  progress?(offset: number): Promise<void>;
}

export interface FileOptions {
  checksums?: boolean;
  argumentBytesMax?: number;
}

/** What was found in one file, up to its end or the first damage. */
export interface FileSummary {
  bytes: number;
  /** Bytes of the RDB part, 0 when there is none. */
  snapshotBytes: number;
  snapshotKeys: number;
  snapshotVersion: number;
  snapshotVerified: boolean;
  records: number;
  checksummedBytes: number;
  /** Up to here the file is sound: a repair cuts it here. */
  soundTo: number;
  /** Where the last complete record begins, or -1. */
  lastRecord: number;
  damage: FileDamage | null;
}

/** Damage of the RDB part has kinds of its own. */
export interface FileDamage {
  kind:
    AofDamage['kind'] | 'snapshot-cut' | 'snapshot-corrupt' | 'snapshot-checksum' | 'snapshot-unsupported';
  offset: number;
  end?: number;
  reason: string;
}

const MAGIC = Buffer.from('REDIS');

/** True for an unfinished end: cutting it loses no complete record. */
export function isUnfinishedEnd({ kind }: FileDamage): boolean {
  return kind === 'cut' || kind === 'open-transaction' || kind === 'zeros';
}

/** Reads one file of an AOF, or an RDB file, in constant memory. Rejects only with what the file system throws. */
export async function walkFile(
  path: string,
  handlers: FileHandlers,
  options: FileOptions = {},
): Promise<FileSummary> {
  const fd = openFile(path);
  try {
    const size = fileSize(fd);
    const summary: FileSummary = {
      bytes: size,
      snapshotBytes: 0,
      snapshotKeys: 0,
      snapshotVersion: 0,
      snapshotVerified: false,
      records: 0,
      checksummedBytes: 0,
      soundTo: 0,
      lastRecord: -1,
      damage: null,
    };
    const read = readerOf(fd);
    if (size > 0 && startsWithSnapshot(read)) await readSnapshot(read, handlers, options, summary);
    if (summary.damage === null) await readRecords(read, handlers, options, summary);
    return summary;
  } finally {
    closeSync(fd);
  }
}

/** Of a path that `findAofSet` gave: only a manifest can name a file that does not exist. */
function openFile(path: string): number {
  if (existsSync(path)) return openSync(path, 'r');
  throw missingFile(path);
}

export function missingFile(path: string): AofDamagedError {
  return new AofDamagedError(
    `${path} is missing, although the manifest names it. Look for it in a backup and put it back beside the manifest`,
  );
}

export function startsWithSnapshot(read: ReadBytes): boolean {
  const magic = Buffer.alloc(MAGIC.length);
  return read(magic, 0, MAGIC.length, 0) === MAGIC.length && magic.equals(MAGIC);
}

async function readSnapshot(
  read: ReadBytes,
  handlers: FileHandlers,
  options: FileOptions,
  summary: FileSummary,
): Promise<void> {
  const reader = RdbReader.ofFile(read, summary.bytes, handlers.snapshot, {
    checksum: options.checksums ?? true,
  });
  try {
    while (!reader.step(PROGRESS_BYTES)) await handlers.progress?.(reader.offset);
    summary.soundTo = summary.snapshotBytes = reader.offset;
  } catch (error) {
    if (!(error instanceof RdbError)) throw error;
    const { damage, offset, message } = error;
    summary.damage = { kind: `snapshot-${damage}`, offset, reason: message };
    summary.lastRecord = reader.entryOffset;
  }
  summary.snapshotKeys = reader.keys;
  summary.snapshotVersion = reader.version;
  summary.snapshotVerified = reader.checksumVerified;
}

async function readRecords(
  read: ReadBytes,
  handlers: FileHandlers,
  options: FileOptions,
  summary: FileSummary,
): Promise<void> {
  const reader = new AofReader(read, summary.bytes, summary.snapshotBytes, options);
  let pauseAt = summary.snapshotBytes + PROGRESS_BYTES;
  for (;;) {
    const item = reader.next();
    if (item === AofItem.RECORD) {
      summary.lastRecord = reader.start;
      handlers.record(reader);
      summary.records++;
      if (reader.end >= pauseAt) {
        await handlers.progress?.(reader.end);
        pauseAt = reader.end + PROGRESS_BYTES;
      }
    } else if (item === AofItem.ANNOTATION) handlers.annotation(reader);
    else break;
  }
  summary.soundTo = reader.soundTo;
  summary.checksummedBytes = reader.checksums?.bytes ?? 0;
  if (reader.damage !== null) summary.damage = examineCut(read, summary.bytes, reader.start, reader.damage);
}
