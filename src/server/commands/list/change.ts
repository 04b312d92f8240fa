import * as errors from '../../../protocol/errors.js';
import type { Request } from '../../../protocol/request.js';
import { Type } from '../../../storage/representation.js';
import { ListCursor } from '../../../storage/types/list-cursor.js';
import { listDrop, listInsert, listLength, listRemove, listSet } from '../../../storage/types/list.js';
import { integerArgument } from '../../arguments/arguments.js';
import { NotifyClass } from '../../pubsub/notifications.js';
import type { Session } from '../../clients/session.js';
import { type CommandSpec, Flag, key } from '../command.js';

export const lset: CommandSpec = {
  name: 'lset',
  group: 'list',
  summary: 'Replaces the element at an index.',
  since: '1.0.0',
  complexity:
    'O(N), N being the number of blocks of elements between the index and the nearer end; O(1) for both ends.',
  syntax: 'key index element',
  arity: 4,
  flags: Flag.WRITE | Flag.DENYOOM,
  keys: [key('RW UPDATE')],
  handler: lsetCommand,
};

export const linsert: CommandSpec = {
  name: 'linsert',
  group: 'list',
  summary: 'Adds an element before or after the first one that equals the pivot.',
  since: '2.2.0',
  complexity: 'O(N), N being the number of elements before the pivot.',
  syntax: 'key BEFORE | AFTER pivot element',
  arity: 5,
  flags: Flag.WRITE | Flag.DENYOOM | Flag.TIMED,
  keys: [key('RW INSERT')],
  handler: linsertCommand,
};

export const lrem: CommandSpec = {
  name: 'lrem',
  group: 'list',
  summary: 'Removes elements that equal a given one.',
  since: '1.0.0',
  complexity: 'O(N+M), N being the length of the list, M the number of elements removed.',
  syntax: 'key count element',
  arity: 4,
  flags: Flag.WRITE | Flag.TIMED,
  keys: [key('RW DELETE')],
  handler: lremCommand,
};

export const ltrim: CommandSpec = {
  name: 'ltrim',
  group: 'list',
  summary: 'Removes all elements but those between two indexes.',
  since: '1.0.0',
  complexity: 'O(N), N being the number of elements removed.',
  syntax: 'key start stop',
  arity: 4,
  flags: Flag.WRITE | Flag.TIMED,
  keys: [key('RW DELETE')],
  handler: ltrimCommand,
};

const cursor = new ListCursor();

function lsetCommand(session: Session, request: Request): void {
  const { db, reply } = session;
  const name = request.arg(1);
  const ref = session.write(name);
  if (ref === 0) return reply.error(errors.NO_SUCH_KEY);
  if (db.type(ref) !== Type.LIST) return reply.error(errors.WRONGTYPE);
  const given = integerArgument(session, request, 2);
  if (given === null) return;
  const length = listLength(db, ref);
  const index = given < 0 ? length + given : given;
  if (index < 0 || index >= length) return reply.error(errors.INDEX_OUT_OF_RANGE);
  listSet(db, ref, index, request.arg(3));
  session.changed(name, NotifyClass.LIST, 'lset');
  reply.ok();
}

function linsertCommand(session: Session, request: Request): void {
  const { db, reply } = session;
  const after = request.is(2, 'after');
  if (!after && !request.is(2, 'before')) return reply.error(errors.SYNTAX);
  const name = request.arg(1);
  const ref = session.write(name);
  if (ref === 0) return reply.integer(0);
  if (db.type(ref) !== Type.LIST) return reply.error(errors.WRONGTYPE);
  const pivot = request.arg(3);
  cursor.seek(db, ref, 0);
  let index = 0;
  while (!cursor.equals(pivot)) {
    if (!cursor.next()) return reply.integer(-1);
    index++;
  }
  const target = listInsert(db, ref, after ? index + 1 : index, request.arg(4));
  session.changed(name, NotifyClass.LIST, 'linsert');
  reply.integer(listLength(db, target));
}

function lremCommand(session: Session, request: Request): void {
  const { db, reply } = session;
  const count = integerArgument(session, request, 2);
  if (count === null) return;
  const name = request.arg(1);
  const ref = session.write(name);
  if (ref === 0) return reply.integer(0);
  if (db.type(ref) !== Type.LIST) return reply.error(errors.WRONGTYPE);
  const length = listLength(db, ref);
  const removed = listRemove(db, ref, request.arg(3), count);
  if (removed > 0) session.changed(name, NotifyClass.LIST, 'lrem', removed);
  if (removed === length) session.changed(name, NotifyClass.GENERIC, 'del', 0);
  reply.integer(removed);
}

function ltrimCommand(session: Session, request: Request): void {
  const { db, reply } = session;
  const start = integerArgument(session, request, 2);
  if (start === null) return;
  const stop = integerArgument(session, request, 3);
  if (stop === null) return;
  const name = request.arg(1);
  const ref = session.write(name);
  if (ref === 0) return reply.ok();
  if (db.type(ref) !== Type.LIST) return reply.error(errors.WRONGTYPE);
  const length = listLength(db, ref);
  const first = Math.max(0, start < 0 ? length + start : start);
  const last = Math.min(length - 1, stop < 0 ? length + stop : stop);
  // Both ends are dropped, the tail first: dropping may move the record.
  const kept = Math.max(0, last - first + 1);
  const behind = kept === 0 ? length : length - 1 - last;
  const left = listDrop(db, ref, false, behind);
  if (left !== 0) listDrop(db, left, true, first);
  session.changed(name, NotifyClass.LIST, 'ltrim', length - kept);
  if (kept === 0) session.changed(name, NotifyClass.GENERIC, 'del', 0);
  reply.ok();
}
