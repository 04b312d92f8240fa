import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { isErrorReply } from '../protocol/reply.js';
import { encodeRequest } from '../protocol/request-encoder.js';
import { ConnectionError } from './connection.js';
import type { Session } from './session.js';
import { warn } from './standard-streams.js';

/**
 * --pipe: copies the protocol on stdin to the server while counting replies, then asks for an ECHO whose reply must be
 * the last. Memory stays bounded: stdin waits while the socket is full. The exit code: 1 after any error reply.
 */
export async function runMassInsertion(session: Session, timeoutMs: number): Promise<number> {
  const connection = await session.connect();
  const magic = randomBytes(10).toString('hex');
  let errors = 0;
  let replies = 0;
  let lastReplyAtMs = Date.now();
  const finished = new Promise<void>((resolve, reject) => {
    connection.onUnrequested = (reply) => {
      lastReplyAtMs = Date.now();
      if (reply.type === 'bulk' && reply.bytes.toString('latin1') === magic) {
        resolve();
        return;
      }
      replies++;
      if (!isErrorReply(reply)) return;
      errors++;
      warn(reply.bytes.toString());
    };
    connection.onClose = reject;
  });
  finished.catch(() => undefined);
  const sent = (async () => {
    for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
      if (!connection.socket.write(chunk)) await Promise.race([once(connection.socket, 'drain'), finished]);
    }
    // The leading newline ends an inline command that has none.
    connection.socket.write('\r\n');
    connection.socket.write(encodeRequest(['ECHO', magic]));
  })();
  await Promise.race([sent, finished]);
  process.stdout.write('All data transferred. Waiting for the last reply...\n');
  lastReplyAtMs = Date.now();
  const silence = new Promise<never>((_, reject) => {
    if (timeoutMs === 0) return;
    setInterval(() => {
      if (Date.now() - lastReplyAtMs < timeoutMs) return;
      reject(new ConnectionError(`No replies for ${timeoutMs / 1000} seconds: exiting.`));
    }, 100).unref();
  });
  await Promise.race([finished, silence]);
  process.stdout.write(`Last reply received from server.\nerrors: ${errors}, replies: ${replies}\n`);
  return errors > 0 ? 1 : 0;
}
