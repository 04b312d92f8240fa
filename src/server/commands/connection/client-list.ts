import { parseInteger } from '../../../bytes/integer.js';
import * as errors from '../../../protocol/errors.js';
import type { Request } from '../../../protocol/request.js';
import { clientLine, clientType } from '../../clients/client-line.js';
import { clientClass } from '../../config/config-structured.js';
import type { Session } from '../../clients/session.js';
import { type CommandSpec, Flag } from '../command.js';
import { OTHERS, OWN } from './client-flags.js';

export const clientId: CommandSpec = {
  name: 'id',
  group: 'connection',
  summary: 'Tells the id of this connection.',
  since: '5.0.0',
  complexity: 'O(1)',
  syntax: '',
  arity: 2,
  flags: OWN,
  handler: (session) => session.reply.integer(session.id),
};

export const clientInfo: CommandSpec = {
  name: 'info',
  group: 'connection',
  summary: 'Tells about this connection, as CLIENT LIST does.',
  since: '6.2.0',
  complexity: 'O(1)',
  syntax: '',
  arity: 2,
  flags: OWN,
  tips: ['nondeterministic_output'],
  handler: (session) => session.reply.verbatim('txt', `${clientLine(session)}\n`),
};

export const clientList: CommandSpec = {
  name: 'list',
  group: 'connection',
  summary: 'Lists the connections, a line for each.',
  since: '2.4.0',
  complexity: 'O(N) where N is the number of client connections',
  syntax: '[TYPE <NORMAL | MASTER | REPLICA | PUBSUB>] [ID client-id [client-id ...]]',
  arity: -2,
  flags: OTHERS | Flag.TIMED,
  tips: ['nondeterministic_output'],
  history: [
    ['2.8.12', 'The field `id`.'],
    ['5.0.0', 'The filter TYPE.'],
    ['6.0.0', 'The field `user`.'],
    ['6.2.0', 'The fields `argv-mem`, `tot-mem`, `laddr` and `redir`, and the filter ID.'],
    ['7.0.0', 'The fields `resp`, `multi-mem`, `rbs` and `rbp`.'],
    ['7.0.3', 'The field `ssub`.'],
  ],
  handler: listCommand,
};

function listCommand(session: Session, request: Request): void {
  const sessions = wanted(session, request);
  if (sessions === null) return;
  session.reply.verbatim('txt', sessions.map((each) => `${clientLine(each)}\n`).join(''));
}

/** The sessions that the arguments select; null after it has replied with the error. */
function wanted(session: Session, request: Request): Session[] | null {
  const { reply, server } = session;
  const all = (): Session[] => [...server.connections.values()].map((connection) => connection.session);
  if (request.count === 2) return all();
  if (request.count === 4 && request.is(2, 'type')) {
    const type = clientClass(request.string(3));
    if (type !== null) return all().filter((each) => clientType(each) === type);
    reply.error(`ERR Unknown client type '${request.string(3)}'`);
    return null;
  }
  if (request.count < 4 || !request.is(2, 'id')) {
    reply.error(errors.SYNTAX);
    return null;
  }
  const found: Session[] = [];
  for (let i = 3; i < request.count; i++) {
    const id = parseInteger(request.arg(i));
    if (Number.isNaN(id)) {
      reply.error('ERR Invalid client ID');
      return null;
    }
    const connection = server.connections.get(id);
    if (connection !== undefined) found.push(connection.session);
  }
  return found;
}
