import * as errors from '../../../protocol/errors.js';
import type { Request } from '../../../protocol/request.js';
import { Type } from '../../../storage/representation.js';
import { ListCursor } from '../../../storage/types/list-cursor.js';
import { listLength } from '../../../storage/types/list.js';
import { integerArgument } from '../../arguments/arguments.js';
import type { Session } from '../../clients/session.js';
import { type CommandSpec, Flag, key } from '../command.js';

export const llen: CommandSpec = {
  name: 'llen',
  group: 'list',
  summary: 'Counts the elements of a list.',
  since: '1.0.0',
  complexity: 'O(1)',
  syntax: 'key',
  arity: 2,
  flags: Flag.READONLY | Flag.FAST,
  keys: [key('RO')],
  handler: llenCommand,
};

export const lindex: CommandSpec = {
  name: 'lindex',
  group: 'list',
  summary: 'Returns the element at an index, counted from the tail if it is negative.',
  since: '1.0.0',
  complexity:
    'O(N), N being the number of blocks of elements between the index and the nearer end; O(1) for both ends.',
  syntax: 'key index',
  arity: 3,
  flags: Flag.READONLY,
  keys: [key('RO ACCESS')],
  handler: lindexCommand,
};

export const lrange: CommandSpec = {
  name: 'lrange',
  group: 'list',
  summary: 'Returns the elements between two indexes, both included.',
  since: '1.0.0',
  complexity:
    'O(S+N), S being the distance of the start from the nearer end, N the number of elements returned.',
  syntax: 'key start stop',
  arity: 4,
  flags: Flag.READONLY | Flag.TIMED,
  keys: [key('RO ACCESS')],
  handler: lrangeCommand,
};

const cursor = new ListCursor();

function llenCommand(session: Session, request: Request): void {
  const { db, reply } = session;
  const ref = session.read(request.arg(1));
  if (ref === 0) return reply.integer(0);
  if (db.type(ref) !== Type.LIST) return reply.error(errors.WRONGTYPE);
  reply.integer(listLength(db, ref));
}

function lindexCommand(session: Session, request: Request): void {
  const { db, reply } = session;
  const ref = session.read(request.arg(1));
  if (ref === 0) return reply.null();
  if (db.type(ref) !== Type.LIST) return reply.error(errors.WRONGTYPE);
  const index = integerArgument(session, request, 2);
  if (index === null) return;
  if (!cursor.seek(db, ref, index < 0 ? listLength(db, ref) + index : index)) return reply.null();
  reply.bulkRange(cursor.page, cursor.offset, cursor.length, cursor.view);
}

function lrangeCommand(session: Session, request: Request): void {
  const { db, reply } = session;
  const start = integerArgument(session, request, 2);
  if (start === null) return;
  const stop = integerArgument(session, request, 3);
  if (stop === null) return;
  const ref = session.read(request.arg(1));
  if (ref === 0) return reply.array(0);
  if (db.type(ref) !== Type.LIST) return reply.error(errors.WRONGTYPE);
  const length = listLength(db, ref);
  const first = Math.max(0, start < 0 ? length + start : start);
  const last = Math.min(length - 1, stop < 0 ? length + stop : stop);
  if (first > last) return reply.array(0);
  reply.array(last - first + 1);
  cursor.seek(db, ref, first);
  for (let i = first; ; i++) {
    reply.bulkRange(cursor.page, cursor.offset, cursor.length, cursor.view);
    if (i === last) return;
    cursor.next();
  }
}
