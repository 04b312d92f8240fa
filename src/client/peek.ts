import { isErrorReply, type Reply } from '../protocol/reply.js';
import { quoteBytes } from './command-line.js';
import { accepted } from './keyspace-scan.js';
import type { ReplyPaint } from './reply-format.js';
import { replyBytes, replyElements, replyNumber, replyText } from './reply-reading.js';
import { asBytes } from './screen.js';
import { byteText } from './server-statistics.js';
import type { Session } from './session.js';
import { readableValue } from './value-decoding.js';

interface PeekSettings {
  /** Show JSON, MessagePack and gzip values readably. */
  readonly decode: boolean;
  readonly columns: number;
  readonly paint: ReplyPaint | undefined;
}

/** How many elements are shown. */
const ELEMENTS = 10;
/** How much of a string is asked for; with decoding, how much of it can be decoded. */
const STRING_BYTES = 512;
const DECODED_BYTES_MAX = 1024 * 1024;

/** How the first elements of each type are read, and how many there are. */
const READERS: Readonly<
  Record<
    string,
    { readonly size: string; readonly head: readonly string[]; readonly columns: readonly string[] }
  >
> = {
  list: { size: 'LLEN', head: ['LRANGE', 'KEY', '0', String(ELEMENTS - 1)], columns: ['element'] },
  set: { size: 'SCARD', head: ['SSCAN', 'KEY', '0', 'COUNT', String(ELEMENTS)], columns: ['member'] },
  hash: { size: 'HLEN', head: ['HSCAN', 'KEY', '0', 'COUNT', String(ELEMENTS)], columns: ['field', 'value'] },
  zset: {
    size: 'ZCARD',
    head: ['ZRANGE', 'KEY', '0', String(ELEMENTS - 1), 'WITHSCORES'],
    columns: ['member', 'score'],
  },
  stream: {
    size: 'XLEN',
    head: ['XRANGE', 'KEY', '-', '+', 'COUNT', String(ELEMENTS)],
    columns: ['id', 'fields'],
  },
};

/** Any key in a few lines: its type, TTL, encoding and memory, and its first elements as a table. */
export async function peekKey(session: Session, key: Buffer, settings: PeekSettings): Promise<string> {
  const type = replyText(await accepted(session, ['TYPE', key]));
  if (type === 'none') return 'No such key.\n';
  const [ttl, encoding, memory] = [
    await session.call(['PTTL', key]),
    await session.call(['OBJECT', 'ENCODING', key]),
    await session.call(['MEMORY', 'USAGE', key]),
  ];
  const reader = READERS[type];
  const size = await session.call([reader?.size ?? 'STRLEN', key]);
  const unit = reader === undefined ? 'bytes' : (reader.columns[0] ?? '');
  const facts = [
    type,
    ...(isErrorReply(encoding) ? [] : [replyText(encoding)]),
    ...(isErrorReply(size) ? [] : [`${replyNumber(size)} ${plural(unit, replyNumber(size))}`]),
    ...(isErrorReply(memory) || memory.type === 'null' ? [] : [`${byteText(replyNumber(memory))} in memory`]),
    ttlText(replyNumber(ttl)),
  ];
  const title = `${quoteBytes(key)}: ${facts.join(', ')}\n`;
  if (reader !== undefined) {
    const head = await accepted(
      session,
      reader.head.map((word) => (word === 'KEY' ? key : word)),
    );
    return title + table(reader.columns, rows(type, head), replyNumber(size), settings);
  }
  return type === 'string' ? title + (await peekString(session, key, settings)) : title;
}

async function peekString(session: Session, key: Buffer, settings: PeekSettings): Promise<string> {
  const bytesMax = settings.decode ? DECODED_BYTES_MAX : STRING_BYTES;
  const value = replyBytes(await accepted(session, ['GETRANGE', key, '0', String(bytesMax - 1)]));
  const readable = readableValue(value);
  if (settings.decode && readable !== undefined) return asBytes(`${readable.kind}:\n${readable.text}\n`);
  const shown = value.subarray(0, STRING_BYTES);
  const more = value.length >= STRING_BYTES ? ' …' : '';
  const kind = readable === undefined ? '' : `(${readable.kind}; peek KEY --decode shows it readably)\n`;
  const text = quoteBytes(shown);
  return `${settings.paint?.string(text) ?? text}${asBytes(more)}\n${kind}`;
}

function rows(type: string, head: Reply): string[][] {
  const elements = replyElements(head);
  const scanned = type === 'set' || type === 'hash' ? replyElements(elements[1] ?? head) : elements;
  if (type === 'list' || type === 'set') return scanned.map((element) => [quoteBytes(replyBytes(element))]);
  if (type === 'stream') {
    return scanned.map((entry) => {
      const [id, fields] = replyElements(entry);
      const words =
        fields === undefined ? [] : replyElements(fields).map((field) => quoteBytes(replyBytes(field)));
      return [replyText(id), words.join(' ')];
    });
  }
  // RESP3 has member and score in pairs, RESP2 in one row.
  const flat = scanned.flatMap((element) => ('elements' in element ? element.elements : [element]));
  const pairs: string[][] = [];
  for (let at = 0; at + 1 < flat.length; at += 2) {
    const [name, value] = [flat[at], flat[at + 1]];
    if (name === undefined || value === undefined) continue;
    pairs.push([
      quoteBytes(replyBytes(name)),
      type === 'hash' ? quoteBytes(replyBytes(value)) : replyText(value),
    ]);
  }
  return pairs;
}

function table(
  headings: readonly string[],
  all: readonly string[][],
  size: number,
  { columns, paint }: PeekSettings,
): string {
  const shown = all.slice(0, ELEMENTS);
  const firstWidth = Math.max(...[headings, ...shown].map(([first = '']) => first.length));
  const width = Math.max(8, columns - 3);
  const cell = (text: string, room: number): string =>
    text.length > room ? `${text.slice(0, Math.max(1, room - 3))}...` : text;
  const narrow = Math.min(firstWidth, headings.length === 1 ? width : Math.floor(width / 2));
  const line = ([first = '', second]: readonly string[]): string => {
    const left = cell(first, narrow);
    return second === undefined
      ? `  ${left}`
      : `  ${left.padEnd(narrow)}  ${cell(second, width - narrow - 2)}`;
  };
  const dim = paint?.index ?? ((text: string) => text);
  const rest = size - shown.length;
  const more = rest > 0 ? `${dim(`  ... ${rest} more`)}\n` : '';
  return `${dim(line(headings))}\n${shown.map((row) => `${line(row)}\n`).join('')}${more}`;
}

function ttlText(ms: number): string {
  if (ms < 0) return 'no TTL';
  return `TTL ${ms < 10_000 ? `${ms} ms` : `${Math.round(ms / 1000)} s`}`;
}

function plural(noun: string, count: number): string {
  if (noun === 'bytes') return count === 1 ? 'byte' : 'bytes';
  if (noun === 'id') return count === 1 ? 'entry' : 'entries';
  return count === 1 ? noun : `${noun}s`;
}
