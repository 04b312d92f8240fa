import type { ClientClass, OutputLimits } from './config-structured.js';
import type { Connection } from './connection.js';
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
