import { AofItem } from '../../../src/persistence/aof/aof-format.js';
import { AofReader, type AofReaderOptions } from '../../../src/persistence/aof/aof-reader.js';
import { ChecksumWriter } from '../../../src/persistence/aof/checksum.js';
import type { ReadBytes } from '../../../src/persistence/file-bytes.js';

/** A record as Redis writes it; one character per byte. */
export function resp(...args: readonly (string | number)[]): string {
  return `*${args.length}\r\n${args.map((arg) => `$${String(arg).length}\r\n${arg}\r\n`).join('')}`;
}

export const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');

/** Reads from memory, at most `part` bytes at once. */
export function readerOfBytes(bytes: Buffer, part = Infinity): ReadBytes {
  return (to, at, length, offset) => bytes.copy(to, at, offset, offset + Math.min(part, length));
}

export interface ReadResult {
  records: string[][];
  annotations: string[];
  spans: [number, number][];
  reader: AofReader;
}

/** Everything that is read from the bytes of one file. */
export function readAll(bytes: Buffer, options: AofReaderOptions = {}, part = Infinity): ReadResult {
  const reader = new AofReader(readerOfBytes(bytes, part), bytes.length, 0, options);
  const result: ReadResult = { records: [], annotations: [], spans: [], reader };
  for (;;) {
    const item = reader.next();
    if (item === AofItem.RECORD) {
      result.records.push(reader.request.strings());
      result.spans.push([reader.start, reader.end]);
    } else if (item === AofItem.ANNOTATION) result.annotations.push(reader.annotation);
    else return result;
  }
}

/** A file with a checksum annotation after each of the batches. */
export function checksummed(...batches: readonly string[]): Buffer {
  const writer = new ChecksumWriter(0);
  const parts = [writer.annotation()];
  for (const batch of batches) {
    const bytes = latin1(batch);
    writer.add(bytes);
    parts.push(bytes, writer.annotation());
  }
  return Buffer.concat(parts);
}
