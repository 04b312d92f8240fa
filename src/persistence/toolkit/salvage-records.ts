import { AofItem } from '../aof/aof-format.js';
import { AofReader } from '../aof/aof-reader.js';
import { parseChecksum } from '../aof/checksum.js';
import type { Request } from '../../protocol/request.js';
import type { ReadBytes } from '../file-bytes.js';
import type { AofSetFile } from './aof-set.js';
import type { KeysOf } from './operation-filter.js';
import { PROGRESS_BYTES } from './progress.js';
import {
  argumentFollows,
  byteAt,
  findChecksum,
  findRecords,
  ownRecordsEnd,
  startsWithNewline,
  stretchFits,
} from './record-search.js';
import type { SalvageOutput } from './salvage-output.js';

const DOLLAR = 36;
const MORE_ARGUMENTS = 'more arguments follow than the record has';
/** Beyond so many, the file is not damaged but of a server with commands of its own. */
const OBJECTIONS_MAX = 1000;
/** So many records at the start of a file wait until it is clear that they do not stand inside a value. */
const PROBATION_RECORDS = 16;

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

/** Saves the records of one file. */
export class RecordSalvage {
  private waiting: Waiting[] = [];
  private probation = PROBATION_RECORDS;
  private objections = 0;
  private lastRecord = { start: -1, end: -1 };
  /** The file has checksum annotations. */
  private checksummed = false;

  constructor(
    private readonly file: AofSetFile,
    private readonly read: ReadBytes,
    private readonly size: number,
    private readonly output: SalvageOutput,
    private readonly judge: RecordJudge,
    private readonly progress: (offset: number) => Promise<void>,
  ) {}

  /** Reads from `start` on to the end of the file. */
  async run(start: number): Promise<void> {
    let from = start;
    let pauseAt = from + PROGRESS_BYTES;
    while (from < this.size) {
      const reader = new AofReader(this.read, this.size, from, { moved: true });
      let item = reader.next();
      let doubt: string | null = null;
      for (; item === AofItem.RECORD || item === AofItem.ANNOTATION; item = reader.next()) {
        if (item === AofItem.ANNOTATION) this.annotation(reader);
        else if ((doubt = this.doubt(reader)) === null) this.record(reader);
        else break;
        if (reader.end < pauseAt) continue;
        await this.progress(reader.end);
        pauseAt = reader.end + PROGRESS_BYTES;
      }
      if (doubt !== null) from = await this.leaveOut(reader, doubt);
      else if (item === AofItem.END) return this.keepWaiting(false);
      else from = await this.damage(reader);
    }
  }

  private record(reader: AofReader): void {
    const { request } = reader;
    this.lastRecord = { start: reader.start, end: reader.end };
    const edge = request.is(0, 'multi') || request.is(0, 'exec');
    const bytes = request.buffer.subarray(request.rawStart, request.rawEnd);
    this.output.noteKeys(request);
    const covered = (reader.checksums?.stretchStart ?? -1) >= 0;
    const free = !reader.inTransaction && !covered && --this.probation < 0;
    if (free && this.waiting.length === 0) return this.output.keep(bytes);
    this.waiting.push({ bytes: Buffer.from(bytes), start: reader.start, edge });
    if (free) this.keepWaiting(false);
  }

  /** What tells that a complete record is none of the server's, where no checksum will confirm it; or null. */
  private doubt(reader: AofReader): string | null {
    if ((reader.checksums?.stretchStart ?? -1) >= 0) return null;
    // A number of arguments that was made smaller leaves the others behind.
    const next = reader.following === -2 ? byteAt(this.read, reader.end) : reader.following;
    if (next === DOLLAR && argumentFollows(this.read, reader.end)) return MORE_ARGUMENTS;
    return this.objections < OBJECTIONS_MAX ? this.judge.objection(reader.request) : null;
  }

  /**
   * True for a command that a server may have written and that names its keys. One that does not, and stands alone between
   * damages, is not taken for a record: a FLUSHALL in quarantine does less harm than one that was invented.
   */
  private readonly written = (request: Request): boolean => {
    if (this.judge.objection(request) !== null) return false;
    return request.is(0, 'select') || this.judge.keysOf(request).length > 0;
  };

  /** Deals with a record that is none of the server's; where reading goes on. */
  private async leaveOut(reader: AofReader, doubt: string): Promise<number> {
    const { start, end } = reader;
    this.objections++;
    this.keepWaiting(reader.inTransaction);
    const { written } = this;
    const next =
      doubt === MORE_ARGUMENTS
        ? (findRecords(this.read, this.size, start + 1, { written })?.offset ?? this.size)
        : end;
    await this.output.lose(this.file, start, next, doubt);
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
      if (!opened || !edge) this.output.keep(bytes);
      else this.output.result.transactionsOpened++;
    }
    this.waiting = [];
  }

  /** Deals with damage; where reading goes on. */
  private async damage(reader: AofReader): Promise<number> {
    const { kind, reason, end } = reader.damage!;
    const stretch = reader.checksums?.stretchStart ?? -1;
    if (kind === 'checksum' || stretch >= 0) this.checksummed = true;
    if (kind === 'checksum' && end !== undefined) {
      // Every byte of the stretch is in doubt. Its annotation opens the next one, unless it is what was altered.
      const start = this.waiting[0]?.start ?? Math.min(reader.damage!.offset, reader.start);
      this.waiting = [];
      const opens = parseChecksum(reader.annotation) !== null ? reader.start : end;
      // A value may have taken in the line that ended its own stretch.
      const from = start === opens ? start : start + 1;
      const next = findChecksum(this.read, this.size, from) ?? opens;
      await this.output.lose(this.file, start, next, reason);
      return next;
    }
    if (kind === 'transaction' && (stretch < 0 || stretchFits(this.read, this.size, stretch))) {
      this.keepWaiting(true);
      if (reader.inTransaction) return reader.start;
      this.output.result.transactionsOpened++;
      return reader.end;
    }
    if (kind === 'format' && this.probation > 0 && startsWithNewline(this.read, reader.start)) {
      // These were no records of the file, but text inside a value whose beginning is lost.
      const inner = this.waiting[0]?.start ?? reader.start;
      this.waiting = [];
      this.probation = 0;
      const next = findRecords(this.read, this.size, reader.start + 1)?.offset ?? this.size;
      await this.output.lose(this.file, inner, next, 'the beginning of a value is missing');
      return next;
    }
    this.probation = 0;
    const start = this.waiting[0]?.start ?? reader.start;
    const behind = this.checksummed ? findChecksum(this.read, this.size, start + 1) : null;
    if (behind !== null) {
      // Only what a checksum confirms is kept.
      this.waiting = [];
      await this.output.lose(this.file, start, behind, reason);
      return behind;
    }
    this.keepWaiting(reader.inTransaction);
    if (kind === 'open-transaction') return this.size;
    const next = this.recordsBehind(reader);
    await this.output.lose(this.file, reader.start, next, reason);
    return next;
  }

  /** Where records begin again behind damage that no checksum annotation follows. */
  private recordsBehind({ start, damage, valueEnd }: AofReader): number {
    const kind = damage?.kind;
    // What stands in an unfinished value may look like records; where there are checksums, one would follow them.
    if (kind === 'zeros' || (kind === 'cut' && this.checksummed)) return this.size;
    // A value that became shorter takes in the beginning of the record behind it, and may even end where it should.
    const { lastRecord } = this;
    const from = kind === 'format' && lastRecord.end === start ? lastRecord.start : start;
    const insideCut = kind === 'cut';
    const inValue = insideCut || valueEnd > 0;
    const behind = inValue ? ownRecordsEnd(this.read, this.size, damage!.offset, insideCut) : 0;
    const options = { insideCut, valueEnd, crossing: start, written: this.written };
    return findRecords(this.read, this.size, Math.max(from + 1, behind), options)?.offset ?? this.size;
  }
}
