import { BUILTINS } from '../builtins.js';
import type { CommandCatalog } from '../command-catalog.js';
import { parseCommandLine, type Word } from '../command-line.js';
import { pipePosition } from './typing-help.js';

/** What a part of the line is, which decides its colour. */
export type SpanKind = 'plain' | 'command' | 'unknown' | 'string' | 'number' | 'token' | 'bad' | 'shell';

export interface Span {
  readonly text: string;
  readonly kind: SpanKind;
}

/** A pasted file is shown plain: colours for a line this long would cost more than they tell. */
const HIGHLIGHT_LENGTH_MAX = 10_000;

/** The line in parts that together are the line. */
export function highlight(catalog: CommandCatalog, line: string): Span[] {
  if (line.length > HIGHLIGHT_LENGTH_MAX) return [{ text: line, kind: 'plain' }];
  const parsed = parseCommandLine(line);
  const pipeAt = pipePosition(line, parsed);
  const names = parsed.words.slice(0, 2).map((word) => word.value.toString());
  const nameWords = catalog.find(names)?.nameWords ?? 1;
  const spans: Span[] = [];
  let at = 0;
  const add = (until: number, kind: SpanKind): void => {
    if (until > at) spans.push({ text: line.slice(at, until), kind });
    at = Math.max(at, until);
  };
  for (const [i, word] of parsed.words.entries()) {
    add(word.start, 'plain');
    if (pipeAt >= 0 && i >= pipeAt) {
      add(line.length, 'shell');
      break;
    }
    const bad = parsed.badQuoteAt >= word.start && parsed.badQuoteAt < word.end;
    add(word.end, bad ? 'bad' : wordKind(catalog, line, word, i, nameWords));
  }
  add(line.length, 'plain');
  return spans;
}

function wordKind(
  catalog: CommandCatalog,
  line: string,
  word: Word,
  index: number,
  nameWords: number,
): SpanKind {
  const text = line.slice(word.start, word.end);
  if (index < nameWords) {
    const known =
      catalog.docs.size === 0 || catalog.docs.has(text.toLowerCase()) || isOwn(text) || /^\d+$/.test(text);
    const complete = word.end < line.length;
    return index > 0 || known ? 'command' : complete ? 'unknown' : 'plain';
  }
  if (word.quoted) return 'string';
  if (/^[+-]?\d+(\.\d+)?$/.test(text)) return 'number';
  return /^[A-Z][A-Z-]+$/.test(text) ? 'token' : 'plain';
}

function isOwn(text: string): boolean {
  return BUILTINS.has(text.toLowerCase()) || /^(quit|exit)$/i.test(text);
}
