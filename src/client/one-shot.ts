import { isErrorReply, type Reply } from '../protocol/reply.js';
import type { RequestArgument } from '../protocol/request-encoder.js';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CliOptions } from './cli-options.js';
import { unquote } from './command-line.js';
import { ConnectionError } from './connection.js';
import { type OutputSettings, printedReply } from './reply-printer.js';
import { isStreaming, streamReplies } from './reply-stream.js';
import type { Session } from './session.js';
import { readStdin, warn, writeOut } from './standard-streams.js';
import { UsageError } from './usage-error.js';

/** The arguments to send: unquoted when asked, with stdin in its place. */
export async function commandArguments(command: readonly string[], options: CliOptions): Promise<Buffer[]> {
  const argv = command.map((word) => {
    const value = options.quotedInput ? unquote(word) : Buffer.from(word);
    if (value === null) throw new UsageError('Invalid quoted string');
    return value;
  });
  if (options.lastArgumentFromStdin) return [...argv, await readStdin()];
  if (options.stdinTag === undefined) return argv;
  const tag = Buffer.from(options.stdinTag);
  const at = argv.findIndex((argument) => argument.equals(tag));
  if (at < 0) throw new UsageError('Using -X option but stdin tag not match.');
  return argv.with(at, await readStdin());
}

/** Sends one command as often as asked and prints its replies; the exit code. */
export async function runOneShot(
  session: Session,
  argv: readonly Buffer[],
  options: CliOptions,
  output: OutputSettings,
): Promise<number> {
  const words = argv.map((argument) => argument.toString());
  const command = words[0] ?? '';
  await session.connect();
  if (isStreaming(command)) return streamOut(session, argv, words, output);
  for (let left = options.repeat; left !== 0; left = left > 0 ? left - 1 : left) {
    let reply: Reply;
    try {
      reply = await session.call(argv);
    } catch (error) {
      // A server that shuts down has no reply to give.
      if (error instanceof ConnectionError && command.toLowerCase() === 'shutdown') return 0;
      throw error;
    }
    if (options.failOnError && isErrorReply(reply)) {
      warn(reply.bytes.toString());
      return 1;
    }
    await writeOut(printedReply(reply, words, output));
    if (options.intervalMs > 0 && left !== 1) await sleep(options.intervalMs);
  }
  return 0;
}

/** Prints replies until the connection ends, which is an error. */
async function streamOut(
  session: Session,
  argv: readonly RequestArgument[],
  words: readonly string[],
  output: OutputSettings,
): Promise<number> {
  const connection = await session.connect();
  if (output.mode !== 'raw' && words[0]?.toUpperCase() !== 'MONITOR') await writeOut(READING_MESSAGES);
  const result = await streamReplies(connection, argv, (reply) => {
    process.stdout.write(Buffer.from(printedReply(reply, words, output), 'latin1'));
  });
  return result === 'refused' ? 0 : 1;
}

export const READING_MESSAGES = 'Reading messages... (press Ctrl-C to quit)\n';
