import { readFile } from 'node:fs/promises';
import { type CliOptions, parseCliOptions } from './cli-options.js';
import { quoteBytes } from './command-line.js';
import { ConnectionError, systemMessage } from './connection.js';
import { accepted, scanKeys } from './keyspace-scan.js';
import { commandArguments, runOneShot } from './one-shot.js';
import { ReplyError } from './reply-reading.js';
import { type OutputSettings, printedPush } from './reply-printer.js';
import { Session } from './session.js';
import { warn, writeOut } from './standard-streams.js';
import { UsageError } from './usage-error.js';

/**
 * `mredis cli`: everything after the word `cli`. Resolves with the exit code; messages go to stderr, and nothing the
 * user, the server or the network does ends in a stack trace. Rejects only when help is asked for, with `HelpWanted`.
 */
export async function runCli(argv: readonly string[]): Promise<number> {
  let session: Session | undefined;
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    // The reader of a pipe has gone (`| head`): there is nobody left to print for.
    if (error.code === 'EPIPE') process.exit(0);
    // The terminal has gone.
    if (error.code === 'EIO') process.exit(1);
    throw error;
  });
  try {
    const { options, command } = parseCliOptions(argv);
    if (options.help) throw new HelpWanted();
    await readPassword(options);
    session = createSession(options);
    return await runMode(session, options, command);
  } catch (error) {
    if (error instanceof HelpWanted) throw error;
    warn(errorText(error));
    return 1;
  } finally {
    session?.close();
  }
}

/** The caller asked for the help text. */
export class HelpWanted extends Error {
  override name = 'HelpWanted';
}

function errorText(error: unknown): string {
  if (error instanceof UsageError) return error.message;
  if (error instanceof ConnectionError) {
    return /^(Could not connect|SYNC|This server|No replies|Error )/.test(error.message)
      ? error.message
      : `Error: ${error.message}`;
  }
  return error instanceof ReplyError ? `Error: ${error.message}` : systemMessage(error);
}

function createSession(options: CliOptions): Session {
  const json = options.output === 'json' || options.output === 'quoted-json';
  const session = new Session({
    address: options.address,
    user: options.user,
    password: options.password,
    database: options.database,
    resp: options.resp ?? (json ? 3 : undefined),
    name: undefined,
  });
  session.onWarning = warn;
  return session;
}

/** The password from where it was promised: the terminal, the command line, or the environment. */
async function readPassword(options: CliOptions): Promise<void> {
  if (options.askPassword) {
    const { askPassword } = await import('./password-prompt.js');
    options.password = await askPassword('Please input password: ');
    return;
  }
  if (options.passwordShown && options.authWarning) {
    warn("Warning: Using a password with '-a' or '-u' option on the command line interface may not be safe.");
  }
  options.password ??= process.env['REDISCLI_AUTH'];
}

async function runMode(session: Session, options: CliOptions, command: readonly string[]): Promise<number> {
  const output: OutputSettings = {
    mode: options.output ?? (process.stdout.isTTY ? 'standard' : 'raw'),
    bulkDelimiter: options.bulkDelimiter,
    replyDelimiter: options.replyDelimiter,
    ...(process.stdout.isTTY && { paint: (await import('./reply-colours.js')).REPLY_COLOURS }),
  };
  if (options.showPushes ?? process.stdout.isTTY) {
    session.onUnrequested = (reply) => {
      process.stdout.write(Buffer.from(printedPush(reply, output), 'latin1'));
    };
  }
  switch (options.mode) {
    case 'pipe':
      return (await import('./mass-insertion.js')).runMassInsertion(session, options.pipeTimeoutMs);
    case 'scan':
      return listKeys(session, options, output);
    case 'bigkeys':
    case 'memkeys':
      return (await import('./key-statistics.js')).runKeyStatistics(session, options);
    case 'hotkeys':
      return (await import('./key-statistics.js')).runHotKeys(session, options);
    case 'latency':
    case 'latency-history':
      return (await import('./latency-sampling.js')).runLatency(session, options);
    case 'stat':
      return showStatistics(session, options);
    case 'rdb':
      return (await import('./rdb-download.js')).runRdbDownload(session, options.file);
    case 'eval':
      return runOneShot(session, await evalArguments(options.file, command), options, output);
    case undefined:
      break;
  }
  if (command.length > 0)
    return runOneShot(session, await commandArguments(command, options), options, output);
  if (process.stdin.isTTY && process.stdout.isTTY) {
    return (await import('./repl/repl.js')).runRepl(session, options, output);
  }
  return (await import('./line-mode.js')).runLines(session, options, output);
}

/** EVAL script numkeys keys… arguments…, from `key … , argument …`. */
async function evalArguments(file: string, words: readonly string[]): Promise<Buffer[]> {
  const script = await readFile(file).catch((error: unknown) => {
    throw new UsageError(`Can't open file '${file}': ${systemMessage(error)}`);
  });
  const comma = words.indexOf(',');
  const keys = comma < 0 ? words : words.slice(0, comma);
  const rest = comma < 0 ? [] : words.slice(comma + 1);
  const tail = [String(keys.length), ...keys, ...rest].map((word) => Buffer.from(word));
  return [Buffer.from('EVAL'), script, ...tail];
}

async function listKeys(session: Session, options: CliOptions, output: OutputSettings): Promise<number> {
  const settings = { pattern: options.pattern, count: options.scanCount, pauseMs: options.intervalMs };
  for await (const keys of scanKeys(session, settings)) {
    const lines = keys.map((key) => (output.mode === 'standard' ? quoteBytes(key) : key.toString('latin1')));
    await writeOut(lines.map((line) => `${line}\n`).join(''));
  }
  return 0;
}

async function showStatistics(session: Session, options: CliOptions): Promise<number> {
  await session.connect();
  const intervalMs = options.intervalMs || 1000;
  if (process.stdin.isTTY && process.stdout.isTTY && options.output === undefined) {
    return (await import('./repl/dashboard.js')).runDashboard(session, intervalMs);
  }
  await accepted(session, ['PING']);
  return (await import('./server-statistics.js')).runRollingStatistics(session, intervalMs);
}
