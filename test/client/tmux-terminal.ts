import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe } from '@jest/globals';
import { MREDIS } from './cli-process.js';

const tmuxThere =
  spawnSync('tmux', ['-V']).status === 0 && spawnSync('redis-server', ['--version']).status === 0;
if (!tmuxThere) {
  if (process.env['CI'] === 'true')
    throw new Error('tmux or redis-server is not installed, and CI must not skip its tests');
  process.stderr.write('tmux or redis-server is not installed: tests that need them are skipped\n');
}

/** For tests that drive a terminal, which need tmux and a redis-server. */
export const describeWithTmux: typeof describe = tmuxThere ? describe : (describe.skip as typeof describe);

const TIMEOUT_MS = 10_000;
const POLL_MS = 20;

interface TerminalOptions {
  readonly columns?: number;
  readonly rows?: number;
  readonly env?: Readonly<Record<string, string>>;
}

let count = 0;

/** A terminal with `mredis cli` in it, started from an interactive shell as a user would. */
export class TmuxTerminal {
  readonly historyFile: string;
  readonly #socket = `mredis-test-${process.pid}-${count++}`;
  readonly #folder = mkdtempSync(join(tmpdir(), 'repl-'));

  constructor(argv: readonly string[], { columns = 100, rows = 30, env = {} }: TerminalOptions = {}) {
    this.historyFile = join(this.#folder, 'history');
    const variables = { PS1: ' ', MREDIS_HISTFILE: this.historyFile, NO_COLOR: '1', ...env };
    const words = Object.entries(variables).map(([name, value]) => `${name}='${value}'`);
    const shell = `env -u CI -u FORCE_COLOR ${words.join(' ')} bash --norc --noprofile -i`;
    const size = ['-x', String(columns), '-y', String(rows)];
    this.#tmux(
      '-f',
      '/dev/null',
      'new-session',
      '-d',
      ...size,
      `exec ${shell}`,
      ';',
      'set',
      '-g',
      'history-limit',
      '200000',
    );
    // The limit holds for windows made after it was set.
    this.#tmux('new-window', `exec ${shell}`);
    this.#awaitShell();
    this.run(argv);
  }

  /** What is typed before the shell reads its terminal is echoed twice. Its prompt is one blank. */
  #awaitShell(): void {
    const pause = new Int32Array(new SharedArrayBuffer(4));
    const deadlineMs = Date.now() + TIMEOUT_MS;
    while (this.cursor()[0] !== 1) {
      if (Date.now() > deadlineMs) throw new Error('the shell shows no prompt');
      Atomics.wait(pause, 0, 0, POLL_MS);
    }
  }

  /** Starts `mredis cli` in the shell. */
  run(argv: readonly string[]): void {
    this.type(`node ${MREDIS} cli ${argv.join(' ')}; echo "exit code $?"`, 'Enter');
  }

  /** Sends keys by tmux's names (`Enter`, `C-r`, `Up`), anything else as typed. */
  type(...keys: readonly string[]): void {
    this.#tmux('send-keys', '-t', ':', ...keys);
  }

  /** Pastes as a terminal does, in brackets when the program asked for them. */
  paste(text: string): void {
    execFileSync('tmux', ['-L', this.#socket, 'load-buffer', '-'], { input: text });
    this.#tmux('paste-buffer', '-p', '-t', ':');
  }

  resize(columns: number, rows: number): void {
    this.#tmux('resize-window', '-t', ':', '-x', String(columns), '-y', String(rows));
  }

  /** The lines on the screen, without empty ones. */
  screen(): string[] {
    return lines(this.#tmux('capture-pane', '-p', '-t', ':'));
  }

  /** Everything that was ever shown and is still in the scrollback, wrapped lines joined. */
  scrollback(): string[] {
    return lines(this.#tmux('capture-pane', '-p', '-J', '-S', '-', '-t', ':'));
  }

  /** Column and row of the cursor. */
  cursor(): [number, number] {
    const [x = 0, y = 0] = this.#tmux('display-message', '-p', '-t', ':', '#{cursor_x} #{cursor_y}')
      .split(' ')
      .map(Number);
    return [x, y];
  }

  /** Waits until the screen satisfies the condition; the screen then. */
  async until(condition: (screen: string[]) => boolean, what = String(condition)): Promise<string[]> {
    const deadlineMs = Date.now() + TIMEOUT_MS;
    for (;;) {
      const screen = this.screen();
      if (condition(screen)) return screen;
      if (Date.now() > deadlineMs) throw new Error(`never seen: ${what}\n${screen.join('\n')}`);
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }

  /** Waits for a line that is, or matches, this. */
  see(wanted: string | RegExp): Promise<string[]> {
    const fits = (line: string): boolean =>
      typeof wanted === 'string' ? line.trimEnd() === wanted : wanted.test(line);
    return this.until((screen) => screen.some(fits), String(wanted));
  }

  stop(): void {
    spawnSync('tmux', ['-L', this.#socket, 'kill-server']);
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #tmux(...args: readonly string[]): string {
    return execFileSync('tmux', ['-L', this.#socket, ...args], {
      encoding: 'utf8',
      maxBuffer: 256 * 1024 * 1024,
      env: { ...process.env, TMUX: '' },
    });
  }
}

function lines(text: string): string[] {
  return text.split('\n').filter((line) => line.trim() !== '');
}
