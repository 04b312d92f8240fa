import type { Request } from '../../protocol/request.js';
import type { Command } from '../commands/command.js';
import { type Session, SessionFlag } from '../clients/session.js';

/** A command waiting for EXEC. */
export interface Queued {
  readonly command: Command;
  readonly request: Request;
}

/** What MULTI and WATCH remember for one session. */
export class Transaction {
  readonly queue: Queued[] = [];
  /** Bits of `Flag` that any queued command has. */
  queuedFlags = 0;
  /** Bytes of the queued requests. */
  queuedBytes = 0;
  /** Watched keys: database number and key, one string each. */
  readonly watched = new Set<string>();

  add(command: Command, request: Request): void {
    const retained = request.retain();
    this.queue.push({ command, request: retained });
    this.queuedBytes += retained.buffer.length;
    this.queuedFlags |= command.flags;
  }
}

/** What MULTI or WATCH remember, begun if there is nothing yet. */
export function openTransaction(session: Session): Transaction {
  return (session.transaction ??= new Transaction());
}

/** Back to what was before MULTI and WATCH. */
export function discardTransaction(session: Session): void {
  if (session.transaction === null) return;
  session.server.watches.removeAll(session);
  session.flags &= ~(SessionFlag.MULTI | SessionFlag.DIRTY_EXEC | SessionFlag.DIRTY_CAS);
  session.transaction = null;
}
