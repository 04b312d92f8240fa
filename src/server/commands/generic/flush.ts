import * as errors from '../../../protocol/errors.js';
import type { Request } from '../../../protocol/request.js';
import type { Database } from '../../../storage/database.js';
import { type Session, SessionFlag } from '../../clients/session.js';
import { type CommandSpec, Flag } from '../command.js';

export const flushall: CommandSpec = {
  name: 'flushall',
  group: 'server',
  summary: 'Removes every key of every database.',
  since: '1.0.0',
  complexity: 'O(N), N being the number of keys in all databases.',
  syntax: '[ASYNC | SYNC]',
  arity: -1,
  flags: Flag.WRITE | Flag.DANGEROUS | Flag.TIMED,
  categories: ['keyspace'],
  tips: ['request_policy:all_shards', 'response_policy:all_succeeded'],
  history: [
    ['4.0.0', 'Takes ASYNC.'],
    ['6.2.0', 'Takes SYNC.'],
  ],
  handler: (session, request) => {
    flush(session, request, 'FLUSHALL');
  },
};

export const flushdb: CommandSpec = {
  name: 'flushdb',
  group: 'server',
  summary: 'Removes every key of the selected database.',
  since: '1.0.0',
  complexity: 'O(N), N being the number of keys in the database.',
  syntax: '[ASYNC | SYNC]',
  arity: -1,
  flags: Flag.WRITE | Flag.DANGEROUS | Flag.TIMED,
  categories: ['keyspace'],
  tips: ['request_policy:all_shards', 'response_policy:all_succeeded'],
  history: [
    ['4.0.0', 'Takes ASYNC.'],
    ['6.2.0', 'Takes SYNC.'],
  ],
  handler: (session, request) => {
    flush(session, request, 'FLUSHDB');
  },
};

/**
 * ASYNC and SYNC are the same here, and `lazyfree-lazy-user-flush` changes nothing: when nothing is left, whole pages are
 * dropped; the records of one database among others are released in slices.
 */
function flush(session: Session, request: Request, name: 'FLUSHALL' | 'FLUSHDB'): void {
  const { server, db, reply } = session;
  if (request.count > 2 || (request.count === 2 && !request.is(1, 'async') && !request.is(1, 'sync'))) {
    return reply.error(errors.SYNTAX);
  }
  const databases = name === 'FLUSHDB' ? [db] : server.keyspace.databases;
  empty(session, databases);
  // Written even when there was nothing to remove, as Redis does.
  server.propagation.replace(db.number, ...request.strings());
  if (name === 'FLUSHALL' && !session.has(SessionFlag.LOADER)) server.persistence.saves.saveFlushed();
  reply.ok();
}

/** Empties databases: as `keyChanged` for everything in them. */
function empty(session: Session, databases: readonly Database[]): void {
  const { server } = session;
  server.persistence.cancelBackground();
  for (const database of databases) {
    server.dirty += database.size;
    server.watches.databaseFlushed(database, null, server.nowMs);
    database.clear();
    server.blocking.touchedAll(database);
  }
  if (server.tracking.active) server.tracking.invalidateAll(session);
}
