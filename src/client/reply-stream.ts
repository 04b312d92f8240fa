import { isErrorReply, type Reply } from '../protocol/reply.js';
import type { RequestArgument } from '../protocol/request-encoder.js';
import type { Connection } from './connection.js';
import { ConnectionError } from './connection.js';

const STREAMING = ['SUBSCRIBE', 'PSUBSCRIBE', 'SSUBSCRIBE', 'MONITOR'];

/** Whether a command is answered by replies without end. */
export function isStreaming(command: string): boolean {
  return STREAMING.includes(command.toUpperCase());
}

/**
 * Sends a command whose replies never end, and hands every one of them to `onReply` until `signal` stops it or the
 * connection ends, which rejects with `ConnectionError`. An error as first reply ends it too. The connection is of no
 * more use for anything else afterwards.
 */
export function streamReplies(
  connection: Connection,
  argv: readonly RequestArgument[],
  onReply: (reply: Reply) => void,
  signal?: AbortSignal,
): Promise<'stopped' | 'refused'> {
  return new Promise((resolve, reject) => {
    const before = { onClose: connection.onClose, onUnrequested: connection.onUnrequested };
    const finish = (): void => {
      connection.onClose = before.onClose;
      connection.onUnrequested = before.onUnrequested;
      signal?.removeEventListener('abort', stop);
    };
    const stop = (): void => {
      finish();
      resolve('stopped');
    };
    let first = true;
    connection.onUnrequested = (reply) => {
      onReply(reply);
      if (first && isErrorReply(reply)) {
        finish();
        resolve('refused');
      }
      first = false;
    };
    connection.onClose = (error) => {
      finish();
      reject(error);
    };
    if (connection.closed) {
      finish();
      reject(new ConnectionError('Server closed the connection'));
      return;
    }
    signal?.addEventListener('abort', stop);
    connection.send(argv);
  });
}
