import type { Request } from '../../protocol/request.js';
import type { Server } from '../server.js';
import { type Session, SessionFlag } from './session.js';

/** Requests that may not run yet. Their clients are blocked until `release`, and then go on in order. */
export class HeldRequests {
  private held = new Map<Session, Request>();

  constructor(private readonly server: Server) {}

  hold(session: Session, request: Request): void {
    session.flags |= SessionFlag.BLOCKED;
    this.held.set(session, request.retain());
  }

  release(): void {
    const { held, server } = this;
    this.held = new Map();
    // A client stays blocked until its turn has come: what it sends in between must not overtake what waits.
    for (const [session, request] of held) {
      server.turn.defer(() => {
        this.resume(session, request);
      });
    }
  }

  private resume(session: Session, request: Request): void {
    const { connection } = session;
    if (connection === null || connection.closed) return;
    session.flags &= ~SessionFlag.BLOCKED;
    // CLIENT REPLY SKIP came before the wait; the dispatcher looks for it once more.
    if (session.has(SessionFlag.REPLY_SKIP)) {
      session.flags = (session.flags & ~SessionFlag.REPLY_SKIP) | SessionFlag.REPLY_SKIP_NEXT;
    }
    this.server.pipeline.writeTo(session, () => {
      this.server.dispatcher.dispatch(session, request);
    });
    connection.resume();
  }

  forget(session: Session): void {
    this.held.delete(session);
  }
}
