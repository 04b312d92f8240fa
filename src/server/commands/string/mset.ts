import * as errors from '../../../protocol/errors.js';
import type { Request } from '../../../protocol/request.js';
import { Type } from '../../../storage/representation.js';
import { NotifyClass } from '../../pubsub/notifications.js';
import type { Session } from '../../clients/session.js';
import { type CommandSpec, Flag, keys } from '../command.js';
import { replyString } from './get.js';

export const mget: CommandSpec = {
  name: 'mget',
  group: 'string',
  summary: 'Returns the strings held by several keys; null for those that hold none.',
  since: '1.0.0',
  complexity: 'O(N), N being the number of keys.',
  syntax: 'key [key ...]',
  arity: -2,
  flags: Flag.READONLY | Flag.FAST,
  keys: [keys('RO ACCESS')],
  tips: ['request_policy:multi_shard'],
  handler: mgetCommand,
};

export const mset: CommandSpec = {
  name: 'mset',
  group: 'string',
  summary: 'Sets several keys to strings, all at once.',
  since: '1.0.1',
  complexity: 'O(N), N being the number of keys.',
  syntax: 'key value [key value ...]',
  arity: -3,
  flags: Flag.WRITE | Flag.DENYOOM,
  keys: [keys('OW UPDATE', 1, -1, 2)],
  tips: ['request_policy:multi_shard', 'response_policy:all_succeeded'],
  handler: msetCommand,
};

export const msetnx: CommandSpec = {
  name: 'msetnx',
  group: 'string',
  summary: 'Sets several keys to strings, all at once, if none of them is there.',
  since: '1.0.1',
  complexity: 'O(N), N being the number of keys.',
  syntax: 'key value [key value ...]',
  arity: -3,
  flags: Flag.WRITE | Flag.DENYOOM,
  keys: [keys('OW INSERT', 1, -1, 2)],
  tips: ['request_policy:multi_shard', 'response_policy:agg_min'],
  handler: msetnxCommand,
};

function mgetCommand(session: Session, request: Request): void {
  const { db, reply } = session;
  reply.array(request.count - 1);
  for (let i = 1; i < request.count; i++) {
    const ref = session.read(request.arg(i));
    if (ref === 0 || db.type(ref) !== Type.STRING) reply.null();
    else replyString(session, ref);
  }
}

function msetCommand(session: Session, request: Request): void {
  if (request.count % 2 === 0) return session.reply.error(errors.wrongArity('mset'));
  setPairs(session, request);
  session.reply.ok();
}

function msetnxCommand(session: Session, request: Request): void {
  if (request.count % 2 === 0) return session.reply.error(errors.wrongArity('msetnx'));
  for (let i = 1; i < request.count; i += 2) {
    if (session.write(request.arg(i)) !== 0) return session.reply.integer(0);
  }
  setPairs(session, request);
  session.reply.integer(1);
}

function setPairs(session: Session, request: Request): void {
  for (let i = 1; i < request.count; i += 2) {
    const name = request.arg(i);
    session.db.setString(session.write(name), name, request.arg(i + 1), false);
    session.changed(name, NotifyClass.STRING, 'set');
  }
}
