import { viewOf } from '../../bytes/bytes.js';
import type { ReadBytes } from '../file-bytes.js';
import { AofItem, ANNOTATION_BYTES_MAX } from './aof-format.js';
import { ChecksumVerifier } from './checksum.js';
import { CR, describeByte, LF, RecordReader, STAR } from './record-reader.js';

const HASH = 35;

export interface AofReaderOptions {
  /** Whether checksum annotations are verified; yes unless said otherwise. */
  checksums?: boolean;
  /** The bytes may have been moved: what a checksum annotation says of its own place is not held against it. */
  moved?: boolean;
  /**
   * Longer arguments are cut to so many bytes in the request, so that memory stays bounded; they are verified all the
   * same. Without it they are whole.
   */
  argumentBytesMax?: number;
}

/**
 * Reads the records of one AOF file, or of the part of it behind an RDB preamble, in constant memory (that of its
 * largest record, unless `argumentBytesMax` bounds it).
 *
 * Stricter than the loader of Redis, which skips bytes unseen where a newline must be, and as strict as
 * redis-check-aof: a file that this accepts, both accept.
 */
export class AofReader extends RecordReader {
  /** The last annotation, newline included, one character per byte. */
  annotation = '';
  /** Where the last item ends, as an offset in the file. */
  end: number;
  /** Up to here everything is complete: a transaction counts only once its EXEC has come. A repair cuts here. */
  soundTo: number;
  /** Between MULTI and EXEC. */
  inTransaction = false;
  /** What checksum annotations have said so far; null when they are not verified. */
  readonly checksums: ChecksumVerifier | null;

  /** `size` is the file's; the first record begins at `start`. */
  constructor(read: ReadBytes, size: number, start = 0, options: AofReaderOptions = {}) {
    super(read, size, start, options.argumentBytesMax ?? Infinity);
    this.end = this.soundTo = start;
    this.checksums = (options.checksums ?? true) ? new ChecksumVerifier(options.moved) : null;
  }

  next(): AofItem {
    if (this.damage !== null) return AofItem.DAMAGE;
    const { input } = this;
    this.start = this.end;
    input.itemAt = input.at;
    if (input.at === input.filled && input.fill(1) < 0) return this.finish();
    const first = input.buffer[input.at]!;
    if (first === STAR) return this.readRecord();
    if (first === HASH) return this.readAnnotation();
    if (first === 0 && input.onlyZeros())
      return this.broken('zeros', this.start, 'nothing but zero bytes follows');
    return this.broken(
      'format',
      this.start,
      `a record begins with '*' or '#', not with ${describeByte(first)}`,
    );
  }

  /** The byte behind the item, -1 at the end of the file; -2 when it has not been read yet. */
  get following(): number {
    const { input } = this;
    if (input.at < input.filled) return input.buffer[input.at]!;
    return input.remaining === 0 ? -1 : -2;
  }

  private finish(): AofItem {
    if (!this.inTransaction) return AofItem.END;
    return this.broken('open-transaction', this.start, 'the file ends before the EXEC of a MULTI');
  }

  private readRecord(): AofItem {
    const count = this.readArguments();
    return count === 0 ? AofItem.DAMAGE : this.complete(count);
  }

  private complete(count: number): AofItem {
    const { input, request } = this;
    this.end = input.offset;
    if (request.buffer !== input.buffer) {
      request.buffer = input.buffer;
      request.view = viewOf(input.buffer);
    }
    request.count = count;
    const whole = input.at - input.itemAt === this.end - this.start;
    request.rawStart = whole ? input.itemAt : 0;
    request.rawEnd = whole ? input.at : 0;
    if (this.isTransactionEdge() && !this.changeTransaction()) return AofItem.DAMAGE;
    if (!this.inTransaction) this.soundTo = this.end;
    return AofItem.RECORD;
  }

  /** True for MULTI and EXEC; what almost every other record says with one comparison. */
  private isTransactionEdge(): boolean {
    const { request } = this;
    const length = request.length(0);
    if (length !== 5 && length !== 4) return false;
    const first = request.buffer[request.offset(0)]! | 0x20;
    return length === 5 ? first === 109 && request.is(0, 'multi') : first === 101 && request.is(0, 'exec');
  }

  private changeTransaction(): boolean {
    const { request } = this;
    const begins = request.length(0) === 5;
    if (begins === this.inTransaction) {
      this.broken('transaction', this.start, begins ? 'MULTI inside a MULTI' : 'EXEC without a MULTI');
      return false;
    }
    this.inTransaction = begins;
    return true;
  }

  private readAnnotation(): AofItem {
    const { input } = this;
    let newline = input.buffer.indexOf(LF, input.at);
    if (newline < 0 || newline >= input.filled) {
      input.fill(Math.min(ANNOTATION_BYTES_MAX, input.remaining));
      newline = input.buffer.indexOf(LF, input.at);
    }
    const { at, buffer, filled } = input;
    if (newline < 0 || newline >= filled || newline - at >= ANNOTATION_BYTES_MAX) {
      if (filled - at < ANNOTATION_BYTES_MAX) this.cut('an annotation is cut short');
      else this.broken('format', this.start, 'an annotation has no end');
      return AofItem.DAMAGE;
    }
    if (buffer[newline - 1] !== CR)
      return this.broken('format', this.start, 'an annotation does not end with a newline');
    this.annotation = buffer.toString('latin1', at, newline + 1);
    const crc = input.stretchCrc();
    input.at = newline + 1;
    this.end = input.offset;
    if (this.checksums !== null) {
      const { stretchStart } = this.checksums;
      const wrong = this.checksums.check(this.annotation, this.start, this.end, crc);
      if (wrong !== null) return this.checksumBroken(wrong, stretchStart);
      if (stretchStart !== this.checksums.stretchStart) input.startStretch();
    }
    if (!this.inTransaction) this.soundTo = this.end;
    return AofItem.ANNOTATION;
  }

  private checksumBroken(reason: string, stretchStart: number): AofItem {
    const from = stretchStart < 0 ? this.start : stretchStart;
    this.damage = { kind: 'checksum', offset: from, end: this.end, reason };
    this.soundTo = Math.min(this.soundTo, from);
    return AofItem.DAMAGE;
  }
}
