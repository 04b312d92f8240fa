import { isErrorReply, type Reply } from '../protocol/reply.js';
import type { Interpreter } from './interpreter.js';
import { splitCommandLine } from './command-line.js';
import { globMatches } from '../bytes/glob.js';
import { READING_MESSAGES } from './one-shot.js';
import { replyElements, replyNumber, replyText } from './reply-reading.js';
import { printedReply } from './reply-printer.js';
import { streamReplies } from './reply-stream.js';
import { UsageError } from './usage-error.js';

/** What of a stream is shown. */
interface StreamFilter {
  /** Globs: of a key or channel, or of any argument of a MONITOR line. */
  readonly match?: string;
  /** Command names that MONITOR shows. */
  readonly commands?: readonly string[];
  readonly slowerThanMs?: number;
}

/** How often the slow log is asked for new entries. */
const SLOW_LOG_POLL_MS = 200;
const SLOW_LOG_ENTRIES = '128';

/** SUBSCRIBE and its kin, and MONITOR: prints what comes until Ctrl-C, then connects anew. */
export async function runStream(interpreter: Interpreter, argv: readonly Buffer[]): Promise<void> {
  const { session, screen, output } = interpreter;
  const words = argv.map((argument) => argument.toString());
  const monitor = words[0]?.toUpperCase() === 'MONITOR';
  const { filter, used } = screen.interactive
    ? readFilter(words, monitor)
    : { filter: {}, used: words.length };
  if (filter.slowerThanMs !== undefined) {
    await followSlowLog(interpreter, filter);
    return;
  }
  const connection = await session.connect();
  if (output.mode !== 'raw' && !monitor) await screen.print(READING_MESSAGES);
  const shown = (reply: Reply): boolean => isErrorReply(reply) || passes(reply, filter, monitor);
  const result = await screen.interruptible((signal) =>
    streamReplies(
      connection,
      argv.slice(0, used),
      (reply) => {
        if (shown(reply)) void screen.print(printedReply(reply, words, output));
      },
      signal,
    ),
  );
  // Nothing else can be said on a connection that streams.
  if (result !== 'stopped') return;
  session.close();
  await session.connect();
}

/** Takes `--match GLOB`, `--cmd NAME[,NAME]` and `--slower-than MS` off the end of the words. */
function readFilter(words: readonly string[], monitor: boolean): { filter: StreamFilter; used: number } {
  const filter: { match?: string; commands?: string[]; slowerThanMs?: number } = {};
  const names = monitor ? ['--match', '--cmd', '--slower-than'] : ['--match'];
  let used = words.length;
  while (used > 2 || (monitor && used > 1)) {
    const name = words[used - 2]?.toLowerCase() ?? '';
    const value = words[used - 1] ?? '';
    if (!names.includes(name)) break;
    if (name === '--match') filter.match = value;
    else if (name === '--cmd') filter.commands = value.toUpperCase().split(',');
    else filter.slowerThanMs = Number(value);
    if (Number.isNaN(filter.slowerThanMs)) throw new UsageError('--slower-than takes milliseconds');
    used -= 2;
  }
  if (monitor && words.length > 1 && used > 1) throw new UsageError(MONITOR_USAGE);
  return { filter, used };
}

const MONITOR_USAGE = 'usage: MONITOR [--match GLOB] [--cmd NAME[,NAME]] [--slower-than MILLISECONDS]';

function passes(reply: Reply, filter: StreamFilter, monitor: boolean): boolean {
  if (!monitor) {
    const elements = replyElements(reply).map(replyText);
    const isMessage = elements[0]?.endsWith('message') === true;
    return filter.match === undefined || !isMessage || matchesAny(filter.match, elements.slice(1));
  }
  // 1700000000.123456 [0 127.0.0.1:50000] "get" "key"
  const command = splitCommandLine(/^[\d.]+ \[[^\]]*\] (.*)$/s.exec(replyText(reply))?.[1] ?? '') ?? [];
  if (command.length === 0) return true;
  const [name = '', ...rest] = command.map((word) => word.toString());
  if (filter.commands?.includes(name.toUpperCase()) === false) return false;
  return filter.match === undefined || matchesAny(filter.match, rest);
}

function matchesAny(glob: string, texts: readonly string[]): boolean {
  return texts.some((text) => globMatches(glob, text));
}

/** MONITOR cannot tell how long a command took; the slow log can, so its new entries are shown as they come. */
async function followSlowLog(interpreter: Interpreter, filter: StreamFilter): Promise<void> {
  const { session, screen } = interpreter;
  const slowerThanMs = filter.slowerThanMs ?? 0;
  await screen.print(
    `Following SLOWLOG for commands of ${slowerThanMs} ms and more (press Ctrl-C to quit)\n`,
  );
  const threshold = await session.call(['CONFIG', 'GET', 'slowlog-log-slower-than']);
  const thresholdMs = replyNumber(replyElements(threshold)[1]) / 1000;
  if (thresholdMs < 0 || thresholdMs > slowerThanMs) {
    const limit = thresholdMs < 0 ? 'logs none at all' : `logs only those of ${thresholdMs} ms and more`;
    await screen.print(`The server ${limit}: see CONFIG SET slowlog-log-slower-than.\n`);
  }
  let lastId = -1;
  await screen.interruptible(async (signal) => {
    for (let first = true; !signal.aborted; first = false) {
      const entries = replyElements(await session.call(['SLOWLOG', 'GET', SLOW_LOG_ENTRIES])).map(
        slowLogEntry,
      );
      const news = entries.filter((entry) => entry.id > lastId);
      lastId = Math.max(lastId, ...news.map((entry) => entry.id));
      for (const entry of first ? [] : news.reverse()) {
        if (entry.ms < slowerThanMs || !passesSlow(entry.words, filter)) continue;
        const command = entry.words.map((word) => JSON.stringify(word)).join(' ');
        await screen.print(
          Buffer.from(`${entry.atSeconds} [${entry.client}] ${entry.ms} ms ${command}\n`).toString('latin1'),
        );
      }
      await pause(SLOW_LOG_POLL_MS, signal);
    }
  });
}

function passesSlow([name = '', ...rest]: readonly string[], filter: StreamFilter): boolean {
  if (filter.commands?.includes(name.toUpperCase()) === false) return false;
  return filter.match === undefined || matchesAny(filter.match, rest);
}

function slowLogEntry(reply: Reply): {
  id: number;
  atSeconds: number;
  ms: number;
  words: string[];
  client: string;
} {
  const [id, at, microseconds, words, client] = replyElements(reply);
  return {
    id: replyNumber(id),
    atSeconds: replyNumber(at),
    ms: replyNumber(microseconds) / 1000,
    words: words === undefined ? [] : replyElements(words).map(replyText),
    client: replyText(client),
  };
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
  });
}
