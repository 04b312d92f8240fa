import { quoteArgument } from './describe-command.js';

/** An argument in JSON: text where its bytes are UTF-8, base64 in an object otherwise. */
export type JsonArgument = string | { base64: string };

export function jsonArgument(bytes: Buffer): JsonArgument {
  const text = bytes.toString('utf8');
  // What was no UTF-8 came out as replacement characters, and does not give the same bytes again.
  return text.includes('\ufffd') && !Buffer.from(text).equals(bytes)
    ? { base64: bytes.toString('base64') }
    : text;
}

/** As `jsonArgument`, of text with one character per byte. */
export function jsonOfLatin1(text: string): JsonArgument {
  return jsonArgument(Buffer.from(text, 'latin1'));
}

export function isJsonArgument(value: unknown): value is JsonArgument {
  if (typeof value === 'string') return true;
  return typeof value === 'object' && value !== null && 'base64' in value && typeof value.base64 === 'string';
}

export function argumentBytes(argument: JsonArgument): Buffer {
  return typeof argument === 'string' ? Buffer.from(argument) : Buffer.from(argument.base64, 'base64');
}

/** For a terminal: in quotes where it needs any, as redis-cli understands them. */
export function shownArgument(argument: JsonArgument): string {
  return quoteArgument(argumentBytes(argument).toString('latin1'));
}
