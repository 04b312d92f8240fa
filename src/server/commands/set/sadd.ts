import * as errors from '../../../protocol/errors.js';
import type { Request } from '../../../protocol/request.js';
import { Type } from '../../../storage/representation.js';
import { createSet, setAdd, setHas, setLength, setRemove } from '../../../storage/types/set.js';
import { NotifyClass } from '../../pubsub/notifications.js';
import type { Session } from '../../clients/session.js';
import { writeTyped, WRONG_TYPE } from '../../arguments/typed-key.js';
import { type CommandSpec, Flag, key } from '../command.js';

export const sadd: CommandSpec = {
  name: 'sadd',
  group: 'set',
  summary: 'Adds members to a set.',
  since: '1.0.0',
  complexity: 'O(1) for each member.',
  syntax: 'key member [member ...]',
  arity: -3,
  flags: Flag.WRITE | Flag.DENYOOM | Flag.FAST,
  keys: [key('RW INSERT')],
  member: 2,
  history: [['2.4.0', 'Accepts multiple `member` arguments.']],
  handler: saddCommand,
};

export const srem: CommandSpec = {
  name: 'srem',
  group: 'set',
  summary: 'Removes members of a set; the set goes with its last member.',
  since: '1.0.0',
  complexity: 'O(N), N being the number of members to remove.',
  syntax: 'key member [member ...]',
  arity: -3,
  flags: Flag.WRITE | Flag.FAST,
  keys: [key('RW DELETE')],
  member: 2,
  history: [['2.4.0', 'Accepts multiple `member` arguments.']],
  handler: sremCommand,
};

export const smove: CommandSpec = {
  name: 'smove',
  group: 'set',
  summary: 'Moves a member from one set to another.',
  since: '1.0.0',
  complexity: 'O(1)',
  syntax: 'source destination member',
  arity: 4,
  flags: Flag.WRITE | Flag.FAST,
  keys: [key('RW ACCESS DELETE'), key('RW INSERT', 2)],
  handler: smoveCommand,
};

function saddCommand(session: Session, request: Request): void {
  const { db, reply } = session;
  const name = request.arg(1);
  let ref = writeTyped(session, name, Type.SET);
  if (ref === WRONG_TYPE) return;
  let before = 0;
  if (ref === 0) ref = createSet(db, name, request.arg(2));
  else before = setLength(db, ref);
  for (let i = 2; i < request.count; i++) ref = setAdd(db, ref, request.arg(i));
  const added = setLength(db, ref) - before;
  if (added > 0) session.changed(name, NotifyClass.SET, 'sadd', added);
  reply.integer(added);
}

function sremCommand(session: Session, request: Request): void {
  const { db, reply } = session;
  const name = request.arg(1);
  let ref = writeTyped(session, name, Type.SET);
  if (ref === WRONG_TYPE) return;
  if (ref === 0) return reply.integer(0);
  const before = setLength(db, ref);
  for (let i = 2; i < request.count && setLength(db, ref) > 0; i++) ref = setRemove(db, ref, request.arg(i));
  const left = setLength(db, ref);
  if (left === 0) db.remove(ref);
  if (left < before) session.changed(name, NotifyClass.SET, 'srem', before - left);
  if (left === 0) session.changed(name, NotifyClass.GENERIC, 'del', 0);
  reply.integer(before - left);
}

function smoveCommand(session: Session, request: Request): void {
  const { db, reply } = session;
  const [source, destination, member] = [request.arg(1), request.arg(2), request.arg(3)];
  const from = session.write(source);
  const to = session.write(destination);
  if (from === 0) return reply.integer(0);
  if (db.type(from) !== Type.SET || (to !== 0 && db.type(to) !== Type.SET)) {
    return reply.error(errors.WRONGTYPE);
  }
  if (from === to) return reply.integer(setHas(db, from, member) ? 1 : 0);
  if (!setHas(db, from, member)) return reply.integer(0);
  const left = setRemove(db, from, member);
  const emptied = setLength(db, left) === 0;
  if (emptied) db.remove(left);
  session.changed(source, NotifyClass.SET, 'srem');
  if (emptied) session.changed(source, NotifyClass.GENERIC, 'del', 0);
  const before = to === 0 ? 0 : setLength(db, to);
  const grown = setAdd(db, to === 0 ? createSet(db, destination, member) : to, member);
  if (setLength(db, grown) > before) session.changed(destination, NotifyClass.SET, 'sadd');
  reply.integer(1);
}
