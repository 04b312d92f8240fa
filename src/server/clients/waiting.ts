import { type Session, SessionFlag } from './session.js';

/**
 * Lets a session wait for something outside (a socket that begins to listen): its further requests stay in the query
 * buffer until `result` is there and `write` has replied.
 */
export function waitFor<T>(
  session: Session,
  result: Promise<T>,
  write: (session: Session, value: T) => void,
): void {
  session.flags |= SessionFlag.BLOCKED;
  void result.then((value) => {
    session.flags &= ~SessionFlag.BLOCKED;
    session.server.pipeline.writeTo(session, () => {
      write(session, value);
    });
    session.connection?.resume();
  });
}
