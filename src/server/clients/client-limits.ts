import type { ClientClass, OutputLimits } from '../config/config-structured.js';
import type { Connection } from './connection.js';
import type { Server } from '../server.js';
import { type Session, SessionFlag } from './session.js';

/** The class whose limits a client has. */
export function classOf(session: Session): ClientClass {
  if (session.has(SessionFlag.REPLICA)) return 'slave';
  return session.has(SessionFlag.PUBSUB) ? 'pubsub' : 'normal';
}

/** Redis has a buffer of this size for each client, which its limits do not count. */
const UNCOUNTED_BYTES = 16 * 1024;
/** Who has not said who he is may not keep us waiting with more than this. */
const UNAUTHENTICATED_BYTES_MAX = 1024;

/** True when `bytes` more than now wait for a client would be more than the hard limit of its class. */
export function exceedsHardLimit(connection: Connection, bytes: number): boolean {
  const { session } = connection;
  const { hardBytes } = session.server.config['client-output-buffer-limit'][classOf(session)];
  return hardBytes > 0 && bytes > UNCOUNTED_BYTES && connection.outputBytes + bytes > hardBytes;
}

/** Writes of up to so many bytes are within the hard limit of every class. */
export function leastHardLimit(limits: OutputLimits): number {
  const hard = Object.values(limits).map(({ hardBytes }) => (hardBytes === 0 ? Infinity : hardBytes));
  return Math.max(UNCOUNTED_BYTES, Math.min(...hard));
}

/**
 * Why a client must be closed for the replies that wait for it, or null: more than the hard limit, or more than the
 * soft limit for longer than its seconds.
 */
function overOutputLimit(connection: Connection, limits: OutputLimits, nowMs: number): string | null {
  const { hardBytes, softBytes, softSeconds } = limits[classOf(connection.session)];
  const bytes = connection.outputBytes;
  if (hardBytes > 0 && bytes > hardBytes) return 'hard limit';
  if (bytes > UNAUTHENTICATED_BYTES_MAX && connection.session.has(SessionFlag.UNAUTHENTICATED)) {
    return 'unauthenticated';
  }
  if (softBytes === 0 || bytes <= softBytes) {
    connection.overSoftLimitSinceMs = 0;
    return null;
  }
  if (connection.overSoftLimitSinceMs === 0) connection.overSoftLimitSinceMs = nowMs;
  return nowMs - connection.overSoftLimitSinceMs >= softSeconds * 1000 ? 'soft limit' : null;
}

/** A reply could not be written at once: the client is closed when its limits do not let that much wait. */
export function outputGrown(connection: Connection): void {
  const { server } = connection.session;
  const reason = overOutputLimit(connection, server.config['client-output-buffer-limit'], server.nowMs);
  if (reason === null) server.clientMemory.changed(connection.session);
  else closeForOutput(connection, reason);
}

/** Closes a client for which `bytes` of replies at once are too many, even if the kernel would take them; true then. */
export function refusesOutput(connection: Connection, bytes: number): boolean {
  if (!exceedsHardLimit(connection, bytes)) return false;
  closeForOutput(connection, 'hard limit');
  return true;
}

/** Closes a client that has more replies than it may. */
export function closeForOutput(connection: Connection, reason: string): void {
  const { server, id } = connection.session;
  server.statistics.outputLimitDisconnections++;
  server.log.warn({ client: id, reason }, 'client closed: output buffer limit');
  connection.close();
}

/** Once a second: closes clients that have been idle for `timeout`, or whose replies have waited for too long. */
export function closeOverdueClients(server: Server): void {
  const { timeout } = server.config;
  const idleSinceMs = server.nowMs - timeout * 1000;
  for (const connection of [...server.connections.values()]) {
    if (connection.outputBytes > 0) outputGrown(connection);
    const { session } = connection;
    if (timeout > 0 && session.lastInteractionMs < idleSinceMs && !session.has(NEVER_IDLE)) {
      server.log.debug({ client: session.id }, 'Closing idle client');
      connection.close();
    }
  }
}

/** Clients that rightly say nothing: those that wait, listen or replicate. */
const NEVER_IDLE =
  SessionFlag.BLOCKED | SessionFlag.PUBSUB | SessionFlag.MONITOR | SessionFlag.REPLICA | SessionFlag.PRIMARY;
