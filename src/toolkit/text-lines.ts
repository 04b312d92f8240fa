import { StringDecoder } from 'node:string_decoder';
import { UsageError } from './aof-command.js';

/** A value of 512 MB, the longest there is, does not fit into a string of JavaScript either. */
const LINE_CHARACTERS_MAX = 256 * 1024 * 1024;

/**
 * The lines of a stream, without what ends them. Only a newline does: U+2028, which readline splits at, may stand inside
 * a JSON string. Throws a `UsageError` for a line without end.
 */
export async function* textLines(input: AsyncIterable<Buffer | string>): AsyncGenerator<string> {
  const decoder = new StringDecoder('utf8');
  let pending: string[] = [];
  let length = 0;
  for await (const chunk of input) {
    const parts = (typeof chunk === 'string' ? chunk : decoder.write(chunk)).split('\n');
    const last = parts.pop()!;
    for (const part of parts) {
      yield withoutReturn(pending.length === 0 ? part : pending.join('') + part);
      pending = [];
      length = 0;
    }
    pending.push(last);
    length += last.length;
    if (length > LINE_CHARACTERS_MAX) {
      throw new UsageError(
        'a line of more than 256 MB: this is nothing that `aof export` printed; nothing was written',
      );
    }
  }
  const rest = pending.join('') + decoder.end();
  if (rest !== '') yield withoutReturn(rest);
}

function withoutReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}
