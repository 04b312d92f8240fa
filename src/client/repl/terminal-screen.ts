import type { Screen } from '../screen.js';
import { warn, writeOut } from '../standard-streams.js';
import type { Terminal } from './terminal.js';

const CLEAR = '\x1b[H\x1b[2J';

/** The terminal as the place of output, while the prompt is not drawn. */
export class TerminalScreen implements Screen {
  readonly interactive = true;
  readonly #terminal: Terminal;
  /** Ctrl-C stopped the last interruptible work. */
  interrupted = false;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  get columns(): number {
    return process.stdout.columns || 80;
  }

  get rows(): number {
    return process.stdout.rows || 24;
  }

  readonly print = writeOut;
  readonly warn = warn;

  async interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const controller = new AbortController();
    this.interrupted = false;
    this.#terminal.onInterrupt = () => {
      this.interrupted = true;
      this.#terminal.dropKeys();
      controller.abort();
      return true;
    };
    try {
      return await work(controller.signal);
    } finally {
      this.#terminal.onInterrupt = () => false;
    }
  }

  async confirm(question: string): Promise<boolean> {
    await writeOut(`${question} [y/N] `);
    const key = await this.#terminal.readKey();
    const yes = key.text.toLowerCase() === 'y';
    await writeOut(yes ? 'y\n' : 'n\n');
    return yes;
  }

  async handOver<T>(work: () => Promise<T>): Promise<T> {
    this.#terminal.release();
    // Ctrl-C is for the other program; this one goes on.
    const ignore = (): void => undefined;
    process.on('SIGINT', ignore);
    try {
      return await work();
    } finally {
      process.off('SIGINT', ignore);
      this.#terminal.take();
    }
  }

  async clear(): Promise<void> {
    await writeOut(CLEAR);
  }
}
