/** One word of a command line. */
export interface Word {
  /** Where it begins and ends in the line, quotes included. */
  readonly start: number;
  readonly end: number;
  /** What it means, quotes and escapes resolved. */
  readonly value: Buffer;
  /** It holds quotes, so that a lone `|` in them is no pipe. */
  readonly quoted: boolean;
}

/** `latin1` for a line that holds one character per byte, `utf8` for text. */
export type LineEncoding = 'utf8' | 'latin1';

export interface CommandLine {
  readonly words: readonly Word[];
  /** Where the quotes that never close, or close inside a word, begin; -1 when all is well. */
  readonly badQuoteAt: number;
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', a: '\x07' };
const SPACE = /[ \n\r\t\v\f\0]/;

/**
 * Splits a line as redis-cli does: "double quotes" with \n \r \t \b \a and \xHH, 'single quotes' with \' only, a
 * closing quote must end the word. Unlike a server's parser of inline commands it keeps positions, and goes on to the
 * end of a word that is not finished yet, for whoever is still typing it.
 */
export function parseCommandLine(line: string, encoding: LineEncoding = 'utf8'): CommandLine {
  const words: Word[] = [];
  let at = 0;
  let badQuoteAt = -1;
  while (at < line.length && badQuoteAt < 0) {
    if (SPACE.test(line.charAt(at))) {
      at++;
      continue;
    }
    const word = readWord(line, at, encoding);
    words.push(word);
    badQuoteAt = word.badQuoteAt;
    at = word.end;
  }
  return { words, badQuoteAt };
}

/** The arguments of a line, or null when its quotes are wrong. */
export function splitCommandLine(line: string, encoding: LineEncoding = 'utf8'): Buffer[] | null {
  const { words, badQuoteAt } = parseCommandLine(line, encoding);
  return badQuoteAt < 0 ? words.map((word) => word.value) : null;
}

/** A single word as --quoted-input takes it; null when its quotes are wrong. */
export function unquote(text: string): Buffer | null {
  if (!/^["']/.test(text)) return Buffer.from(text);
  const values = splitCommandLine(text);
  return values?.length === 1 ? (values[0] ?? null) : null;
}

function readWord(line: string, start: number, encoding: LineEncoding): Word & { badQuoteAt: number } {
  const pieces: Buffer[] = [];
  let quoted = false;
  let badQuoteAt = -1;
  let at = start;
  while (at < line.length && !SPACE.test(line.charAt(at))) {
    const quote = line.charAt(at);
    if (quote !== '"' && quote !== "'") {
      const from = at;
      while (at < line.length && !/[ \n\r\t\v\f\0"']/.test(line.charAt(at))) at++;
      pieces.push(Buffer.from(line.slice(from, at), encoding));
      continue;
    }
    quoted = true;
    const close = readQuoted(line, at, encoding, pieces);
    if (close < 0 || (close + 1 < line.length && !SPACE.test(line.charAt(close + 1)))) {
      badQuoteAt = at;
      at = line.length;
    } else at = close + 1;
  }
  return { start, end: at, value: Buffer.concat(pieces), quoted, badQuoteAt };
}

/** Appends what stands between the quotes that open at `open`; where they close, or -1. */
function readQuoted(line: string, open: number, encoding: LineEncoding, pieces: Buffer[]): number {
  const quote = line.charAt(open);
  let at = open + 1;
  let plain = '';
  const flush = (): void => {
    if (plain !== '') pieces.push(Buffer.from(plain, encoding));
    plain = '';
  };
  for (; at < line.length && line.charAt(at) !== quote; at++) {
    const character = line.charAt(at);
    const next = line.charAt(at + 1);
    const hex =
      quote === '"' && character === '\\' ? /^x[0-9a-fA-F]{2}/.exec(line.slice(at + 1, at + 4)) : null;
    if (hex !== null) {
      flush();
      pieces.push(Buffer.from(hex[0].slice(1), 'hex'));
      at += 3;
    } else if (character === '\\' && next !== '' && (quote === '"' || next === "'")) {
      plain += quote === '"' ? (ESCAPES[next] ?? next) : next;
      at++;
    } else plain += character;
  }
  flush();
  return at < line.length ? at : -1;
}

/** Bytes as redis-cli quotes them: printable ASCII as it is, the rest escaped. One character per byte. */
export function quoteBytes(bytes: Uint8Array): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
  // eslint-disable-next-line no-control-regex -- control characters are what has to be escaped
  return `"${text.replace(/[\\"\x00-\x1f\x7f-\xff]/g, escapeByte)}"`;
}

const SHORT_ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '"': '\\"',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\x07': '\\a',
  '\b': '\\b',
};

function escapeByte(byte: string): string {
  return SHORT_ESCAPES[byte] ?? `\\x${byte.charCodeAt(0).toString(16).padStart(2, '0')}`;
}
