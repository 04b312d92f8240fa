import { parseInteger } from '../../../bytes/integer.js';
import * as errors from '../../../protocol/errors.js';
import type { Request } from '../../../protocol/request.js';
import type { Session } from '../../clients/session.js';
import { type CommandSpec, Flag } from '../command.js';

export const swapdb: CommandSpec = {
  name: 'swapdb',
  group: 'server',
  summary: 'Exchanges two databases: whoever works in one sees the keys of the other.',
  since: '4.0.0',
  complexity: 'O(N), N being the number of watched keys and of connections.',
  syntax: 'index1 index2',
  arity: 3,
  flags: Flag.WRITE | Flag.FAST | Flag.DANGEROUS,
  handler: swapdbCommand,
};

/** An integer of 32 bits. */
function isIndex(value: number): boolean {
  return value === (value | 0);
}

function swapdbCommand(session: Session, request: Request): void {
  const { reply, server } = session;
  const first = parseInteger(request.arg(1));
  if (!isIndex(first)) return reply.error('ERR invalid first DB index');
  const second = parseInteger(request.arg(2));
  if (!isIndex(second)) return reply.error('ERR invalid second DB index');
  const { databases } = server.keyspace;
  if (databases[first] === undefined || databases[second] === undefined) {
    return reply.error(errors.DB_OUT_OF_RANGE);
  }
  server.swapDatabases(session, first, second);
  reply.ok();
}
