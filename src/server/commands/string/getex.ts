import * as errors from '../../../protocol/errors.js';
import type { Request } from '../../../protocol/request.js';
import { Type } from '../../../storage/representation.js';
import { hasPassed, positiveExpireTimeArgument } from '../../arguments/expire-time.js';
import { NotifyClass } from '../../pubsub/notifications.js';
import type { Session } from '../../clients/session.js';
import { removalName } from '../../execution/propagation.js';
import { type CommandSpec, Flag, key } from '../command.js';
import { replyString } from './get.js';
import { setOptions } from './set-options.js';

export const getex: CommandSpec = {
  name: 'getex',
  group: 'string',
  summary: 'Returns the string held by a key and changes when it expires.',
  since: '6.2.0',
  complexity: 'O(1)',
  syntax:
    'key [EX seconds | PX milliseconds | EXAT unix-time-seconds | PXAT unix-time-milliseconds | PERSIST]',
  arity: -2,
  flags: Flag.WRITE | Flag.FAST,
  keys: [key('RW ACCESS UPDATE', 1, 'The options change the TTL, not the value.')],
  handler: getexCommand,
};

export const getdel: CommandSpec = {
  name: 'getdel',
  group: 'string',
  summary: 'Returns the string held by a key and removes it.',
  since: '6.2.0',
  complexity: 'O(1)',
  syntax: 'key',
  arity: 2,
  flags: Flag.WRITE | Flag.FAST,
  keys: [key('RW ACCESS DELETE')],
  handler: getdelCommand,
};

function getexCommand(session: Session, request: Request): void {
  const { db, reply } = session;
  const options = setOptions(session, request, 2, 'getex');
  if (options === null) return;
  const ref = session.read(request.arg(1));
  if (ref === 0) return reply.null();
  if (db.type(ref) !== Type.STRING) return reply.error(errors.WRONGTYPE);
  if (options.unit !== null) {
    const expireAtMs = positiveExpireTimeArgument(session, request, options.timeAt, options.unit);
    if (expireAtMs === null) return;
    replyString(session, ref);
    if (options.unit.absolute && hasPassed(session, expireAtMs)) return removeString(session, request);
    return expireString(session, request, expireAtMs);
  }
  replyString(session, ref);
  if (options.persist) persistString(session, request);
}

function removeString(session: Session, request: Request): void {
  const name = request.arg(1);
  const { propagation } = session.server;
  session.db.remove(session.write(name));
  session.changed(name, NotifyClass.GENERIC, 'del');
  if (propagation.active) {
    propagation.replace(session.db.number, removalName(session.db.keyspace.lazyExpire), name);
  }
}

function expireString(session: Session, request: Request, expireAtMs: number): void {
  const name = request.arg(1);
  const { propagation } = session.server;
  session.db.setExpire(session.write(name), expireAtMs);
  session.changed(name, NotifyClass.GENERIC, 'expire');
  if (propagation.active) propagation.replace(session.db.number, 'PEXPIREAT', name, expireAtMs);
}

function persistString(session: Session, request: Request): void {
  const name = request.arg(1);
  const { propagation } = session.server;
  const ref = session.write(name);
  if (session.db.expireAtMs(ref) < 0) return;
  session.db.clearExpire(ref);
  session.changed(name, NotifyClass.GENERIC, 'persist');
  if (propagation.active) propagation.replace(session.db.number, 'PERSIST', name);
}

function getdelCommand(session: Session, request: Request): void {
  const { db, reply } = session;
  const ref = session.read(request.arg(1));
  if (ref === 0) return reply.null();
  if (db.type(ref) !== Type.STRING) return reply.error(errors.WRONGTYPE);
  replyString(session, ref);
  removeString(session, request);
}
