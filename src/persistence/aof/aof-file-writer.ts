import type { Request } from '../../protocol/request.js';
import { AtomicFile } from '../atomic-file.js';
import { ChecksumWriter } from './checksum.js';

const CHUNK_BYTES = 1024 * 1024;
/** About so many bytes share one checksum annotation: a stretch that is lost as a whole, or 0.05 % more to write. */
const STRETCH_BYTES = 64 * 1024;

/** Writes a whole AOF file of its own, which appears under its name when it is complete. */
export class AofFileWriter {
  /** Bytes written so far. */
  bytes = 0;
  records = 0;
  private readonly file: AtomicFile;
  private readonly checksums: ChecksumWriter | null;
  private readonly buffer = Buffer.allocUnsafeSlow(CHUNK_BYTES);
  private at = 0;

  constructor(path: string, options: { checksums: boolean }) {
    this.file = new AtomicFile(path);
    this.checksums = options.checksums ? new ChecksumWriter(0) : null;
    if (this.checksums !== null) this.put(this.checksums.annotation());
  }

  /** The record of a request that has its own bytes. */
  request(request: Request): void {
    this.record(request.buffer.subarray(request.rawStart, request.rawEnd));
  }

  /** One record, or an annotation of another kind, newline included. */
  record(bytes: Uint8Array): void {
    this.records++;
    this.checksums?.add(bytes);
    this.put(bytes);
    if (this.checksums !== null && this.checksums.pending >= STRETCH_BYTES)
      this.put(this.checksums.annotation());
  }

  /** `#TS:`: what follows was written at that time. */
  time(seconds: number): void {
    this.record(Buffer.from(`#TS:${seconds}\r\n`));
    this.records--;
  }

  private put(bytes: Uint8Array): void {
    this.bytes += bytes.length;
    if (this.at + bytes.length > CHUNK_BYTES) this.flush();
    if (bytes.length > CHUNK_BYTES) return this.file.write(bytes);
    this.buffer.set(bytes, this.at);
    this.at += bytes.length;
  }

  private flush(): void {
    if (this.at > 0) this.file.write(this.buffer.subarray(0, this.at));
    this.at = 0;
  }

  /** The file being written, for who wants to sync it in a thread before `commit`. */
  get fd(): number {
    return this.file.fd;
  }

  /** Writes what is left: only `commit` or `abandon` may follow. */
  finish(): void {
    if (this.checksums !== null && this.checksums.pending > 0) this.put(this.checksums.annotation());
    this.flush();
  }

  /** Makes the file durable under its name. */
  commit(): void {
    this.finish();
    this.file.commit();
  }

  abandon(): void {
    this.file.abandon();
  }
}
