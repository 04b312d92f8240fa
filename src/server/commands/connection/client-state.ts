import { parseInteger } from '../../../bytes/integer.js';
import * as errors from '../../../protocol/errors.js';
import type { Request } from '../../../protocol/request.js';
import { integerArgument } from '../../arguments/arguments.js';
import { timeoutMilliseconds } from '../../clients/blocking.js';
import { type Session, SessionFlag } from '../../clients/session.js';
import type { CommandSpec } from '../command.js';
import { OTHERS, OWN } from './client-flags.js';

export const clientReply: CommandSpec = {
  name: 'reply',
  group: 'connection',
  summary: 'Says whether this connection wants replies.',
  since: '3.2.0',
  complexity: 'O(1)',
  syntax: '<ON | OFF | SKIP>',
  arity: 3,
  flags: OWN,
  handler: replyCommand,
};

function replyCommand(session: Session, request: Request): void {
  if (request.is(2, 'on')) {
    session.flags &= ~(SessionFlag.REPLY_OFF | SessionFlag.REPLY_SKIP);
    session.reply.ok();
  } else if (request.is(2, 'off')) session.flags |= SessionFlag.REPLY_OFF;
  else if (!request.is(2, 'skip')) session.reply.error(errors.SYNTAX);
  else if (!session.has(SessionFlag.REPLY_OFF)) session.flags |= SessionFlag.REPLY_SKIP_NEXT;
}

export const clientNoEvict = onOff(
  'no-evict',
  'Spares this connection when clients are evicted.',
  '7.0.0',
  SessionFlag.NO_EVICT,
  OTHERS,
);

export const clientNoTouch = onOff(
  'no-touch',
  'Lets the commands of this connection leave no trace in LRU and LFU.',
  '7.2.0',
  SessionFlag.NO_TOUCH,
  OWN,
);

function onOff(name: string, summary: string, since: string, flag: number, flags: number): CommandSpec {
  return {
    name,
    group: 'connection',
    summary,
    since,
    complexity: 'O(1)',
    syntax: '<ON | OFF>',
    arity: 3,
    flags,
    handler: (session, request): void => {
      if (request.is(2, 'on')) session.flags |= flag;
      else if (request.is(2, 'off')) session.flags &= ~flag;
      else return session.reply.error(errors.SYNTAX);
      session.reply.ok();
    },
  };
}

export const clientPause: CommandSpec = {
  name: 'pause',
  group: 'connection',
  summary: 'Lets the commands of all clients wait for a while.',
  since: '2.9.50',
  complexity: 'O(1)',
  syntax: 'timeout [WRITE | ALL]',
  arity: -3,
  flags: OTHERS,
  history: [['6.2.0', 'The mode WRITE.']],
  handler: pauseCommand,
};

function pauseCommand(session: Session, request: Request): void {
  const { reply } = session;
  if (request.count > 4) return reply.error(errors.subcommandSyntax(request.string(1), 'client'));
  const write = request.count === 4 && request.is(3, 'write');
  if (request.count === 4 && !write && !request.is(3, 'all')) {
    return reply.error('ERR CLIENT PAUSE mode must be WRITE or ALL');
  }
  const durationMs = timeoutMilliseconds(session, request, 2);
  if (durationMs === null) return;
  session.server.pause.begin(write ? 'write' : 'all', session.now + durationMs);
  reply.ok();
}

export const clientUnpause: CommandSpec = {
  name: 'unpause',
  group: 'connection',
  summary: 'Ends a CLIENT PAUSE.',
  since: '6.2.0',
  complexity: 'O(N) Where N is the number of paused clients',
  syntax: '',
  arity: 2,
  flags: OTHERS,
  handler: (session): void => {
    session.server.pause.end();
    session.reply.ok();
  },
};

export const clientUnblock: CommandSpec = {
  name: 'unblock',
  group: 'connection',
  summary: 'Ends the wait of a client that a blocking command keeps.',
  since: '5.0.0',
  complexity: 'O(log N) where N is the number of client connections',
  syntax: 'client-id [TIMEOUT | ERROR]',
  arity: -3,
  flags: OTHERS,
  handler: unblockCommand,
};

function unblockCommand(session: Session, request: Request): void {
  const { reply, server } = session;
  let how: 'timeout' | 'error' = 'timeout';
  if (request.count === 4) {
    if (request.is(3, 'error')) how = 'error';
    else if (!request.is(3, 'timeout'))
      return reply.error('ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR');
  } else if (request.count > 4) return reply.error(errors.subcommandSyntax(request.string(1), 'client'));
  const id = integerArgument(session, request, 2);
  if (id === null) return;
  const target = server.connections.get(parseInteger(request.arg(2)))?.session;
  reply.integer(target !== undefined && server.blocking.unblock(target, how) ? 1 : 0);
}
