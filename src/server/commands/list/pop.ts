import { Bytes } from '../../../bytes/bytes.js';
import * as errors from '../../../protocol/errors.js';
import type { Request } from '../../../protocol/request.js';
import { Type } from '../../../storage/representation.js';
import { ListCursor } from '../../../storage/types/list-cursor.js';
import { listDrop, listEnd, listLength } from '../../../storage/types/list.js';
import { rangedArgument } from '../../arguments/arguments.js';
import { NotifyClass } from '../../pubsub/notifications.js';
import type { Session } from '../../clients/session.js';
import { type CommandSpec, Flag, key } from '../command.js';

export const lpop: CommandSpec = {
  name: 'lpop',
  group: 'list',
  summary: 'Removes and returns elements from the head of a list.',
  since: '1.0.0',
  complexity: 'O(N), N being the number of elements returned.',
  syntax: 'key [count]',
  arity: -2,
  flags: Flag.WRITE | Flag.FAST,
  keys: [key('RW ACCESS DELETE')],
  history: [['6.2.0', 'Takes a `count`.']],
  handler: (session, request) => pop(session, request, true),
};

export const rpop: CommandSpec = {
  name: 'rpop',
  group: 'list',
  summary: 'Removes and returns elements from the tail of a list.',
  since: '1.0.0',
  complexity: 'O(N), N being the number of elements returned.',
  syntax: 'key [count]',
  arity: -2,
  flags: Flag.WRITE | Flag.FAST,
  keys: [key('RW ACCESS DELETE')],
  history: [['6.2.0', 'Takes a `count`.']],
  handler: (session, request) => pop(session, request, false),
};

const view = new Bytes(new Uint8Array(0));
const cursor = new ListCursor();

function pop(session: Session, request: Request, front: boolean): void {
  const { db, reply } = session;
  if (request.count > 2) return popMany(session, request, front);
  const name = request.arg(1);
  const ref = session.write(name);
  if (ref === 0) return reply.null();
  if (db.type(ref) !== Type.LIST) return reply.error(errors.WRONGTYPE);
  reply.bulk(listEnd(db, ref, front, view));
  takeFromEnd(session, name, ref, front, 1);
}

function popMany(session: Session, request: Request, front: boolean): void {
  const { db, reply } = session;
  if (request.count > 3) return reply.error(errors.wrongArity(front ? 'lpop' : 'rpop'));
  const count = rangedArgument(session, request, 2, 0, Infinity, errors.MUST_BE_POSITIVE);
  if (count === null) return;
  const name = request.arg(1);
  const ref = session.write(name);
  if (ref === 0) return reply.nullArray();
  if (db.type(ref) !== Type.LIST) return reply.error(errors.WRONGTYPE);
  if (count === 0) return reply.array(0);
  replyAndTake(session, name, ref, front, count);
}

/** Replies with up to `count` elements from one end, as an array, and removes them; how many there were. */
export function replyAndTake(
  session: Session,
  name: Bytes,
  ref: number,
  front: boolean,
  count: number,
): number {
  const { db, reply } = session;
  const length = listLength(db, ref);
  const taken = Math.min(count, length);
  reply.array(taken);
  let more = cursor.seek(db, ref, front ? 0 : length - 1);
  for (let left = taken; more && left > 0; left--) {
    reply.bulkRange(cursor.page, cursor.offset, cursor.length, cursor.view);
    more = front ? cursor.next() : cursor.previous();
  }
  takeFromEnd(session, name, ref, front, taken);
  return taken;
}

/** Removes elements from one end of a list and says so; the key goes with the last one. */
export function takeFromEnd(session: Session, name: Bytes, ref: number, front: boolean, count: number): void {
  const left = listDrop(session.db, ref, front, count);
  session.changed(name, NotifyClass.LIST, front ? 'lpop' : 'rpop', count);
  if (left === 0) session.changed(name, NotifyClass.GENERIC, 'del', 0);
}
