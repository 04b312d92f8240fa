import { crc32 } from 'node:zlib';

/**
 * Checksum annotations: lines that Redis skips, and that let every altered byte be found.
 *
 *     #CRC:89abcdef:1234:350\r\n
 *
 * CRC-32 (that of zip files) of the 350 bytes directly before the line followed by the text `1234:350`; 1234 is the
 * offset in the file at which the line itself begins. Because of it a piece of the file that was moved, removed or put
 * in is found, too, and each stretch can be verified alone. The stretches follow each other without a gap. A line over
 * 0 bytes opens: what stands between it and the annotation before was written by someone who writes none, and is
 * not claimed.
 */

const LINE = /^#CRC:([0-9a-f]{8}):(0|[1-9]\d{0,15}):(0|[1-9]\d{0,15})\r\n$/;
/** What one altered byte leaves of such a line: it still ends with its own offset and some length. */
const REMAINS = /:(\d{1,16}):\d{1,16}\r\n$/;

interface ChecksumAnnotation {
  crc: number;
  offset: number;
  length: number;
}

/** The line for the annotation at `offset`, `crc` being the CRC-32 of the `length` bytes before it. */
export function formatChecksum(crc: number, offset: number, length: number): string {
  const place = `${offset}:${length}`;
  return `#CRC:${withPlace(crc, place).toString(16).padStart(8, '0')}:${place}\r\n`;
}

/** The annotation in `line`, newline included, or null when it is another. */
export function parseChecksum(line: string): ChecksumAnnotation | null {
  const match = LINE.exec(line);
  return match === null
    ? null
    : { crc: parseInt(match[1]!, 16), offset: Number(match[2]), length: Number(match[3]) };
}

/** True for a line at `offset` that was a checksum annotation before some of it was altered. */
function wasChecksum(line: string, offset: number): boolean {
  return line.startsWith('#CRC:') || Number(REMAINS.exec(line)?.[1] ?? -1) === offset;
}

function withPlace(crc: number, place: string): number {
  return crc32(place, crc);
}

/**
 * Annotates what is appended to one file: `add` every run of bytes that is written, then `annotation()` gives the line
 * that covers them and that must be written next.
 */
export class ChecksumWriter {
  private crc = 0;
  private covered = 0;

  /** `offset`: where the file ends now. */
  constructor(private offset: number) {}

  /** Bytes that no annotation covers yet. */
  get pending(): number {
    return this.covered;
  }

  add(bytes: Uint8Array): void {
    this.crc = crc32(bytes, this.crc);
    this.covered += bytes.length;
    this.offset += bytes.length;
  }

  /** The line over what was added since the last; over nothing at first, to open. */
  annotation(): Buffer {
    const line = Buffer.from(formatChecksum(this.crc, this.offset, this.covered), 'latin1');
    this.crc = 0;
    this.covered = 0;
    this.offset += line.length;
    return line;
  }
}

/** Verifies the annotations of one file, which it is shown in their order. */
export class ChecksumVerifier {
  /** Bytes that a checksum has confirmed. */
  bytes = 0;
  /** Where the last checksum annotation ends and a stretch begins; -1 before the first. */
  stretchStart = -1;

  /** `moved`: the bytes may have come from another place, and the first annotation may cover some before them. */
  constructor(private readonly moved = false) {}

  /**
   * What is wrong with the annotation `line` at `[start, end)`, or null. `crc` is the CRC-32 of the bytes between the
   * last checksum annotation and it. Annotations of other kinds are right.
   */
  check(line: string, start: number, end: number, crc: number): string | null {
    const annotation = parseChecksum(line);
    if (annotation === null) return wasChecksum(line, start) ? 'a checksum annotation was altered' : null;
    const { offset, length } = annotation;
    if (this.moved && this.stretchStart < 0) {
      this.stretchStart = end;
      return null;
    }
    if (offset !== start && !this.moved)
      return `a checksum annotation written at offset ${offset} stands at ${start}`;
    const opens = length === 0;
    if (!opens && start - length !== this.stretchStart)
      return 'a checksum annotation does not follow the one before it';
    if (withPlace(opens ? 0 : crc, `${offset}:${length}`) !== annotation.crc)
      return 'bytes do not fit their checksum';
    this.bytes += length;
    this.stretchStart = end;
    return null;
  }
}
