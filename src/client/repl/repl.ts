import type { CliOptions } from '../cli-options.js';
import { ConnectionError } from '../connection.js';
import { Interpreter } from '../interpreter.js';
import { runKeyValueLine } from '../key-value-mode.js';
import type { OutputSettings } from '../reply-printer.js';
import { asBytes } from '../screen.js';
import { promptText, type Session } from '../session.js';
import { warn } from '../standard-streams.js';
import { commandLines } from './command-lines.js';
import { History, historyFile } from './history.js';
import { Prompt, type PromptOutcome } from './prompt.js';
import type { PromptSurroundings } from './prompt-view.js';
import { reconnectInBackground } from './reconnecting.js';
import { Terminal } from './terminal.js';
import { TerminalScreen } from './terminal-screen.js';

/** The prompt on a terminal, until the user leaves. Returns the exit code. */
export async function runRepl(
  session: Session,
  options: CliOptions,
  output: OutputSettings,
): Promise<number> {
  // Ink stays silent where the environment says CI, but here somebody sits at a terminal.
  process.env['CI'] = 'false';
  const terminal = new Terminal();
  terminal.open();
  const screen = new TerminalScreen(terminal);
  const repl = new Repl(
    terminal,
    screen,
    new Interpreter(session, options, output, screen),
    options.keyValue,
  );
  // The view loads while the connection is made: together they are the time to the prompt.
  const view = import('./mounted-prompt.js');
  await session.connect().catch((error: unknown) => {
    if (!(error instanceof ConnectionError)) throw error;
    warn(error.message);
    repl.reconnect();
  });
  try {
    await repl.run(await view);
  } finally {
    terminal.release();
  }
  return 0;
}

class Repl {
  readonly #terminal: Terminal;
  readonly #screen: TerminalScreen;
  readonly #interpreter: Interpreter;
  readonly #keyValue: boolean;
  readonly #history = new History(historyFile(process.env));
  readonly #prompt: Prompt;
  readonly #surroundings: PromptSurroundings;

  constructor(terminal: Terminal, screen: TerminalScreen, interpreter: Interpreter, keyValue: boolean) {
    const { session, catalog, preferences } = interpreter;
    this.#terminal = terminal;
    this.#screen = screen;
    this.#interpreter = interpreter;
    this.#keyValue = keyValue;
    this.#prompt = new Prompt(this.#history, catalog, session);
    this.#surroundings = {
      catalog,
      label: () => promptText(session),
      hints: () => preferences.hints && !keyValue,
      lastReplyMs: () => session.lastReplyMs,
      size: () => ({ columns: screen.columns, rows: screen.rows }),
    };
    session.onClose = () => {
      this.reconnect();
      this.#prompt.refresh();
    };
  }

  reconnect(): void {
    reconnectInBackground(this.#interpreter.session, () => {
      this.#prompt.refresh();
    });
  }

  async run({ mountPrompt }: typeof import('./mounted-prompt.js')): Promise<void> {
    const mount = (): (() => void) => mountPrompt(this.#prompt, this.#surroundings);
    for (;;) {
      this.#prompt.reset();
      const outcome = await this.#readLine(mount);
      const { text } = this.#prompt.state();
      if (outcome === 'interrupt') await this.#echo(`${text}^C`);
      if (outcome === 'leave') await this.#echo('');
      if (outcome === 'leave' || (outcome === 'line' && (await this.#runLines(text)) === 'quit')) {
        await this.#screen.print('Goodbye!\n');
        return;
      }
    }
  }

  /** Draws the prompt and reads keys until they make a line, or mean something else than editing. */
  async #readLine(mount: () => () => void): Promise<'line' | 'leave' | 'interrupt'> {
    for (;;) {
      const unmount = mount();
      this.#loadHints();
      const outcome = await this.#readKeys();
      unmount();
      if (outcome === 'clear-screen') await this.#screen.clear();
      else if (outcome === 'suspend') await this.#terminal.suspend();
      else return outcome;
    }
  }

  async #readKeys(): Promise<PromptOutcome> {
    for (;;) {
      const key = this.#terminal.takeKey() ?? (await this.#terminal.readKey());
      const pressed = this.#prompt.press(key);
      const outcome = pressed instanceof Promise ? await pressed : pressed;
      if (outcome !== undefined) return outcome;
    }
  }

  /** Asked for behind the first prompt, so that it does not wait; and not where the answer would be QUEUED. */
  #loadHints(): void {
    const { session, catalog } = this.#interpreter;
    if (!session.connected || session.inTransaction || this.#keyValue || catalog.loaded) return;
    void catalog.load().then(() => {
      this.#prompt.refresh();
    });
  }

  /** Runs what was submitted, each command under the prompt that it was typed at. */
  async #runLines(text: string): Promise<'next' | 'quit'> {
    const commands = commandLines(text);
    if (commands.length === 0) await this.#echo('');
    for (const command of commands) {
      await this.#echo(command);
      this.#history.add(command);
      const result = this.#keyValue
        ? await runKeyValueLine(this.#interpreter, command)
        : await this.#interpreter.run(command);
      if (result === 'quit') return 'quit';
      if (this.#screen.interrupted && commands.length > 1) break;
    }
    return 'next';
  }

  #echo(text: string): Promise<void> {
    return this.#screen.print(asBytes(`${promptText(this.#interpreter.session)}${text}\n`));
  }
}
