import type { Bytes } from '../../bytes/bytes.js';
import type { ReadBytes } from '../file-bytes.js';
import { RdbError, RdbOpcode, RDB_VERSION_CHECKSUM, RDB_VERSION_READ_MAX } from './rdb-format.js';
import { RdbInput } from './rdb-input.js';
import { moduleName, RdbValueReader } from './rdb-value-reader.js';
import type { KeyMeta, RdbVisitor } from './rdb-visitor.js';

export interface RdbReaderOptions {
  /** Whether the checksum at the end is verified; yes unless said otherwise (rdbchecksum). */
  checksum?: boolean;
}

const HEADER_BYTES = 9;

/**
 * Reads an RDB file of version 1 to 12 in constant memory (that of its largest single string) and tells a visitor what
 * it holds. Throws an `RdbError` at the first byte that cannot be; what was told before it stands.
 *
 * Keys whose time has passed are told like all others. Collections without elements, which old servers wrote, are
 * left out.
 */
export class RdbReader {
  version = 0;
  /** Keys told so far. */
  keys = 0;
  done = false;
  /** True once a checksum was there and right; false without one (before version 5, or saved with rdbchecksum no). */
  checksumVerified = false;
  /** Offset of the entry (its expire time, or whatever stands first) that is being read. */
  entryOffset = 0;

  private readonly values: RdbValueReader;
  private readonly meta: KeyMeta = { expireAtMs: -1, idleSeconds: -1, frequency: -1 };

  /** Of a file, from `start` on; `size` is the file's. */
  static ofFile(
    read: ReadBytes,
    size: number,
    visitor: RdbVisitor,
    options: RdbReaderOptions = {},
    start = 0,
  ): RdbReader {
    return new RdbReader(RdbInput.ofFile(read, size, start), visitor, options);
  }

  static ofBytes(bytes: Bytes, visitor: RdbVisitor, options: RdbReaderOptions = {}): RdbReader {
    return new RdbReader(RdbInput.ofBytes(bytes), visitor, options);
  }

  private constructor(
    private readonly input: RdbInput,
    private readonly visitor: RdbVisitor,
    private readonly options: RdbReaderOptions,
  ) {
    input.checksum = options.checksum ?? true;
    this.values = new RdbValueReader(input, visitor);
  }

  /** Offset of the next byte; once `done`, of the byte after the RDB part (an AOF may follow it). */
  get offset(): number {
    return this.input.offset;
  }

  /** Reads everything. */
  read(): void {
    while (!this.step(Infinity));
  }

  /** Reads about `bytes` bytes, at least one key; true at the end. A long load stays interruptible this way. */
  step(bytes: number): boolean {
    const { input } = this;
    if (this.version === 0) this.readHeader();
    const stop = input.offset + bytes;
    while (!this.done && input.offset < stop) this.readEntry();
    return this.done;
  }

  private readHeader(): void {
    const header = this.input.raw(HEADER_BYTES, 0).toString();
    if (!header.startsWith('REDIS'))
      throw new RdbError('corrupt', 0, 'the file does not begin with REDIS: it is no RDB file');
    const digits = header.slice(5);
    const version = /^\d{4}$/.test(digits) ? Number(digits) : 0;
    if (version < 1) throw new RdbError('corrupt', 5, `'${digits}' is no RDB version`);
    if (version > RDB_VERSION_READ_MAX) {
      throw new RdbError(
        'unsupported',
        5,
        `RDB version ${version} is newer than ${RDB_VERSION_READ_MAX}, the newest that is understood`,
      );
    }
    this.version = version;
  }

  /** One key with what stands before it, or one of the other entries. */
  private readEntry(): void {
    const { input, meta } = this;
    meta.expireAtMs = meta.idleSeconds = meta.frequency = -1;
    input.release();
    this.entryOffset = input.offset;
    for (;;) {
      const type = input.byte();
      switch (type) {
        case RdbOpcode.EXPIRETIME_MS:
          meta.expireAtMs = input.int64();
          break;
        case RdbOpcode.EXPIRETIME:
          meta.expireAtMs = input.int32() * 1000;
          break;
        case RdbOpcode.IDLE:
          meta.idleSeconds = input.length();
          break;
        case RdbOpcode.FREQ:
          meta.frequency = input.byte();
          break;
        default:
          if (type >= RdbOpcode.SLOT_INFO) return this.readOther(type);
          this.values.read(type, input.string(0), meta);
          this.keys++;
          return;
      }
    }
  }

  private readOther(opcode: number): void {
    const { input, visitor } = this;
    switch (opcode) {
      case RdbOpcode.SELECTDB:
        return visitor.select(input.length());
      case RdbOpcode.RESIZEDB:
        return visitor.resize(input.length(), input.length());
      case RdbOpcode.AUX:
        return visitor.aux(input.string(0).toString(), input.string(1).toString());
      case RdbOpcode.FUNCTION2:
        return visitor.functionLibrary(input.string(0));
      case RdbOpcode.SLOT_INFO:
        // Slot, its keys, those that expire: hints of a cluster node.
        for (let field = 0; field < 3; field++) input.length();
        return;
      case RdbOpcode.EOF:
        return this.finish();
      case RdbOpcode.MODULE_AUX:
        throw new RdbError(
          'unsupported',
          this.entryOffset,
          `the file holds data of the module '${moduleName(input)}', which cannot be loaded`,
        );
      default:
        throw new RdbError(
          'unsupported',
          this.entryOffset,
          'the file holds a function library as 7.0 release candidates wrote it',
        );
    }
  }

  private finish(): void {
    const { input } = this;
    this.done = true;
    if (this.version < RDB_VERSION_CHECKSUM) return;
    input.sumConsumed();
    input.checksum = false;
    const stored = input.raw(8, 0);
    let zero = true;
    for (let i = 0; i < 8; i++) if (stored.buffer[stored.offset + i] !== 0) zero = false;
    // All zero: saved with rdbchecksum no.
    if (this.options.checksum === false || zero) return;
    if (!input.crc.equals(stored.buffer, stored.offset)) {
      throw new RdbError(
        'checksum',
        input.offset - 8,
        'the checksum does not fit the contents: bytes of the file were altered',
      );
    }
    this.checksumVerified = true;
  }
}
