import type { Bytes } from '../../bytes/bytes.js';

/** A request as an array of bulk strings. Strings are one character per byte. */
export function encodeRequest(args: readonly (string | number | Bytes)[]): Buffer {
  const parts: Buffer[] = [Buffer.from(`*${args.length}\r\n`)];
  for (const arg of args) {
    const bytes =
      typeof arg === 'object'
        ? Buffer.from(arg.buffer.buffer, arg.buffer.byteOffset + arg.offset, arg.length)
        : Buffer.from(String(arg), 'latin1');
    parts.push(Buffer.from(`$${bytes.length}\r\n`), bytes, CRLF);
  }
  return Buffer.concat(parts);
}

const CRLF = Buffer.from('\r\n');
