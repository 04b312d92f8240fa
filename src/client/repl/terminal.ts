import { createInterface, emitKeypressEvents, type Key as NodeKey } from 'node:readline';
import { PassThrough } from 'node:stream';

/** A key press: its name with modifiers (`a`, `ctrl-a`, `alt-f`, `up`), and what it types. */
export interface Key {
  readonly name: string;
  readonly text: string;
}

/** A lone Escape is told from the beginning of a sequence by so long a silence. */
const ESCAPE_MS = 50;
/** Keys typed while a command runs are kept, up to a paste of this many. */
const QUEUE_MAX = 100_000;

const BRACKETED_PASTE_ON = '\x1b[?2004h';
const BRACKETED_PASTE_OFF = '\x1b[?2004l';
const SHOW_CURSOR = '\x1b[?25h';

/**
 * The keyboard in raw mode, for the whole life of the prompt: Node's own key parser tells Backspace from Delete, splits
 * bursts into keys and reports pastes. Keys nobody reads yet are queued. However the process ends, the terminal is left
 * as it was.
 */
export class Terminal {
  /** Called for Ctrl-C at once, ahead of the queue; returns whether that was all it was for. */
  onInterrupt: () => boolean = () => false;

  readonly #queue: Key[] = [];
  #reader: ((key: Key) => void) | undefined;
  #pasted: string[] | undefined;
  #active = false;

  /** Takes the terminal. */
  open(): void {
    const { stdin } = process;
    const escapes = createInterface({ input: new PassThrough(), escapeCodeTimeout: ESCAPE_MS });
    escapes.close();
    emitKeypressEvents(stdin, escapes);
    stdin.on('keypress', (text: string | undefined, key: NodeKey) => {
      this.#onKeypress(text ?? '', key);
    });
    // The other end of the terminal has gone.
    stdin.on('end', () => {
      this.#push({ name: 'hangup', text: '' });
    });
    process.on('exit', () => {
      this.release();
    });
    for (const [signal, number] of ENDING_SIGNALS) process.on(signal, () => process.exit(128 + number));
    this.take();
  }

  /** Raw mode and pastes reported as such. */
  take(): void {
    if (this.#active) return;
    this.#active = true;
    process.stdin.setRawMode(true);
    process.stdin.resume();
    process.stdout.write(BRACKETED_PASTE_ON);
  }

  /** The terminal as programs expect it. */
  release(): void {
    if (!this.#active) return;
    this.#active = false;
    try {
      process.stdin.setRawMode(false);
      process.stdout.write(BRACKETED_PASTE_OFF + SHOW_CURSOR);
    } catch {
      // The terminal has gone: there is nothing to restore.
    }
    process.stdin.pause();
  }

  /** Stops the process as Ctrl-Z does; resolves when it goes on. */
  async suspend(): Promise<void> {
    this.release();
    const goesOn = new Promise<void>((resolve) =>
      process.once('SIGCONT', () => {
        resolve();
      }),
    );
    // The whole process group, as the terminal itself would: a wrapper such as npx stops too.
    process.kill(0, 'SIGTSTP');
    await goesOn;
    this.take();
  }

  /** The next key. */
  readKey(): Promise<Key> {
    const key = this.#queue.shift();
    if (key !== undefined) return Promise.resolve(key);
    return new Promise((resolve) => (this.#reader = resolve));
  }

  /** A key that is already there, without waiting. */
  takeKey(): Key | undefined {
    return this.#queue.shift();
  }

  dropKeys(): void {
    this.#queue.length = 0;
  }

  #onKeypress(text: string, key: NodeKey): void {
    if (key.name === 'paste-start') {
      this.#pasted = [];
      return;
    }
    if (key.name === 'paste-end') {
      const pasted = (this.#pasted ?? []).join('').replace(/\r\n?/g, '\n');
      this.#pasted = undefined;
      this.#push({ name: 'paste', text: pasted });
      return;
    }
    if (this.#pasted !== undefined) {
      this.#pasted.push(key.sequence ?? text);
      return;
    }
    const name = keyName(text, key);
    if (name === 'ctrl-c' && this.onInterrupt()) return;
    this.#push({ name, text: isPrintable(text, key) ? text : '' });
  }

  #push(key: Key): void {
    const reader = this.#reader;
    this.#reader = undefined;
    if (reader !== undefined) reader(key);
    else if (this.#queue.length < QUEUE_MAX) this.#queue.push(key);
  }
}

const ENDING_SIGNALS = [
  ['SIGTERM', 15],
  ['SIGHUP', 1],
] as const;

function keyName(text: string, key: NodeKey): string {
  // Node calls Ctrl-_ (undo) nothing at all.
  if (key.sequence === '\x1f') return 'ctrl-_';
  const base = key.name ?? text;
  return `${key.ctrl === true ? 'ctrl-' : ''}${key.meta === true ? 'alt-' : ''}${base.toLowerCase()}`;
}

function isPrintable(text: string, key: NodeKey): boolean {
  return text !== '' && key.ctrl !== true && key.meta !== true && !/^\p{Control}/u.test(text);
}
