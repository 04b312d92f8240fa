import { encodeMessage } from './pubsub-message.js';
import type { Server } from '../server.js';
import { type Session, SessionFlag } from '../clients/session.js';

/** Where RESP2 clients get invalidations: they subscribe to it and have them redirected. */
const CHANNEL = '__redis__:invalidate';

/** Tells a tracking session, or the one it redirects to, that keys have changed. */
export function sendInvalidation(server: Server, session: Session, keys: readonly string[]): void {
  send(
    server,
    session,
    `*${keys.length}\r\n${keys.map((key) => `$${key.length}\r\n${key}\r\n`).join('')}`,
    null,
  );
}

/** Tells it that every key may have changed. */
export function sendInvalidationOfAll(server: Server, session: Session): void {
  send(server, session, '$-1\r\n', '_\r\n');
}

/** `keys` is the last element of the message; `keys3` in RESP3, where it differs. */
function send(server: Server, session: Session, keys: string, keys3: string | null): void {
  const target = targetOf(server, session);
  if (target === null) return;
  const redirected = target !== session;
  if (target.resp === 3) {
    const message = `>2\r\n$10\r\ninvalidate\r\n${keys3 ?? keys}`;
    server.pipeline.sendTo(target, Buffer.from(message, 'latin1'));
  } else if (redirected && target.has(SessionFlag.PUBSUB)) {
    const message = `*3\r\n$7\r\nmessage\r\n$${CHANNEL.length}\r\n${CHANNEL}\r\n${keys}`;
    server.pipeline.sendTo(target, Buffer.from(message, 'latin1'));
  }
}

/** The session that gets the messages, or null when it has gone. */
function targetOf(server: Server, session: Session): Session | null {
  const { tracking } = session;
  if (tracking === null || tracking.redirect === 0) return session;
  const target = server.connections.get(tracking.redirect)?.session;
  // One that has said QUIT gets nothing any more, though its connection may still be closing.
  if (target !== undefined && !target.has(SessionFlag.CLOSE_AFTER_REPLY)) return target;
  tracking.brokenRedirect = true;
  if (session.resp === 3) {
    server.pipeline.sendTo(session, encodeMessage(['tracking-redir-broken', tracking.redirect], 3));
  }
  return null;
}
