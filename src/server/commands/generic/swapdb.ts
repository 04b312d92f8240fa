import { parseInteger } from '../../../bytes/integer.js';
import * as errors from '../../../protocol/errors.js';
import type { Request } from '../../../protocol/request.js';
import type { Session } from '../../clients/session.js';
import type { Server } from '../../server.js';
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
  categories: ['keyspace'],
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
  if (first !== second) swap(server, first, second);
  server.dirty++;
  reply.ok();
}

/** Exchanges two databases under everybody who has selected one of them, watches or waits for keys of one. */
function swap(server: Server, first: number, second: number): void {
  const { blocking, keyspace, watches } = server;
  const one = keyspace.databases[first]!;
  const other = keyspace.databases[second]!;
  watches.databaseFlushed(one, other, server.nowMs);
  watches.databaseFlushed(other, one, server.nowMs);
  keyspace.swap(first, second);
  for (const { session } of server.connections.values()) {
    if (session.db === one) session.db = other;
    else if (session.db === other) session.db = one;
  }
  blocking.touchedAll(one);
  blocking.touchedAll(other);
}
