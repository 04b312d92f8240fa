import { closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { AofFileWriter } from '../aof/aof-file-writer.js';
import { AofItem } from '../aof/aof-format.js';
import { AofReader } from '../aof/aof-reader.js';
import { type AofManifest, nextBase, nextIncrement } from '../aof/manifest.js';
import { parseChecksum } from '../aof/checksum.js';
import { RequestBuilder } from '../aof/request-builder.js';
import type { Request } from '../../protocol/request.js';
import { fileSize, type ReadBytes, readerOf } from '../file-bytes.js';
import { MANIFEST_SUFFIX } from '../aof/manifest.js';
import type { AofSet, AofSetFile } from './aof-set.js';
import { startsWithSnapshot } from './aof-walk.js';
import { type JsonArgument, jsonOfLatin1 } from './json-argument.js';
import type { KeysOf } from './operation-filter.js';
import { copyRange, inNewDataDirectory, writeManifest } from './output-set.js';
import { NO_PROGRESS, type Progress, PROGRESS_BYTES } from './progress.js';
import { argumentFollows, byteAt, findChecksum, findRecords, startsWithNewline } from './record-search.js';
import { appendFilenameOf } from './restore.js';
import { salvageSnapshot } from './salvage-snapshot.js';

/** A range of bytes that was not kept. */
export interface LostRange {
  file: string;
  start: number;
  end: number;
  reason: string;
  /** The file into which the bytes were put. */
  quarantine: string;
  /** Keys of the last commands before the range and of the first after it. */
  keysBefore: JsonArgument[];
  keysAfter: JsonArgument[];
}

/** The frozen schema of `aof repair --json`. */
export interface SalvageResult {
  /** The data directory made. */
  directory: string;
  appendFilename: string;
  manifest: string;
  snapshotKeys: number;
  /** True when the checksum of an RDB part does not fit: some value in it was altered, and nothing tells which. */
  snapshotUnproven: boolean;
  records: number;
  lost: LostRange[];
  lostBytes: number;
  /** MULTI and EXEC left out because their other half is lost; the commands between them were kept. */
  transactionsOpened: number;
}

const DOLLAR = 36;
const MORE_ARGUMENTS = 'more arguments follow than the record has';
/** Beyond so many, the file is not damaged but of a server with commands of its own. */
const OBJECTIONS_MAX = 1000;
const KEYS_AROUND = 3;
/** So many records at the start of a file wait until it is clear that they do not stand inside a value. */
const PROBATION_RECORDS = 16;

/**
 * Reads past damage: writes every sound record of the set into a new data directory, and what lies between into
 * quarantine files. Of an RDB part, the keys before its first damage are kept. The input is only read.
 */
export function salvage(
  set: AofSet,
  directory: string,
  judge: RecordJudge,
  progress = NO_PROGRESS,
): Promise<SalvageResult> {
  return inNewDataDirectory(directory, (files) => new Salvage(set, directory, files, judge, progress).run());
}

/** What is known of commands, by those who know them. */
export interface RecordJudge {
  keysOf: KeysOf;
  /** Why a server would not run such a command, however the data is; null when it may. */
  objection(request: Request): string | null;
}

/** A record that waits: for the EXEC of its transaction, or for the checksum that covers it. */
interface Waiting {
  bytes: Buffer;
  start: number;
  edge: boolean;
}

class Salvage {
  private readonly result: SalvageResult;
  private readonly quarantine: string;
  private readonly manifest: AofManifest = { base: null, increments: [], history: [] };
  private readonly writer: AofFileWriter;
  private waiting: Waiting[] = [];
  private db = 0;
  private recentKeys: string[] = [];
  private probation = 0;
  private objections = 0;
  private lastRecord = { start: -1, end: -1 };
  /** The file has checksum annotations. */
  private checksummed = false;
  /** Ranges that still want to know the keys after them. */
  private open: LostRange[] = [];

  constructor(
    private readonly set: AofSet,
    directory: string,
    private readonly filesDirectory: string,
    private readonly judge: RecordJudge,
    private readonly progress: Progress,
  ) {
    this.quarantine = join(directory, 'quarantine');
    mkdirSync(this.quarantine);
    const appendFilename = appendFilenameOf(set);
    const increment = nextIncrement(this.manifest, appendFilename);
    this.writer = new AofFileWriter(join(this.filesDirectory, increment.name), { checksums: true });
    this.manifest.increments.push(increment);
    this.result = {
      directory,
      appendFilename,
      manifest: join(this.filesDirectory, appendFilename + MANIFEST_SUFFIX),
      snapshotKeys: 0,
      snapshotUnproven: false,
      records: 0,
      lost: [],
      lostBytes: 0,
      transactionsOpened: 0,
    };
  }

  async run(): Promise<SalvageResult> {
    try {
      for (const file of this.set.files) await this.file(file);
      this.writer.commit();
    } catch (error) {
      this.writer.abandon();
      throw error;
    }
    const { result } = this;
    writeManifest(this.filesDirectory, result.appendFilename, this.manifest);
    result.lostBytes = result.lost.reduce((sum, { start, end }) => sum + end - start, 0);
    return result;
  }

  private async file(file: AofSetFile): Promise<void> {
    const fd = openSync(file.path, 'r');
    try {
      const read = readerOf(fd);
      const size = fileSize(fd);
      const start = startsWithSnapshot(read) ? await this.snapshot(file, read, size) : 0;
      this.selectFirst();
      await this.records(file, read, size, start);
    } finally {
      closeSync(fd);
    }
  }

  /** Keeps the RDB part as the base of the new set; where the records behind it begin. */
  private async snapshot(file: AofSetFile, read: ReadBytes, size: number): Promise<number> {
    const base = nextBase(this.manifest, this.result.appendFilename, 'rdb');
    const to = join(this.filesDirectory, base.name);
    const progress = (offset: number): Promise<void> => this.progress(file, offset);
    let snapshot = await salvageSnapshot(read, size, to, progress);
    if (snapshot.unproven) {
      // What could be read as keys may lead on into the records behind them.
      const records = findRecords(read, size, 0, { valueEnd: snapshot.end })?.offset ?? size;
      if (records < snapshot.end) snapshot = await salvageSnapshot(read, records, to, progress);
    }
    this.manifest.base = base;
    this.result.snapshotKeys = snapshot.keys;
    this.result.snapshotUnproven = snapshot.unproven;
    for (const { start, end } of snapshot.refused)
      await this.lose(
        file,
        start,
        end,
        'a key that no server would load: it or an element comes twice, or its type is unknown',
      );
    if (snapshot.damage === null) return snapshot.end;
    const next = findRecords(read, size, snapshot.soundTo)?.offset ?? size;
    await this.lose(file, snapshot.soundTo, next, snapshot.damage);
    return next;
  }

  /** A file begins in database 0, wherever the one before it ended. */
  private selectFirst(): void {
    if (this.db !== 0) this.writer.request(new RequestBuilder().start('SELECT').integer(0).finish());
    this.db = 0;
  }

  private async records(file: AofSetFile, read: ReadBytes, size: number, start: number): Promise<void> {
    let from = start;
    let pauseAt = from + PROGRESS_BYTES;
    this.probation = PROBATION_RECORDS;
    this.checksummed = false;
    while (from < size) {
      const reader = new AofReader(read, size, from, { moved: true });
      let item = reader.next();
      let doubt: string | null = null;
      for (; item === AofItem.RECORD || item === AofItem.ANNOTATION; item = reader.next()) {
        if (item === AofItem.ANNOTATION) this.annotation(reader);
        else if ((doubt = this.doubt(read, reader)) === null) this.record(reader);
        else break;
        if (reader.end < pauseAt) continue;
        await this.progress(file, reader.end);
        pauseAt = reader.end + PROGRESS_BYTES;
      }
      if (doubt !== null) from = await this.leaveOut(file, read, size, reader, doubt);
      else if (item === AofItem.END) return this.keepWaiting(false);
      else from = await this.damage(file, read, size, reader);
    }
  }

  private record(reader: AofReader): void {
    const { request } = reader;
    this.lastRecord = { start: reader.start, end: reader.end };
    const edge = request.is(0, 'multi') || request.is(0, 'exec');
    const bytes = request.buffer.subarray(request.rawStart, request.rawEnd);
    this.noteKeys(reader);
    const covered = (reader.checksums?.stretchStart ?? -1) >= 0;
    const free = !reader.inTransaction && !covered && --this.probation < 0;
    if (free && this.waiting.length === 0) return this.keep(bytes);
    this.waiting.push({ bytes: Buffer.from(bytes), start: reader.start, edge });
    if (free) this.keepWaiting(false);
  }

  /** What tells that a complete record is none of the server's, where no checksum will confirm it; or null. */
  private doubt(read: ReadBytes, reader: AofReader): string | null {
    if ((reader.checksums?.stretchStart ?? -1) >= 0) return null;
    // A number of arguments that was made smaller leaves the others behind.
    const next = reader.following === -2 ? byteAt(read, reader.end) : reader.following;
    if (next === DOLLAR && argumentFollows(read, reader.end)) return MORE_ARGUMENTS;
    return this.objections < OBJECTIONS_MAX ? this.judge.objection(reader.request) : null;
  }

  /** Deals with a record that is none of the server's; where reading goes on. */
  private async leaveOut(
    file: AofSetFile,
    read: ReadBytes,
    size: number,
    reader: AofReader,
    doubt: string,
  ): Promise<number> {
    const { start, end } = reader;
    this.objections++;
    this.keepWaiting(reader.inTransaction);
    const next = doubt === MORE_ARGUMENTS ? (findRecords(read, size, start + 1)?.offset ?? size) : end;
    await this.lose(file, start, next, doubt);
    return next;
  }

  /** A checksum has confirmed everything that waits, unless its transaction goes on. */
  private annotation(reader: AofReader): void {
    if (reader.annotation.startsWith('#TS:')) {
      this.waiting.push({
        bytes: Buffer.from(reader.annotation, 'latin1'),
        start: reader.start,
        edge: false,
      });
    }
    const checksum = reader.annotation.startsWith('#CRC:');
    if (checksum) this.probation = 0;
    const confirmed = checksum || (this.probation <= 0 && (reader.checksums?.stretchStart ?? -1) < 0);
    if (confirmed && !reader.inTransaction) this.keepWaiting(false);
  }

  /** Writes what waits; `opened` leaves MULTI and EXEC out. */
  private keepWaiting(opened: boolean): void {
    for (const { bytes, edge } of this.waiting) {
      if (!opened || !edge) this.keep(bytes);
      else this.result.transactionsOpened++;
    }
    this.waiting = [];
  }

  private keep(bytes: Buffer): void {
    this.writer.record(bytes);
    if (bytes[0] !== 35) this.result.records++;
  }

  private noteKeys({ request }: AofReader): void {
    if (request.is(0, 'select')) this.db = Number(request.string(1));
    for (const index of this.judge.keysOf(request)) {
      const key = request.string(index);
      this.recentKeys.push(key);
      for (const range of this.open) range.keysAfter.push(jsonOfLatin1(key));
      this.open = this.open.filter(({ keysAfter }) => keysAfter.length < KEYS_AROUND);
    }
    if (this.recentKeys.length > 8 * KEYS_AROUND) this.recentKeys = this.recentKeys.slice(-KEYS_AROUND);
  }

  /** Deals with damage; where reading goes on. */
  private async damage(file: AofSetFile, read: ReadBytes, size: number, reader: AofReader): Promise<number> {
    const { kind, reason, end } = reader.damage!;
    if (kind === 'checksum' || (reader.checksums?.stretchStart ?? -1) >= 0) this.checksummed = true;
    if (kind === 'checksum' && end !== undefined) {
      // Every byte of the stretch is in doubt. Its annotation opens the next one, unless it is what was altered.
      const start = this.waiting[0]?.start ?? Math.min(reader.damage!.offset, reader.start);
      this.waiting = [];
      const opens = parseChecksum(reader.annotation) !== null ? reader.start : end;
      // A value may have taken in the line that ended its own stretch.
      const next = findChecksum(read, size, start + 1) ?? opens;
      await this.lose(file, start, next, reason);
      return next;
    }
    if (kind === 'transaction') {
      this.keepWaiting(true);
      if (reader.inTransaction) return reader.start;
      this.result.transactionsOpened++;
      return reader.end;
    }
    if (kind === 'format' && this.probation > 0 && startsWithNewline(read, reader.start)) {
      // These were no records of the file, but text inside a value whose beginning is lost.
      const inner = this.waiting[0]?.start ?? reader.start;
      this.waiting = [];
      this.probation = 0;
      const next = findRecords(read, size, reader.start + 1)?.offset ?? size;
      await this.lose(file, inner, next, 'the beginning of a value is missing');
      return next;
    }
    this.probation = 0;
    const start = this.waiting[0]?.start ?? reader.start;
    const behind = this.checksummed ? findChecksum(read, size, start + 1) : null;
    if (behind !== null) {
      // Only what a checksum confirms is kept.
      this.waiting = [];
      await this.lose(file, start, behind, reason);
      return behind;
    }
    this.keepWaiting(reader.inTransaction);
    if (kind === 'open-transaction') return size;
    const next = this.recordsBehind(read, size, reader);
    await this.lose(file, reader.start, next, reason);
    return next;
  }

  /** Where records begin again behind damage that no checksum annotation follows. */
  private recordsBehind(read: ReadBytes, size: number, { start, damage, valueEnd }: AofReader): number {
    const kind = damage?.kind;
    // What stands in an unfinished value may look like records; where there are checksums, one would follow them.
    if (kind === 'zeros' || (kind === 'cut' && this.checksummed)) return size;
    // A value that became shorter takes in the beginning of the record behind it, and may even end where it should.
    const { lastRecord } = this;
    const from = kind === 'format' && lastRecord.end === start ? lastRecord.start : start;
    const options = { insideCut: kind === 'cut', valueEnd, crossing: start };
    return findRecords(read, size, from + 1, options)?.offset ?? size;
  }

  private async lose(file: AofSetFile, start: number, end: number, reason: string): Promise<void> {
    if (end <= start) return;
    const quarantine = join(this.quarantine, `${file.name}.${start}-${end}`);
    await copyRange(file.path, quarantine, start, end);
    const keysBefore = this.recentKeys.slice(-KEYS_AROUND).map(jsonOfLatin1);
    const range: LostRange = { file: file.name, start, end, reason, quarantine, keysBefore, keysAfter: [] };
    this.result.lost.push(range);
    this.open.push(range);
  }
}
