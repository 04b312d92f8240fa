import { type Session, SessionFlag, SILENT } from './session.js';

/**
 * Lets a session wait for something outside (a socket that begins to listen, another server): its further requests
 * stay in the query buffer until `result` is there and `write` has replied.
 */
export function waitFor<T>(
  session: Session,
  result: Promise<T>,
  write: (session: Session, value: T) => void,
): void {
  session.flags |= SessionFlag.BLOCKED;
  void result.then((value) => {
    answerLater(session, () => {
      write(session, value);
    });
    session.flags &= ~(SessionFlag.BLOCKED | SessionFlag.REPLY_SKIP);
    session.connection?.resume();
  });
}

/** Sends what `write` writes as the reply to a session's last command, and counts it when it is an error. */
export function answerLater<T>(session: Session, write: (session: Session) => T): T {
  const { server } = session;
  return server.pipeline.writeTo(session, () => {
    const { reply, lastCommand } = session;
    const errorsBefore = reply.errors;
    const result = write(session);
    if (reply.errors !== errorsBefore && lastCommand !== null)
      server.commandFailed(lastCommand, reply.errors);
    if (session.has(SILENT)) reply.rewind(0);
    return result;
  });
}
