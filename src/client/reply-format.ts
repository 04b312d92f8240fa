import type { Reply, ReplyEntry } from '../protocol/reply.js';
import type { OutputMode } from './cli-options.js';
import { quoteBytes } from './command-line.js';

/** Colours parts of a formatted reply; without it they stay plain. */
export interface ReplyPaint {
  string: (text: string) => string;
  number: (text: string) => string;
  nil: (text: string) => string;
  error: (text: string) => string;
  index: (text: string) => string;
}

const PLAIN: ReplyPaint = {
  string: (text) => text,
  number: (text) => text,
  nil: (text) => text,
  error: (text) => text,
  index: (text) => text,
};

/** Texts here hold one character per byte (latin1), so that binary values pass through unchanged. */
const latin1 = (bytes: Buffer): string => bytes.toString('latin1');

/** A reply in any mode as redis-cli prints it, without what comes between replies. One character per byte. */
export function formatReply(reply: Reply, mode: OutputMode, bulkDelimiter = '\n', paint = PLAIN): string {
  switch (mode) {
    case 'standard':
      return formatStandard(reply, '', paint);
    case 'raw':
      return formatRaw(reply, bulkDelimiter);
    case 'csv':
      return formatCsv(reply);
    case 'json':
      return formatJson(reply, jsonString);
    case 'quoted-json':
      return formatJson(reply, (bytes) => `"${quoteBytes(bytes).slice(1, -1).replaceAll('\\', '\\\\')}"`);
  }
}

/** As on a terminal: every line ends with a newline; `prefix` indents all lines but the first. */
function formatStandard(reply: Reply, prefix: string, paint: ReplyPaint): string {
  switch (reply.type) {
    case 'error':
    case 'bulk-error':
      return `${paint.error(`(error) ${latin1(reply.bytes)}`)}\n`;
    case 'simple':
      return `${paint.string(latin1(reply.bytes))}\n`;
    case 'verbatim':
      return `${latin1(reply.bytes)}\n`;
    case 'bulk':
      return `${paint.string(quoteBytes(reply.bytes))}\n`;
    case 'integer':
      return `(integer) ${paint.number(String(reply.value))}\n`;
    case 'double':
      return `(double) ${paint.number(reply.text)}\n`;
    case 'big-number':
      return `(big number) ${paint.number(String(reply.value))}\n`;
    case 'boolean':
      return `${paint.number(reply.value ? '(true)' : '(false)')}\n`;
    case 'null':
      return `${paint.nil('(nil)')}\n`;
    default:
      return formatAggregate(reply, prefix, paint);
  }
}

const EMPTY = {
  array: '(empty array)',
  map: '(empty hash)',
  set: '(empty set)',
  push: '(empty push)',
} as const;
const SEPARATOR = { array: ')', map: '#', set: '~', push: ')' } as const;

type Aggregate = Extract<Reply, { readonly type: 'array' | 'map' | 'set' | 'push' }>;

function formatAggregate(reply: Aggregate, prefix: string, paint: ReplyPaint): string {
  const items = reply.type === 'map' ? reply.entries : reply.elements;
  if (items.length === 0) return `${paint.nil(EMPTY[reply.type])}\n`;
  const width = String(items.length).length;
  const inner = prefix + ' '.repeat(width + 2);
  const lines: string[] = [];
  let number = 0;
  const label = (): string => {
    const indent = number === 0 ? '' : prefix;
    number++;
    return indent + paint.index(`${String(number).padStart(width)}${SEPARATOR[reply.type]} `);
  };
  if (reply.type !== 'map') {
    for (const element of reply.elements) lines.push(label() + formatStandard(element, inner, paint));
    return lines.join('');
  }
  for (const [key, value] of reply.entries) {
    const keyText = label() + formatStandard(key, inner, paint).slice(0, -1);
    const valueText = formatStandard(value, inner, paint);
    lines.push(`${keyText} => ${isMultiLine(value) ? `\n${inner}` : ''}${valueText}`);
  }
  return lines.join('');
}

/** Whether a value of a map takes several lines, and so begins on one of its own. */
function isMultiLine(reply: Reply): boolean {
  if (reply.type === 'map') {
    const [only] = reply.entries;
    return reply.entries.length > 1 || (only !== undefined && isMultiLine(only[1]));
  }
  if (!('elements' in reply)) return false;
  const [only] = reply.elements;
  return reply.elements.length > 1 || (only !== undefined && isMultiLine(only));
}

function formatRaw(reply: Reply, delimiter: string): string {
  switch (reply.type) {
    case 'error':
    case 'bulk-error':
      return `${latin1(reply.bytes)}\n`;
    case 'null':
      return '';
    case 'boolean':
      return reply.value ? '(true)' : '(false)';
    case 'array':
    case 'set':
    case 'push':
      return reply.elements.map((element) => formatRaw(element, delimiter)).join(delimiter);
    case 'map':
      return reply.entries
        .map(([key, value]) => `${formatRaw(key, delimiter)} ${formatRaw(value, delimiter)}`)
        .join(delimiter);
    default:
      return scalarText(reply);
  }
}

function formatCsv(reply: Reply): string {
  switch (reply.type) {
    case 'error':
    case 'bulk-error':
      return `ERROR,${quoteBytes(reply.bytes)}`;
    case 'null':
      return 'NULL';
    case 'simple':
    case 'bulk':
    case 'verbatim':
      return quoteBytes(reply.bytes);
    case 'array':
    case 'set':
    case 'push':
      return reply.elements.map(formatCsv).join(',');
    case 'map':
      return reply.entries.map(([key, value]) => `${formatCsv(key)},${formatCsv(value)}`).join(',');
    default:
      return scalarText(reply);
  }
}

function formatJson(reply: Reply, string: (bytes: Buffer) => string): string {
  switch (reply.type) {
    case 'error':
    case 'bulk-error':
      return `error:${string(reply.bytes)}`;
    case 'null':
      return 'null';
    case 'simple':
    case 'bulk':
    case 'verbatim':
      return string(reply.bytes);
    case 'array':
    case 'set':
    case 'push':
      return `[${reply.elements.map((element) => formatJson(element, string)).join(',')}]`;
    case 'map':
      return `{${reply.entries.map((entry) => jsonEntry(entry, string)).join(',')}}`;
    default:
      return scalarText(reply);
  }
}

/** JSON has only strings as keys: whatever else is a key becomes the text of its JSON. */
function jsonEntry([key, value]: ReplyEntry, string: (bytes: Buffer) => string): string {
  const text = formatJson(key, string);
  return `${'bytes' in key ? text : `"${text}"`}:${formatJson(value, string)}`;
}

const JSON_ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\n': '\\n',
  '\f': '\\f',
  '\r': '\\r',
  '\t': '\\t',
  '\b': '\\b',
};

function jsonString(bytes: Buffer): string {
  const escape = (character: string): string =>
    JSON_ESCAPES[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  // eslint-disable-next-line no-control-regex -- control characters are what has to be escaped
  return `"${latin1(bytes).replace(/["\\\x00-\x1f]/g, escape)}"`;
}

/** What a reply of one value says, without quotes or type. */
function scalarText(reply: Exclude<Reply, Aggregate>): string {
  switch (reply.type) {
    case 'simple':
    case 'bulk':
    case 'error':
    case 'bulk-error':
    case 'verbatim':
      return latin1(reply.bytes);
    case 'double':
      return reply.text;
    case 'null':
      return '';
    default:
      return String(reply.value);
  }
}
