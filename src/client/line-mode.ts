import type { CliOptions } from './cli-options.js';
import { ConnectionError } from './connection.js';
import { Interpreter } from './interpreter.js';
import type { OutputSettings } from './reply-printer.js';
import type { Screen } from './screen.js';
import type { Session } from './session.js';
import { stdinLines, warn, writeOut } from './standard-streams.js';

/** Where there is no terminal: nothing is asked, nothing stops on its own. */
const PLAIN_SCREEN: Screen = {
  interactive: false,
  columns: 80,
  rows: Infinity,
  print: writeOut,
  warn,
  interruptible: (work) => work(new AbortController().signal),
  confirm: () => Promise.resolve(true),
  handOver: (work) => work(),
  clear: () => Promise.resolve(),
};

/** Runs the lines of stdin one after the other, as redis-cli does without a terminal. Returns the exit code. */
export async function runLines(
  session: Session,
  options: CliOptions,
  output: OutputSettings,
): Promise<number> {
  const interpreter = new Interpreter(session, options, output, PLAIN_SCREEN);
  try {
    await session.connect();
  } catch (error) {
    if (!(error instanceof ConnectionError)) throw error;
    warn(error.message);
  }
  for await (const line of stdinLines()) {
    if ((await interpreter.run(line, 'latin1')) === 'quit') break;
  }
  return 0;
}
