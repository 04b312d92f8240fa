import * as errors from '../../../protocol/errors.js';
import type { Request } from '../../../protocol/request.js';
import { StreamId } from '../../../storage/types/stream-id.js';
import { integerArgument } from '../../arguments/arguments.js';
import { NotifyClass } from '../../pubsub/notifications.js';
import type { Session } from '../../clients/session.js';
import { type CommandSpec, Flag, key } from '../command.js';
import { idArgument, intervalArgument } from './id-arguments.js';
import { openForRead, openForWrite, Opened, replyRange, stream } from './open-stream.js';

export const xrange: CommandSpec = {
  name: 'xrange',
  group: 'stream',
  summary: 'Returns the entries between two ids, the oldest first.',
  since: '5.0.0',
  complexity: 'O(N), N being the number of entries returned; so O(1) with a constant COUNT.',
  syntax: 'key start end [COUNT count]',
  arity: -4,
  flags: Flag.READONLY | Flag.TIMED,
  keys: [key('RO ACCESS')],
  history: [['6.2.0', 'Takes ends that do not belong to the range.']],
  handler: (session, request) => rangeCommand(session, request, false),
};

export const xrevrange: CommandSpec = {
  name: 'xrevrange',
  group: 'stream',
  summary: 'Returns the entries between two ids, the newest first.',
  since: '5.0.0',
  complexity: 'O(N), N being the number of entries returned; so O(1) with a constant COUNT.',
  syntax: 'key end start [COUNT count]',
  arity: -4,
  flags: Flag.READONLY | Flag.TIMED,
  keys: [key('RO ACCESS')],
  history: [['6.2.0', 'Takes ends that do not belong to the range.']],
  handler: (session, request) => rangeCommand(session, request, true),
};

export const xlen: CommandSpec = {
  name: 'xlen',
  group: 'stream',
  summary: 'Counts the entries of a stream.',
  since: '5.0.0',
  complexity: 'O(1)',
  syntax: 'key',
  arity: 2,
  flags: Flag.READONLY | Flag.FAST,
  keys: [key('RO')],
  handler: xlenCommand,
};

export const xdel: CommandSpec = {
  name: 'xdel',
  group: 'stream',
  summary: 'Removes entries by their ids; tells how many were there.',
  since: '5.0.0',
  complexity: 'O(1) for each entry, however long the stream is.',
  syntax: 'key id [id ...]',
  arity: -3,
  flags: Flag.WRITE | Flag.FAST,
  keys: [key('RW DELETE')],
  handler: xdelCommand,
};

const start = new StreamId();
const end = new StreamId();

function rangeCommand(session: Session, request: Request, reverse: boolean): void {
  const { reply } = session;
  if (!intervalArgument(session, request, reverse ? 3 : 2, start, 'start')) return;
  if (!intervalArgument(session, request, reverse ? 2 : 3, end, 'end')) return;
  let count = -1;
  for (let i = 4; i < request.count; i += 2) {
    if (!request.is(i, 'count') || i + 1 === request.count) return reply.error(errors.SYNTAX);
    const given = integerArgument(session, request, i + 1);
    if (given === null) return;
    count = Math.max(0, given);
  }
  const opened = openForRead(session, request.arg(1));
  if (opened !== Opened.YES) return opened === Opened.MISSING ? reply.array(0) : undefined;
  if (count === 0) return reply.nullArray();
  replyRange(session, start, end, count === -1 ? 0 : count, reverse);
}

function xlenCommand(session: Session, request: Request): void {
  const opened = openForRead(session, request.arg(1));
  if (opened === Opened.REFUSED) return;
  session.reply.integer(opened === Opened.YES ? stream.length : 0);
}

function xdelCommand(session: Session, request: Request): void {
  const { reply } = session;
  const name = request.arg(1);
  const opened = openForWrite(session, name);
  if (opened !== Opened.YES) return opened === Opened.MISSING ? reply.integer(0) : undefined;
  for (let i = 2; i < request.count; i++) if (!idArgument(session, request, i, start)) return;
  let deleted = 0;
  for (let i = 2; i < request.count; i++) {
    idArgument(session, request, i, start);
    if (stream.delete(start)) deleted++;
  }
  if (deleted > 0) session.changed(name, NotifyClass.STREAM, 'xdel', deleted);
  reply.integer(deleted);
}
