import { globMatches } from '../../../bytes/glob.js';
import type { Request } from '../../../protocol/request.js';
import type { Session } from '../../clients/session.js';
import { type CommandSpec, Flag } from '../command.js';

export const dbsize: CommandSpec = {
  name: 'dbsize',
  group: 'server',
  summary: 'Counts the keys of the selected database.',
  since: '1.0.0',
  complexity: 'O(1)',
  syntax: '',
  arity: 1,
  flags: Flag.READONLY | Flag.FAST,
  categories: ['keyspace'],
  tips: ['request_policy:all_shards', 'response_policy:agg_sum'],
  handler: (session) => {
    session.reply.integer(session.db.size);
  },
};

export const keysOf: CommandSpec = {
  name: 'keys',
  group: 'generic',
  summary: 'Lists the keys that match a glob pattern.',
  since: '1.0.0',
  complexity: 'O(N), N being the number of keys in the database.',
  syntax: 'pattern',
  arity: 2,
  flags: Flag.READONLY | Flag.DANGEROUS | Flag.TIMED,
  tips: ['request_policy:all_shards', 'nondeterministic_output_order'],
  handler: keysCommand,
};

export const randomkey: CommandSpec = {
  name: 'randomkey',
  group: 'generic',
  summary: 'Returns some key, each with the same chance.',
  since: '1.0.0',
  complexity: 'O(1)',
  syntax: '',
  arity: 1,
  flags: Flag.READONLY,
  tips: ['request_policy:all_shards', 'nondeterministic_output'],
  handler: randomkeyCommand,
};

function keysCommand(session: Session, request: Request): void {
  const { db, reply, now } = session;
  const pattern = request.string(1);
  const all = pattern === '*';
  const mark = reply.beginDeferred();
  let count = 0;
  db.forEach((ref) => {
    if (reply.dropped) return;
    const expireAtMs = db.expireAtMs(ref);
    if (expireAtMs >= 0 && expireAtMs <= now) return;
    const key = db.keyOf(ref);
    if (!all && !globMatches(pattern, key.toString())) return;
    reply.bulk(key);
    count++;
  });
  reply.endDeferred(mark, 'array', count);
}

/** Expired keys that stay for another's sake (on a replica) must not keep the search going for ever. */
const TRIES_MAX = 100;

function randomkeyCommand(session: Session): void {
  const { db, reply } = session;
  const { keyspace } = db;
  for (let tries = 0; db.size > 0; tries++) {
    const key = db.keyOf(db.randomRef(keyspace.options.random));
    if (tries === TRIES_MAX && keyspace.keepExpired) return reply.bulk(key);
    const copy = key.copy();
    if (db.findLive(copy, session.now) !== 0) return reply.bulk(copy);
  }
  reply.null();
}
