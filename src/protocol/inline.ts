/**
 * Splits a line into arguments with the quoting rules of Redis's sdssplitargs: "double quotes" with \n \r \t \b \a
 * and \xHH, 'single quotes' with \' only. Null when quotes are unbalanced or followed by anything but a space.
 * One character per byte, in and out.
 */
export function splitInline(line: string): string[] | null {
  const args: string[] = [];
  let at = 0;
  for (;;) {
    while (at < line.length && isSpace(line, at)) at++;
    if (at >= line.length) return args;
    const end = readArgument(line, at, args);
    if (end < 0) return null;
    at = end;
  }
}

const SPACES = ' \n\r\t\v\f\0';
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', a: '\x07' };

function isSpace(line: string, at: number): boolean {
  return SPACES.includes(line.charAt(at));
}

/** Appends the argument that starts at `start`; where it ends, or -1. */
function readArgument(line: string, start: number, args: string[]): number {
  let current = '';
  let at = start;
  while (at < line.length && !isSpace(line, at)) {
    const quote = line.charAt(at);
    if (quote !== '"' && quote !== "'") {
      current += quote;
      at++;
      continue;
    }
    at++;
    while (line.charAt(at) !== quote) {
      if (at >= line.length) return -1;
      const hex = quote === '"' ? /^\\x([0-9a-fA-F]{2})/.exec(line.slice(at, at + 4)) : null;
      if (hex !== null) {
        current += String.fromCharCode(parseInt(hex[1]!, 16));
        at += 4;
      } else if (
        line.charAt(at) === '\\' &&
        at + 1 < line.length &&
        (quote === '"' || line.charAt(at + 1) === "'")
      ) {
        const escaped = line.charAt(at + 1);
        current += quote === '"' ? (ESCAPES[escaped] ?? escaped) : escaped;
        at += 2;
      } else current += line.charAt(at++);
    }
    at++;
    if (at < line.length && !isSpace(line, at)) return -1;
    break;
  }
  args.push(current);
  return at;
}
