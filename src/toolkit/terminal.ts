import { createInterface } from 'node:readline';
import type { WriteStream } from 'node:tty';

const BAR_CHARACTERS = 30;
/** What takes no longer is done before anyone could read a bar. */
const SHOWN_AFTER_MS = 300;
const REDRAWN_AFTER_MS = 50;
const STEPS = 1000;

/** A line that shows how far work has come; nothing where nobody looks on. */
export class ProgressBar {
  private readonly startedAtMs = performance.now();
  private drawnAtMs = 0;
  private drawn = false;
  private nextDone = 0;

  /** `total` of 0: it is not known how much there is. */
  constructor(
    private readonly total: number,
    private readonly terminal: Pick<WriteStream, 'isTTY' | 'columns' | 'write'>,
  ) {}

  show(done: number, label: string): void {
    // Not more often than can be seen: looking at the clock for each of ten million records would take a second.
    if (!this.terminal.isTTY || done < this.nextDone) return;
    this.nextDone = done + this.total / STEPS;
    const nowMs = performance.now();
    if (nowMs - this.startedAtMs < SHOWN_AFTER_MS || nowMs - this.drawnAtMs < REDRAWN_AFTER_MS) return;
    this.drawnAtMs = nowMs;
    this.drawn = true;
    const line = this.total === 0 ? label : `${barText(Math.min(1, done / this.total))} ${label}`;
    // A line that wraps could not be taken away again.
    this.terminal.write(`\r${line.slice(0, Math.max(1, (this.terminal.columns || 80) - 1))}\u001b[K`);
  }

  clear(): void {
    if (this.drawn) this.terminal.write('\r\u001b[K');
    this.drawn = false;
  }
}

function barText(share: number): string {
  const full = Math.round(BAR_CHARACTERS * share);
  const percent = String(Math.floor(100 * share)).padStart(3);
  return `[${'#'.repeat(full)}${'.'.repeat(BAR_CHARACTERS - full)}] ${percent} %`;
}

/** Breaks lines between words where the terminal would break them inside one; indented ones are commands, and stay whole. */
export function wrapWords(text: string, { isTTY, columns }: Pick<WriteStream, 'isTTY' | 'columns'>): string {
  if (!isTTY || !columns) return text;
  const wrap = (line: string): string => {
    const lines: string[] = [];
    let rest = line;
    while (rest.length > columns) {
      const space = rest.lastIndexOf(' ', columns);
      if (space <= 0) break;
      lines.push(rest.slice(0, space));
      rest = rest.slice(space + 1);
    }
    return [...lines, rest].join('\n');
  };
  return text
    .split('\n')
    .map((line) => (/^\s/.test(line) ? line : wrap(line)))
    .join('\n');
}

/** Asks on the terminal; null when the person ended it with Ctrl-C or Ctrl-D. */
export function askQuestion(question: string): Promise<string | null> {
  return new Promise((resolve) => {
    const terminal = createInterface({ input: process.stdin, output: process.stderr });
    let answer: string | null = null;
    terminal.on('SIGINT', () => {
      terminal.close();
    });
    terminal.on('close', () => {
      if (answer === null) process.stderr.write('\n');
      resolve(answer);
    });
    terminal.question(question, (text) => {
      answer = text;
      terminal.close();
    });
  });
}
