import { isErrorReply } from '../protocol/reply.js';
import { formatReply } from './reply-format.js';
import { ConnectionError } from './connection.js';
import type { Interpreter } from './interpreter.js';
import { asBytes } from './screen.js';

/** One line of --kv: `key:value` sets the key and reads it back. `quit` when the line asks to leave. */
export async function runKeyValueLine(interpreter: Interpreter, line: string): Promise<'next' | 'quit'> {
  const { session, screen } = interpreter;
  const text = line.trim();
  if (/^(quit|exit)$/i.test(text)) return 'quit';
  const colon = text.indexOf(':');
  if (colon <= 0) {
    if (text !== '') await screen.print('Type key:value, or quit.\n');
    return 'next';
  }
  try {
    const key = text.slice(0, colon);
    const set = await session.call(['SET', key, text.slice(colon + 1)]);
    const reply = isErrorReply(set) ? set : await session.call(['GET', key]);
    const result = isErrorReply(reply) ? formatReply(reply, 'standard') : `${formatReply(reply, 'raw')}\n`;
    await screen.print(isErrorReply(reply) ? result : asBytes('got value from the server; result=') + result);
  } catch (error) {
    if (!(error instanceof ConnectionError)) throw error;
    screen.warn(`Error: ${error.message}`);
  }
  return 'next';
}
