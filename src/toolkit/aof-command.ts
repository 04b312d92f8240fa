import { Args, Command } from '@oclif/core';
import { AofPathError } from '../persistence/toolkit/aof-set.js';
import type { CheckStatus } from '../persistence/toolkit/check.js';

/** Exit codes of all `aof` commands. */
export const ExitCode = { SOUND: 0, REPAIRABLE: 1, DAMAGED: 2, USAGE: 3 } as const;

export const EXIT_CODES: Readonly<Record<CheckStatus, number>> = {
  sound: ExitCode.SOUND,
  repairable: ExitCode.REPAIRABLE,
  damaged: ExitCode.DAMAGED,
};

/** The argument that almost every `aof` command begins with. */
export const pathArgument = Args.string({
  required: true,
  description: 'an AOF, an RDB file, a manifest, or a directory that holds one',
});

/** Something the person can put right by typing something else: exit code 3, one message, no stack. */
export class UsageError extends Error {}

/** What the `aof` commands have in common: `--json`, exit codes, errors without a stack. */
export abstract class AofCommand extends Command {
  static override enableJsonFlag = true;

  /** Errors of the command line and of the file system end with exit code 3; the input was not changed. */
  protected override catch(error: Error): Promise<unknown> {
    const known =
      error instanceof AofPathError || error instanceof UsageError || 'code' in error || 'parse' in error;
    if (!known) throw error;
    process.exitCode = ExitCode.USAGE;
    if (this.jsonEnabled()) this.logJson({ error: error.message });
    else this.logToStderr(`${this.config.bin} ${this.id?.replaceAll(':', ' ') ?? ''}: ${error.message}`);
    return Promise.resolve();
  }

  /** Asks a question on the terminal; yes only after `y`. Without a terminal the answer is no. */
  protected async confirm(question: string): Promise<boolean> {
    if (!process.stdin.isTTY) return false;
    const { createInterface } = await import('node:readline/promises');
    const terminal = createInterface({ input: process.stdin, output: process.stderr });
    const answer = await terminal.question(`${question} [y/N]: `);
    terminal.close();
    return /^y(es)?$/i.test(answer.trim());
  }

  /** A line that shows how far a long file was read; nothing where nobody looks on. */
  protected progressBar(totalBytes: number): ProgressBar {
    return new ProgressBar(totalBytes, process.stderr.isTTY && !this.jsonEnabled());
  }
}

const BAR_CHARACTERS = 30;
/** Shorter files are read before anyone could see the bar. */
const SHOWN_BYTES_MIN = 64 * 1024 * 1024;

export class ProgressBar {
  private last = -1;

  constructor(
    private readonly totalBytes: number,
    terminal: boolean,
  ) {
    this.visible = terminal && totalBytes >= SHOWN_BYTES_MIN;
  }

  private readonly visible: boolean;

  show(doneBytes: number, label: string): void {
    if (!this.visible) return;
    const percent = Math.floor((100 * doneBytes) / this.totalBytes);
    if (percent === this.last) return;
    this.last = percent;
    const full = Math.round((BAR_CHARACTERS * percent) / 100);
    process.stderr.write(
      `\r[${'#'.repeat(full)}${'.'.repeat(BAR_CHARACTERS - full)}] ${percent} % ${label}\u001b[K`,
    );
  }

  clear(): void {
    if (this.visible) process.stderr.write('\r\u001b[K');
  }
}
