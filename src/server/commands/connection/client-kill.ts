import { parseInteger } from '../../../bytes/integer.js';
import * as errors from '../../../protocol/errors.js';
import type { Request } from '../../../protocol/request.js';
import { clientType } from '../../clients/client-line.js';
import { clientClass } from '../../config/config-structured.js';
import type { Session } from '../../clients/session.js';
import type { CommandSpec } from '../command.js';
import { OTHERS } from './client-flags.js';

export const clientKill: CommandSpec = {
  name: 'kill',
  group: 'connection',
  summary: 'Closes connections.',
  since: '2.4.0',
  complexity: 'O(N) where N is the number of client connections',
  syntax:
    '<ip:port | <[ID client-id] | [TYPE <NORMAL | MASTER | SLAVE | REPLICA | PUBSUB>] | [USER username] | [ADDR ip:port] | [LADDR ip:port] | [SKIPME yes/no] | [MAXAGE maxage]> [[ID client-id] | [TYPE <NORMAL | MASTER | SLAVE | REPLICA | PUBSUB>] | [USER username] | [ADDR ip:port] | [LADDR ip:port] | [SKIPME yes/no] | [MAXAGE maxage] ...]>',
  arity: -3,
  flags: OTHERS,
  history: [
    ['2.8.12', 'Filters.'],
    ['2.8.12', 'The filter ID.'],
    ['3.2.0', 'The type `master`.'],
    ['5.0.0', 'The type `replica`; `slave` is still understood.'],
    ['6.2.0', 'The filter LADDR.'],
    ['7.4.0', 'The filter MAXAGE.'],
  ],
  handler: killCommand,
};

interface Filters {
  tests: ((session: Session) => boolean)[];
  skipMe: boolean;
}

function killCommand(session: Session, request: Request): void {
  const { reply } = session;
  if (request.count === 3) {
    const address = request.string(2);
    const killed = kill(session, { tests: [(each) => each.connection?.peer === address], skipMe: false });
    if (killed === 0) return reply.error('ERR No such client');
    return reply.ok();
  }
  const filters: Filters = { tests: [], skipMe: true };
  for (let i = 2; i < request.count; i += 2) {
    const error = i + 1 < request.count ? readFilter(filters, request, i) : errors.SYNTAX;
    if (error !== null) return reply.error(error);
  }
  reply.integer(kill(session, filters));
}

/** Adds the filter at arguments `i` and `i + 1`; the error, or null. */
function readFilter(filters: Filters, request: Request, i: number): string | null {
  const value = request.string(i + 1);
  switch (request.word(i)) {
    case 'id': {
      const id = parseInteger(request.arg(i + 1));
      if (!(id >= 1)) return 'ERR client-id should be greater than 0';
      filters.tests.push((session) => session.id === id);
      return null;
    }
    case 'type': {
      const type = clientClass(value);
      if (type === null) return `ERR Unknown client type '${value}'`;
      filters.tests.push((session) => clientType(session) === type);
      return null;
    }
    case 'addr':
      filters.tests.push((session) => session.connection?.peer === value);
      return null;
    case 'laddr':
      filters.tests.push((session) => session.connection?.local === value);
      return null;
    case 'user':
      if (value !== 'default') return `ERR No such user '${value}'`;
      filters.tests.push((session) => session.user === value);
      return null;
    case 'maxage': {
      const seconds = parseInteger(request.arg(i + 1));
      if (Number.isNaN(seconds)) return errors.NOT_INTEGER;
      if (seconds <= 0) return 'ERR maxage should be greater than 0';
      filters.tests.push((session) => isAged(session, seconds));
      return null;
    }
    case 'skipme':
      if (!request.is(i + 1, 'yes') && !request.is(i + 1, 'no')) return errors.SYNTAX;
      filters.skipMe = request.is(i + 1, 'yes');
      return null;
    default:
      return errors.SYNTAX;
  }
}

function isAged(session: Session, seconds: number): boolean {
  return session.server.nowMs - session.createdAtMs >= seconds * 1000;
}

/** Closes the clients that pass every filter; how many. The caller, if it is one of them, gets its reply first. */
function kill(caller: Session, { tests, skipMe }: Filters): number {
  let killed = 0;
  for (const { session } of [...caller.server.connections.values()]) {
    if ((skipMe && session === caller) || !tests.every((test) => test(session))) continue;
    killed++;
    if (session === caller) session.connection?.closeAfterReply();
    else session.connection?.close();
  }
  return killed;
}
