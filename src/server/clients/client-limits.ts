import type { ClientClass, OutputLimits } from '../config/config-structured.js';
import type { Connection } from './connection.js';
import type { Server } from '../server.js';
import { type Session, SessionFlag } from './session.js';

/** The class whose limits a client has. */
export function classOf(session: Session): ClientClass {
  if (session.has(SessionFlag.REPLICA)) return 'slave';
  return session.has(SessionFlag.PUBSUB) ? 'pubsub' : 'normal';
}

/**
 * Why a client must be closed for the replies that wait for it, or null: more than the hard limit, or more than the
 * soft limit for longer than its seconds.
 */
export function overOutputLimit(connection: Connection, limits: OutputLimits, nowMs: number): string | null {
  const { hardBytes, softBytes, softSeconds } = limits[classOf(connection.session)];
  const bytes = connection.outputBytes;
  if (hardBytes > 0 && bytes > hardBytes) return 'hard limit';
  if (softBytes === 0 || bytes <= softBytes) {
    connection.overSoftLimitSinceMs = 0;
    return null;
  }
  if (connection.overSoftLimitSinceMs === 0) connection.overSoftLimitSinceMs = nowMs;
  return nowMs - connection.overSoftLimitSinceMs >= softSeconds * 1000 ? 'soft limit' : null;
}

/** Once a second: closes clients that have been idle for `timeout`, or whose replies have waited for too long. */
export function closeOverdueClients(server: Server): void {
  const { timeout } = server.config;
  const idleSinceMs = server.nowMs - timeout * 1000;
  for (const connection of [...server.connections.values()]) {
    if (connection.outputBytes > 0) server.outputGrown(connection);
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
