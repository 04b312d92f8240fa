import type { Request } from '../../protocol/request.js';

const ARGUMENT_CHARACTERS = 64;
const ARGUMENTS_SHOWN = 12;

/** A request on one line, as one would type it into redis-cli; long arguments and long rows of them are shortened. */
export function describeCommand(request: Request): string {
  const shown = Math.min(request.count, ARGUMENTS_SHOWN);
  const words = Array.from({ length: shown }, (_, index) => {
    const text = request.string(index);
    const cut = text.length > ARGUMENT_CHARACTERS;
    return (
      quoteArgument(cut ? text.slice(0, ARGUMENT_CHARACTERS) : text) +
      (cut ? `...(${text.length} bytes)` : '')
    );
  });
  if (request.count > shown) words.push(`...(${request.count - shown} more)`);
  return words.join(' ');
}

const ESCAPES: Readonly<Record<string, string>> = {
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\x07': '\\a',
  '\b': '\\b',
  '"': '\\"',
  '\\': '\\\\',
};

/** An argument (one character per byte) in the quotes that redis-cli and `splitInline` understand, where it needs any. */
export function quoteArgument(text: string): string {
  if (/^[!#-&(-[\]-~]+$/.test(text)) return text;
  const escaped = text.replace(/[^ !#-[\]-~]/g, (byte) => {
    return ESCAPES[byte] ?? `\\x${byte.charCodeAt(0).toString(16).padStart(2, '0')}`;
  });
  return `"${escaped}"`;
}

/** Unix seconds as a date; the number itself where there is no such date. */
export function timeText(seconds: number): string {
  const date = new Date(seconds * 1000);
  return Number.isNaN(date.getTime()) ? String(seconds) : date.toISOString().replace('.000Z', 'Z');
}
