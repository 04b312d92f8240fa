import { constants } from 'node:os';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Args, Command } from '@oclif/core';
import { AofDamagedError, AofPathError, type AofSet, fileBytes } from '../persistence/toolkit/aof-set.js';
import { count } from '../persistence/toolkit/check-report.js';
import type { CheckStatus } from '../persistence/toolkit/check.js';
import type { OperationsResult } from '../persistence/toolkit/operations.js';
import type { Progress } from '../persistence/toolkit/progress.js';
import type { PartsProgress } from './state-parts.js';
import { askQuestion, ProgressBar, wrapWords } from './terminal.js';

/** Exit codes of all `aof` commands; after a signal it is 128 and the signal's number, as shells have it. */
export const ExitCode = { SOUND: 0, REPAIRABLE: 1, DAMAGED: 2, USAGE: 3 } as const;

/** As after a SIGPIPE, which Node ignores. */
const PIPE_CLOSED = 128 + constants.signals.SIGPIPE;

export const EXIT_CODES: Readonly<Record<CheckStatus, number>> = {
  sound: ExitCode.SOUND,
  repairable: ExitCode.REPAIRABLE,
  damaged: ExitCode.DAMAGED,
};

const USAGE_HELP = '3 wrong usage, or a file that cannot be read or written (nothing was changed)';

/** How the description of a command tells its exit codes; those of `aof` begin with the same meaning everywhere. */
export function exitCodeHelp(codes: { 0: string; 1?: string; 2?: string }): string {
  const own = Object.entries(codes).map(([code, meaning]) => `${code} ${meaning}`);
  return `\n\nExit code: ${[...own, USAGE_HELP].join('; ')}; 130 after Ctrl-C.`;
}

/** The argument that almost every `aof` command begins with. */
export const pathArgument = Args.string({
  required: true,
  description: 'an AOF, an RDB file, a manifest, or a directory that holds one',
});

/** Something the person can put right by typing something else: exit code 3, one message, no stack. */
export class UsageError extends Error {}

/** Ctrl-C, the end of the machine, the loss of the terminal. */
const END_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
type EndSignal = (typeof END_SIGNALS)[number];

/** The person ended the command (Ctrl-C). */
export class InterruptedError extends Error {
  readonly exitCode: number;

  constructor(signal: EndSignal) {
    super('stopped; nothing was changed, and nothing half written remains');
    this.exitCode = 128 + constants.signals[signal];
  }
}

/** What the `aof` commands have in common: `--json`, exit codes, errors without a stack, progress, Ctrl-C. */
export abstract class AofCommand extends Command {
  static override enableJsonFlag = true;

  private bar: ProgressBar | null = null;
  private signal: EndSignal | null = null;
  private readonly onSignal = (signal: NodeJS.Signals): void => {
    this.signal = END_SIGNALS.find((one) => one === signal) ?? 'SIGINT';
  };

  protected override async init(): Promise<void> {
    await super.init();
    // That of oclif throws, which ends the process with a stack, or goes on when nobody reads any more.
    process.stdout.removeAllListeners('error').on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit(PIPE_CLOSED);
      // Told already by whoever wrote without the stream.
      if (process.exitCode === ExitCode.USAGE) return;
      process.stderr.write(
        `${this.config.bin} ${this.id?.replaceAll(':', ' ') ?? ''}: ${messageOf(error)}\n`,
      );
      process.exit(ExitCode.USAGE);
    });
  }

  /** Errors that are no fault of ours end with one line and an exit code; the input was not changed. */
  protected override catch(error: Error): Promise<unknown> {
    const code = exitCodeOf(error);
    if (code === null) throw error;
    this.bar?.clear();
    process.exitCode = code;
    const command = `${this.config.bin} ${this.id?.replaceAll(':', ' ') ?? ''}`;
    const message = this.usageMessage(messageOf(error), command);
    if (this.jsonEnabled()) this.logJson({ error: message });
    else this.logToStderr(`${command}: ${message}`);
    return Promise.resolve();
  }

  /** What oclif says of a command line, with flags as they are typed, and with what to type next. */
  private usageMessage(text: string, command: string): string {
    const [example] = this.ctor.examples;
    return text
      .replaceAll('Missing required flag ', 'Missing required flag --')
      .replace(
        'See more help with --help',
        `For example: ${typeof example === 'string' ? example.replace('<%= config.bin %>', this.config.bin) : command}\nAll flags: ${command} --help`,
      );
  }

  protected override finally(error: Error | undefined): Promise<unknown> {
    this.bar?.clear();
    for (const signal of END_SIGNALS) process.off(signal, this.onSignal);
    return super.finally(error);
  }

  override log(message?: string): void {
    this.bar?.clear();
    super.log(message);
  }

  override logToStderr(message?: string): void {
    this.bar?.clear();
    super.logToStderr(wrapWords(message ?? '', process.stderr));
  }

  /** Prints sentences, as opposed to data: a terminal shows them without broken words. */
  protected say(message: string): void {
    this.log(wrapWords(message, process.stdout));
  }

  /** Says where reading had to end, and sets the exit code; nothing when all was read. */
  protected tellEnd({ damaged, unfinished, summaries }: OperationsResult): void {
    if (damaged === null) return;
    process.exitCode = unfinished ? ExitCode.REPAIRABLE : ExitCode.DAMAGED;
    const { soundTo, bytes } = summaries.at(-1)!;
    this.logToStderr(
      unfinished
        ? `${damaged.name} ends in an unfinished record or transaction: its last ${count(bytes - soundTo, 'byte')} were left out`
        : `${damaged.name} is damaged: what follows byte ${soundTo} there could not be read (see 'aof check'; 'aof repair --salvage' reads past it)`,
    );
  }

  /** Asks a question on the terminal; yes only after `y`. Without a terminal the answer is no. */
  protected async confirm(question: string): Promise<boolean> {
    if (!process.stdin.isTTY || this.jsonEnabled()) return false;
    const answer = await askQuestion(`${question} [y/N]: `);
    if (answer === null) throw new InterruptedError('SIGINT');
    return /^y(es)?$/i.test(answer.trim());
  }

  /** Shows how far the files of the set have been read, and ends the work after Ctrl-C. */
  protected progressOf(set: AofSet, doing = 'reading'): Progress {
    const starts = new Map<string, number>();
    let totalBytes = 0;
    for (const { path } of set.files) {
      starts.set(path, totalBytes);
      totalBytes += fileBytes(path);
    }
    const progress = this.progress(totalBytes, doing);
    return (file, offset) => progress((starts.get(file.path) ?? 0) + offset, file.name);
  }

  /** As `progressOf`, for work that is measured in something else; `total` may become known only on the way. */
  protected progress(total: number, doing: string): (done: number, label: string) => Promise<void> {
    if (!process.listeners('SIGINT').includes(this.onSignal)) {
      for (const signal of END_SIGNALS) process.on(signal, this.onSignal);
    }
    const bar = this.newBar(total);
    return async (done, label) => {
      bar.show(done, label === '' ? doing : `${doing} ${label}`);
      await nextTurn();
      if (this.signal !== null) throw new InterruptedError(this.signal);
    };
  }

  /** For data that may have to be loaded part by part. */
  protected partsProgress(telling = 'writing'): PartsProgress {
    return {
      reading: (set, doing) => this.progressOf(set, doing),
      telling: (keys, doing) => {
        const progress = this.progress(keys, doing + telling);
        return (done) => progress(done, '');
      },
    };
  }

  /** A bar in place of the one before. */
  protected newBar(total: number): ProgressBar {
    this.bar?.clear();
    return (this.bar = new ProgressBar(total, process.stderr));
  }
}

/** With what to do about it where the system only says what happened. */
function messageOf(error: Error): string {
  const code = 'code' in error ? error.code : '';
  if (code === 'EACCES' || code === 'EPERM') return `${error.message}: try as the user that runs the server`;
  if (code !== 'ENOSPC' && code !== 'EDQUOT' && code !== 'EFBIG') return error.message;
  return `${error.message}: there is no room for what is being written. Nothing was changed, and nothing half written remains. Free some space, or write to another disk`;
}

/** Null for an error that should not happen, which is shown with its stack. */
function exitCodeOf(error: Error): number | null {
  if (error instanceof InterruptedError) return error.exitCode;
  if (error instanceof AofDamagedError) return ExitCode.DAMAGED;
  if (error instanceof AofPathError || error instanceof UsageError) return ExitCode.USAGE;
  return 'code' in error || 'parse' in error ? ExitCode.USAGE : null;
}
