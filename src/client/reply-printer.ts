import type { Reply } from '../protocol/reply.js';
import type { OutputMode } from './cli-options.js';
import { formatReply, type ReplyPaint } from './reply-format.js';
import { quoteBytes } from './command-line.js';
import { replyBytes, replyElements, replyText } from './reply-reading.js';
import { structuredReply } from './structured-reply.js';

/** How replies become text. */
export interface OutputSettings {
  readonly mode: OutputMode;
  readonly bulkDelimiter: string;
  readonly replyDelimiter: string;
  readonly paint?: ReplyPaint;
}

/** A push that came by itself, as redis-cli announces it. */
export function printedPush(push: Reply, output: OutputSettings): string {
  const [kind, keys] = replyElements(push);
  if (output.mode !== 'standard' || replyText(kind) !== 'invalidate') return printedReply(push, [], output);
  const names =
    keys === undefined
      ? []
      : replyElements(keys).map((key) => `'${quoteBytes(replyBytes(key)).slice(1, -1)}'`);
  return `-> invalidate: ${names.join(', ')}\n`;
}

/** All that is printed for one reply to `argv`, one character per byte. */
export function printedReply(reply: Reply, argv: readonly string[], output: OutputSettings): string {
  const { mode, bulkDelimiter, replyDelimiter } = output;
  const json = mode === 'json' || mode === 'quoted-json';
  if (isTextTable(argv)) {
    if (!json) return formatReply(reply, 'raw');
    const text = reply.type === 'bulk' || reply.type === 'verbatim' ? reply.bytes.toString('latin1') : '';
    const table = structuredReply(argv, text);
    if (text !== '' && table !== undefined) return `${JSON.stringify(table)}\n`;
  }
  const text = formatReply(reply, mode, bulkDelimiter, output.paint);
  if (mode === 'standard') return text;
  return text + (mode === 'raw' ? Buffer.from(replyDelimiter).toString('latin1') : '\n');
}

const TEXT_TABLES =
  /^(info|lolwut|(debug (htstats|htstats-key))|(memory (malloc-stats|doctor))|(cluster (nodes|info))|(client (list|info))|(latency (graph|doctor)))( |$)/i;

/** Whether redis-cli prints the reply to this command as it is, because it is text for people. */
function isTextTable(argv: readonly string[]): boolean {
  return TEXT_TABLES.test(argv.slice(0, 2).join(' '));
}
