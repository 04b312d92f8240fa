import { once } from 'node:events';

/** Writes text of one character per byte; resolves when the reader can take more. */
export async function writeOut(text: string): Promise<void> {
  const { stdout } = process;
  // In pieces, so that a reply of many megabytes does not stand in memory three times over.
  for (let at = 0; at < text.length; at += PIECE_BYTES) {
    const piece = Buffer.from(text.slice(at, at + PIECE_BYTES), 'latin1');
    if (!stdout.write(piece) && !stdout.writableEnded) await once(stdout, 'drain');
  }
}

const PIECE_BYTES = 64 * 1024;

/** A line on stderr, where redis-cli has it too. */
export function warn(message: string): void {
  process.stderr.write(`${message}\n`);
}

/** All of stdin, up to what one argument may be. */
export async function readStdin(): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > STDIN_BYTES_MAX) throw new Error('stdin is longer than the 512 MB that an argument may be');
  }
  return Buffer.concat(chunks);
}

const STDIN_BYTES_MAX = 512 * 1024 * 1024;

/** The lines of stdin one by one, one character per byte, without their ends. */
export async function* stdinLines(): AsyncGenerator<string> {
  let pieces: string[] = [];
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    const parts = chunk.toString('latin1').split('\n');
    const last = parts.pop() ?? '';
    for (const part of parts) {
      yield [...pieces, part].join('').replace(/\r$/, '');
      pieces = [];
    }
    pieces.push(last);
  }
  const rest = pieces.join('');
  if (rest !== '') yield rest;
}
