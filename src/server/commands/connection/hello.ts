import type { Request } from '../../../protocol/request.js';
import { parseInteger } from '../../../bytes/integer.js';
import { type Session, SessionFlag } from '../../clients/session.js';
import { COMPATIBLE_VERSION } from '../../version.js';
import type { CommandSpec } from '../command.js';
import { authenticate, BEFORE_AUTH } from './auth.js';
import { BAD_CLIENT_NAME, isClientName } from './client-names.js';

const NOT_AUTHENTICATED =
  'NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO <proto> AUTH <user> <pass> ' +
  'option can be used to authenticate the client and select the RESP protocol version at the same time';

export const hello: CommandSpec = {
  name: 'hello',
  group: 'connection',
  summary: 'Chooses the version of RESP, and may authenticate and name the client.',
  since: '6.0.0',
  complexity: 'O(1)',
  syntax: '[protover [AUTH username password] [SETNAME clientname]]',
  arity: -1,
  flags: BEFORE_AUTH,
  history: [['6.2.0', 'Without a version it only tells about the connection.']],
  handler: helloCommand,
};

interface HelloOptions {
  readonly credentials: readonly [user: string, password: string] | null;
  readonly name: string | null;
}

function helloCommand(session: Session, request: Request): void {
  const { reply } = session;
  let version: 2 | 3 | null = null;
  if (request.count > 1) {
    const number = parseInteger(request.arg(1));
    if (Number.isNaN(number)) return reply.error('ERR Protocol version is not an integer or out of range');
    if (number !== 2 && number !== 3) return reply.error('NOPROTO unsupported protocol version');
    version = number;
  }
  const options = readOptions(session, request);
  if (options === null) return;
  const { credentials, name } = options;
  const error = credentials === null ? null : authenticate(session, ...credentials);
  if (error !== null) return reply.error(error);
  if (session.has(SessionFlag.UNAUTHENTICATED)) return reply.error(NOT_AUTHENTICATED);
  if (name !== null) session.name = name;
  if (version !== null) session.setProtocol(version);
  replyProperties(session);
}

/** Null after it has replied with the error. */
function readOptions(session: Session, request: Request): HelloOptions | null {
  let credentials: HelloOptions['credentials'] = null;
  let name: string | null = null;
  for (let i = 2; i < request.count; i++) {
    const left = request.count - 1 - i;
    if (request.is(i, 'auth') && left >= 2) {
      credentials = [request.string(i + 1), request.string(i + 2)];
      i += 2;
    } else if (request.is(i, 'setname') && left >= 1) {
      name = request.string(i + 1);
      if (!isClientName(name)) {
        session.reply.error(BAD_CLIENT_NAME);
        return null;
      }
      i++;
    } else {
      session.reply.error(`ERR Syntax error in HELLO option '${request.string(i)}'`);
      return null;
    }
  }
  return { credentials, name };
}

function replyProperties(session: Session): void {
  const { reply } = session;
  reply.map(7);
  for (const [name, value] of [
    ['server', 'redis'],
    ['version', COMPATIBLE_VERSION],
  ] as const) {
    reply.text(name);
    reply.text(value);
  }
  reply.text('proto');
  reply.integer(session.resp);
  reply.text('id');
  reply.integer(session.id);
  reply.text('mode');
  reply.text('standalone');
  reply.text('role');
  reply.text('master');
  reply.text('modules');
  reply.array(0);
}
