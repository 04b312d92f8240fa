import { Bytes } from '../../../src/bytes/bytes.js';
import { RdbReader } from '../../../src/persistence/rdb/rdb-reader.js';
import type { RdbSink } from '../../../src/persistence/rdb/rdb-output.js';
import { Recorder } from './recorder.js';

/** Keeps what an RDB writer writes. */
export class BufferSink implements RdbSink {
  bytes = Buffer.alloc(0);

  write(bytes: Uint8Array): void {
    this.bytes = Buffer.concat([this.bytes, bytes]);
  }

  writeAt(offset: number, bytes: Uint8Array): void {
    this.bytes.set(bytes, offset);
  }
}

export function record(file: Uint8Array, checksum = true): Recorder {
  const recorder = new Recorder();
  RdbReader.ofBytes(new Bytes(file), recorder, { checksum }).read();
  return recorder;
}

/** Reads the bytes through a file's interface, a few at a time, so that every boundary falls inside something. */
export function recordInParts(file: Buffer, part: number): Recorder {
  const recorder = new Recorder();
  const read = (to: Buffer, at: number, length: number, from: number): number => {
    return file.copy(to, at, from, from + Math.min(part, length));
  };
  RdbReader.ofFile(read, file.length, recorder).read();
  return recorder;
}
