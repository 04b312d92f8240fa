import { setTimeout as sleep } from 'node:timers/promises';
import { BUILTINS } from './builtins.js';
import type { CliOptions } from './cli-options.js';
import { type LineEncoding, parseCommandLine, type Word } from './command-line.js';
import { CommandCatalog } from './command-catalog.js';
import { ConnectionError } from './connection.js';
import { dangerOf, isProduction } from './danger.js';
import { ReplyError } from './reply-reading.js';
import { type OutputSettings, printedReply } from './reply-printer.js';
import { isStreaming } from './reply-stream.js';
import type { Screen } from './screen.js';
import type { Session } from './session.js';
import { pipeToShell, showInPager } from './shell.js';
import { runStream } from './stream-view.js';
import { UsageError } from './usage-error.js';

/** Settings that `:set` changes. */
export interface Preferences {
  hints: boolean;
  pager: boolean;
  /** Dangerous commands ask first. */
  production: boolean;
}

/** Runs lines: commands for the server, and the words the client itself understands. */
export class Interpreter {
  readonly session: Session;
  readonly screen: Screen;
  readonly catalog: CommandCatalog;
  readonly preferences: Preferences;
  output: OutputSettings;

  constructor(session: Session, options: CliOptions, output: OutputSettings, screen: Screen) {
    this.session = session;
    this.screen = screen;
    this.output = output;
    this.catalog = new CommandCatalog(session);
    const production = options.production || isProduction(session.settings.address, process.env);
    this.preferences = { hints: true, pager: options.pager, production };
  }

  /** Runs one line; `quit` when it asks to leave. Errors are printed, none is thrown. */
  async run(line: string, encoding: LineEncoding = 'utf8'): Promise<'next' | 'quit'> {
    const { words, badQuoteAt } = parseCommandLine(line, encoding);
    if (badQuoteAt >= 0) {
      await this.screen.print('Invalid argument(s)\n');
      return 'next';
    }
    const [first] = words;
    if (first === undefined) return 'next';
    const name = first.value.toString().toLowerCase();
    if (name === 'quit' || name === 'exit') return 'quit';
    try {
      const builtin = BUILTINS.get(name);
      if (builtin !== undefined) await this.#runBuiltin(() => builtin.run(this, words.slice(1)));
      else if (name.startsWith(':')) throw new UsageError(`unknown mredis cli internal command '${name}'`);
      else await this.#send(line, words);
    } catch (error) {
      await this.#report(error);
    }
    return 'next';
  }

  /** Ctrl-C gives up waiting; replies that are still to come are for nobody. */
  async #runBuiltin(run: () => Promise<void>): Promise<void> {
    const result = await this.screen.interruptible((signal) => Promise.race([run(), aborted(signal)]));
    if (result === 'aborted') await this.screen.print('(interrupted)\n');
  }

  async #report(error: unknown): Promise<void> {
    if (error instanceof ConnectionError) {
      this.screen.warn(error.message.startsWith('Could not') ? error.message : `Error: ${error.message}`);
    } else if (error instanceof ReplyError) await this.screen.print(`(error) ${error.message}\n`);
    else if (error instanceof UsageError) await this.screen.print(`${error.message}\n`);
    else if (error instanceof Error && error.name === 'AbortError')
      await this.screen.print('(interrupted)\n');
    else throw error;
  }

  /** A command for the server: `[times] command argument… [| shell command]`. */
  async #send(line: string, words: readonly Word[]): Promise<void> {
    const pipeAt = this.screen.interactive ? words.findIndex((word) => isPipe(line, word)) : -1;
    const shell = pipeAt < 0 ? undefined : line.slice(words[pipeAt]?.end).trim();
    let argv = (pipeAt < 0 ? words : words.slice(0, pipeAt)).map((word) => word.value);
    let times = 1;
    const count = argv[0]?.toString() ?? '';
    if (argv.length > 1 && /^[+-]?\d{1,9}$/.test(count)) {
      times = Number(count);
      if (times <= 0) throw new UsageError('Invalid mredis cli repeat command option value.');
      argv = argv.slice(1);
    }
    const text = argv.map((argument) => argument.toString());
    if (!(await this.#allowed(text))) return;
    if (isStreaming(text[0] ?? '')) {
      await runStream(this, argv);
      return;
    }
    await this.screen.interruptible(async (signal) => {
      for (let i = 0; i < times && !signal.aborted; i++) await this.#sendOnce(argv, text, shell, signal);
    });
  }

  async #sendOnce(
    argv: readonly Buffer[],
    text: readonly string[],
    shell: string | undefined,
    signal: AbortSignal,
  ): Promise<void> {
    const call = this.session.call(argv);
    const reply = await Promise.race([call, aborted(signal)]);
    if (reply === 'aborted') {
      // The reply may still come: only a new connection does not mix it up with the next one.
      call.catch(() => undefined);
      this.session.close();
      await this.screen.print('(interrupted, connecting anew)\n');
      await this.session.connect();
      return;
    }
    if (shell !== undefined) {
      const raw = printedReply(reply, text, { ...this.output, mode: 'raw' });
      await this.screen.handOver(() => pipeToShell(raw, shell));
      return;
    }
    const printed = printedReply(reply, text, this.output);
    const long = this.preferences.pager && this.screen.interactive && lineCount(printed) >= this.screen.rows;
    if (long) await this.screen.handOver(() => showInPager(printed));
    else await this.screen.print(printed);
    const slowMs = this.session.lastReplyMs ?? 0;
    if (this.output.mode === 'standard' && slowMs >= SLOW_REPLY_MS) {
      await this.screen.print(`(${(slowMs / 1000).toFixed(2)}s)\n`);
    }
  }

  /** Whether a command may go out: on a production server a dangerous one asks first. */
  async #allowed(text: readonly string[]): Promise<boolean> {
    if (!this.preferences.production || !this.screen.interactive) return true;
    const danger = dangerOf(text);
    if (danger === undefined) return true;
    if (await this.screen.confirm(`${danger} This is a production server. Run it?`)) return true;
    await this.screen.print('Not sent.\n');
    return false;
  }
}

/** As redis-cli: a reply that took half a second says so. */
const SLOW_REPLY_MS = 500;

function isPipe(line: string, word: Word): boolean {
  return !word.quoted && line.slice(word.start, word.end) === '|';
}

async function aborted(signal: AbortSignal): Promise<'aborted'> {
  await sleep(2 ** 31 - 1, undefined, { signal, ref: false }).catch(() => undefined);
  return 'aborted';
}

function lineCount(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count++;
  return count;
}
