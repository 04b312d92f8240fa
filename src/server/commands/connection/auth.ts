import { createHash, timingSafeEqual } from 'node:crypto';
import * as errors from '../../../protocol/errors.js';
import type { Request } from '../../../protocol/request.js';
import { type Session, SessionFlag } from '../../clients/session.js';
import { type CommandSpec, Flag } from '../command.js';

/** Flags of commands that a client may send before it has told a password. */
export const BEFORE_AUTH =
  Flag.NOSCRIPT | Flag.LOADING | Flag.STALE | Flag.FAST | Flag.NO_AUTH | Flag.ALLOW_BUSY;

const WRONG_PASSWORD = 'WRONGPASS invalid username-password pair or user is disabled.';
const NO_PASSWORD =
  'ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?';

export const auth: CommandSpec = {
  name: 'auth',
  group: 'connection',
  summary: 'Tells the password of the server.',
  since: '1.0.0',
  complexity: 'O(N) where N is the number of passwords defined for the user',
  syntax: '[username] password',
  arity: -2,
  flags: BEFORE_AUTH,
  history: [['6.0.0', 'A user name may go before the password.']],
  handler: authCommand,
};

function authCommand(session: Session, request: Request): void {
  const { reply, server } = session;
  if (request.count > 3) return reply.error(errors.SYNTAX);
  if (request.count === 2 && !server.authRequired) return reply.error(NO_PASSWORD);
  const user = request.count === 3 ? request.string(1) : 'default';
  const error = authenticate(session, user, request.string(request.count - 1));
  if (error !== null) return reply.error(error);
  reply.ok();
}

/** Lets a client in; why not, or null. A server without a password takes any for the default user. */
export function authenticate(session: Session, user: string, password: string): string | null {
  const { config } = session.server;
  if (user !== 'default' || (config.requirepass !== '' && !samePassword(password, config.requirepass))) {
    return WRONG_PASSWORD;
  }
  session.user = user;
  session.flags &= ~SessionFlag.UNAUTHENTICATED;
  if (session.connection !== null) session.connection.parserState.authenticated = true;
  return null;
}

/** Compared by hash, so that the time taken tells nothing about the password. */
function samePassword(given: string, wanted: string): boolean {
  return timingSafeEqual(sha256(given), sha256(wanted));
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text, 'latin1').digest();
}
