import * as errors from '../../../protocol/errors.js';
import type { Request } from '../../../protocol/request.js';
import { type Session, SessionFlag } from '../../clients/session.js';
import { discardTransaction, openTransaction } from '../../execution/transactions.js';
import { type CommandSpec, Flag, keys } from '../command.js';

const ALWAYS = Flag.NOSCRIPT | Flag.LOADING | Flag.STALE | Flag.IN_MULTI;

export const multi: CommandSpec = {
  name: 'multi',
  group: 'transactions',
  summary: 'Begins a transaction: what follows is queued until EXEC.',
  since: '1.2.0',
  complexity: 'O(1)',
  syntax: '',
  arity: 1,
  flags: ALWAYS | Flag.FAST | Flag.ALLOW_BUSY,
  handler: multiCommand,
};

export const exec: CommandSpec = {
  name: 'exec',
  group: 'transactions',
  summary: 'Runs the queued commands, unless a watched key has changed.',
  since: '1.2.0',
  complexity: 'Depends on commands in the transaction',
  syntax: '',
  arity: 1,
  flags: ALWAYS | Flag.SKIP_SLOWLOG,
  handler: execCommand,
};

export const discard: CommandSpec = {
  name: 'discard',
  group: 'transactions',
  summary: 'Forgets the queued commands and the watched keys.',
  since: '2.0.0',
  complexity: 'O(N), N being the number of queued commands.',
  syntax: '',
  arity: 1,
  flags: ALWAYS | Flag.FAST | Flag.ALLOW_BUSY,
  handler: discardCommand,
};

export const watch: CommandSpec = {
  name: 'watch',
  group: 'transactions',
  summary: 'Watches keys: a change of one before EXEC makes that do nothing.',
  since: '2.2.0',
  complexity: 'O(1) for every key.',
  syntax: 'key [key ...]',
  arity: -2,
  flags: ALWAYS | Flag.FAST | Flag.ALLOW_BUSY,
  keys: [keys('RO')],
  handler: watchCommand,
};

export const unwatch: CommandSpec = {
  name: 'unwatch',
  group: 'transactions',
  summary: 'Stops watching keys.',
  since: '2.2.0',
  complexity: 'O(1)',
  syntax: '',
  arity: 1,
  flags: Flag.NOSCRIPT | Flag.LOADING | Flag.STALE | Flag.FAST | Flag.ALLOW_BUSY,
  handler: unwatchCommand,
};

function multiCommand(session: Session): void {
  if (session.has(SessionFlag.MULTI)) return session.reply.error('ERR MULTI calls can not be nested');
  openTransaction(session);
  session.flags |= SessionFlag.MULTI;
  session.reply.ok();
}

function discardCommand(session: Session): void {
  if (!session.has(SessionFlag.MULTI)) return session.reply.error('ERR DISCARD without MULTI');
  discardTransaction(session);
  session.reply.ok();
}

function watchCommand(session: Session, request: Request): void {
  const { reply, server } = session;
  if (session.has(SessionFlag.MULTI)) return reply.error('ERR WATCH inside MULTI is not allowed');
  // A transaction that is lost stays lost; there is nothing more to watch for.
  if (!session.has(SessionFlag.DIRTY_CAS)) {
    for (let i = 1; i < request.count; i++) server.watches.add(session, request.arg(i));
  }
  reply.ok();
}

function unwatchCommand(session: Session): void {
  session.server.watches.removeAll(session);
  session.flags &= ~SessionFlag.DIRTY_CAS;
  session.reply.ok();
}

function execCommand(session: Session): void {
  const { reply, server } = session;
  if (!session.has(SessionFlag.MULTI)) return reply.error('ERR EXEC without MULTI');
  const lost = session.has(SessionFlag.DIRTY_CAS) || server.watches.anyExpired(session);
  const spoilt = session.has(SessionFlag.DIRTY_EXEC);
  const { queue } = session.transaction!;
  discardTransaction(session);
  if (spoilt) return reply.error(errors.EXECABORT);
  if (lost) return reply.nullArray();
  const { dispatcher, propagation } = server;
  propagation.begin();
  session.flags |= SessionFlag.IN_EXEC;
  reply.array(queue.length);
  for (const { command, request } of queue) dispatcher.call(session, command, request);
  session.flags &= ~SessionFlag.IN_EXEC;
  propagation.end();
  // Its commands are written, in MULTI and EXEC where they are several; EXEC itself is not.
  propagation.suppress();
}
