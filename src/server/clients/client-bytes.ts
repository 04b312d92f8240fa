import type { Session } from './session.js';

/** Rough cost of a connection's objects, beside its buffers (docs/benchmarks.md). */
const CONNECTION_BYTES = 2048;
/** Rough cost of one more name in a set of the session and in the table of all sessions. */
const NAME_BYTES = 128;

/** Bytes that the server keeps for a client: its connection, buffers, queued commands, and the names it listens to. */
export function clientBytes(session: Session): number {
  const { connection, subscriptions, tracking, transaction } = session;
  let bytes = CONNECTION_BYTES;
  if (connection !== null)
    bytes += connection.queryBufferBytes + connection.queryBufferFree + connection.outputBytes;
  if (subscriptions !== null) bytes += subscriptions.total * NAME_BYTES;
  if (tracking !== null) bytes += tracking.prefixes.size * NAME_BYTES;
  if (transaction !== null) bytes += transaction.queuedBytes + transaction.watched.size * NAME_BYTES;
  return bytes;
}
