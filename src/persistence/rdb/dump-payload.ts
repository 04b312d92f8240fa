import { Bytes } from '../../bytes/bytes.js';
import { Crc64 } from './crc64.js';
import { RdbError, RDB_VERSION_READ_MAX, RDB_VERSION_WRITTEN } from './rdb-format.js';
import { RdbInput } from './rdb-input.js';
import type { RdbSink } from './rdb-output.js';
import { RdbValueReader } from './rdb-value-reader.js';
import type { KeyMeta, RdbVisitor } from './rdb-visitor.js';
import { type RdbVersion, RdbWriter, type RdbWriterOptions } from './rdb-writer.js';

/** Version (u16, little-endian) and CRC-64 of everything before it. */
const FOOTER_BYTES = 10;

/** Bytes kept in memory, for a payload that is one reply. */
class MemorySink implements RdbSink {
  readonly parts: Buffer[] = [];
  private written = 0;

  write(bytes: Uint8Array): void {
    this.parts.push(Buffer.from(bytes));
    this.written += bytes.length;
  }

  writeAt(offset: number, bytes: Uint8Array): void {
    let start = this.written;
    for (let i = this.parts.length - 1; i >= 0 && start > offset; i--) {
      const part = this.parts[i]!;
      start -= part.length;
      for (let j = 0; j < bytes.length; j++) {
        const at = offset + j - start;
        if (at >= 0 && at < part.length) part[at] = bytes[j]!;
      }
    }
  }
}

/** Gathers keys with their values, as they stand in a file, in memory. */
export class RdbFragment extends RdbWriter {
  private readonly memory: MemorySink;

  constructor(options: RdbWriterOptions) {
    const memory = new MemorySink();
    super(memory, { ...options, checksum: false });
    this.memory = memory;
  }

  protected override begin(): void {
    // It is part of a file that has begun.
  }

  /** The next part of what was gathered, a quarter of a megabyte or one large string; null when there is no more. */
  take(): Buffer | null {
    const { parts } = this.memory;
    if (parts.length === 0) this.output.flush();
    return parts.shift() ?? null;
  }
}

/** Writes what DUMP replies: one value without its key, a version, a checksum. Takes the calls for exactly one key. */
export class DumpWriter extends RdbWriter {
  private readonly memory: MemorySink;

  constructor(private readonly version: RdbVersion = RDB_VERSION_WRITTEN) {
    const memory = new MemorySink();
    super(memory, { version });
    this.memory = memory;
  }

  protected override begin(): void {
    // No magic: the version stands at the end.
  }

  protected override header(type: number): void {
    this.output.byte(type);
  }

  payload(): Buffer {
    this.output.byte(this.version & 255);
    this.output.byte(this.version >> 8);
    this.output.checksum();
    this.output.flush();
    return Buffer.concat(this.memory.parts);
  }
}

/** True when version and checksum at the end of a DUMP payload are right, or the version alone. */
export function isDumpPayload(payload: Bytes, checksum = true): boolean {
  const { buffer, offset, length } = payload;
  if (length < FOOTER_BYTES) return false;
  const footer = offset + length - FOOTER_BYTES;
  if ((buffer[footer]! | (buffer[footer + 1]! << 8)) > RDB_VERSION_READ_MAX) return false;
  if (!checksum) return true;
  const crc = new Crc64();
  crc.update(buffer, offset, footer + 2);
  return crc.equals(buffer, footer + 2);
}

/**
 * Tells `visitor` the value in a payload that `isDumpPayload` has accepted, as that of `key`. Throws an `RdbError` when
 * it holds no value of a known type: what was told before must then be taken back.
 */
export function readDumpPayload(payload: Bytes, key: Bytes, meta: KeyMeta, visitor: RdbVisitor): void {
  const { buffer, offset, length } = payload;
  const input = RdbInput.ofBytes(new Bytes(buffer, offset, length - FOOTER_BYTES));
  input.checksum = false;
  const type = input.byte();
  new RdbValueReader(input, visitor).read(type, key, meta);
  if (!input.atEnd()) throw new RdbError('corrupt', input.offset, 'bytes follow the value');
}
