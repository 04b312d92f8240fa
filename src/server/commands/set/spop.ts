import { Bytes } from '../../../bytes/bytes.js';
import { parseInt64 } from '../../../bytes/integer.js';
import * as errors from '../../../protocol/errors.js';
import type { Request } from '../../../protocol/request.js';
import { Type } from '../../../storage/representation.js';
import { setForEach, setLength, setRandom, setRemove, setSample } from '../../../storage/types/set.js';
import { NotifyClass } from '../../pubsub/notifications.js';
import { randomCount, repeatsTooOften } from '../../arguments/random-count.js';
import type { Session } from '../../clients/session.js';
import { removalName } from '../../execution/propagation.js';
import { readTyped, writeTyped, WRONG_TYPE } from '../../arguments/typed-key.js';
import { type CommandSpec, Flag, key } from '../command.js';

export const spop: CommandSpec = {
  name: 'spop',
  group: 'set',
  summary: 'Removes random members of a set and returns them.',
  since: '1.0.0',
  complexity: 'O(1), with a count O(N), N being the count.',
  syntax: 'key [count]',
  arity: -2,
  flags: Flag.WRITE | Flag.FAST,
  keys: [key('RW ACCESS DELETE')],
  tips: ['nondeterministic_output'],
  history: [['3.2.0', 'Added the `count` argument.']],
  handler: spopCommand,
};

export const srandmember: CommandSpec = {
  name: 'srandmember',
  group: 'set',
  summary: 'Returns random members of a set.',
  since: '1.0.0',
  complexity: 'O(1), with a count O(N), N being the absolute value of the count.',
  syntax: 'key [count]',
  arity: -2,
  flags: Flag.READONLY | Flag.TIMED,
  keys: [key('RO ACCESS')],
  tips: ['nondeterministic_output'],
  history: [['2.6.0', 'Added the optional `count` argument.']],
  handler: srandmemberCommand,
};

/** Members in one SREM that stands for a SPOP. */
const PROPAGATED_MEMBERS_MAX = 1024;

const member = new Bytes(new Uint8Array(0));

function spopCommand(session: Session, request: Request): void {
  if (request.count > 3) return session.reply.error(errors.SYNTAX);
  if (request.count === 3) return popMany(session, request);
  const { db, reply } = session;
  const { propagation } = session.server;
  const name = request.arg(1);
  const ref = writeTyped(session, name, Type.SET);
  if (ref === WRONG_TYPE) return;
  if (ref === 0) return reply.null();
  setRandom(db, ref, member);
  reply.bulk(member);
  if (propagation.active) propagation.replace(db.number, 'SREM', name, member);
  const left = setRemove(db, ref, member);
  const emptied = setLength(db, left) === 0;
  if (emptied) db.remove(left);
  session.changed(name, NotifyClass.SET, 'spop');
  if (emptied) session.changed(name, NotifyClass.GENERIC, 'del', 0);
}

function popMany(session: Session, request: Request): void {
  const { db, reply } = session;
  const count = parseInt64(request.arg(2));
  if (count === null || count < 0n) return reply.error(errors.MUST_BE_POSITIVE);
  const name = request.arg(1);
  const ref = writeTyped(session, name, Type.SET);
  if (ref === WRONG_TYPE) return;
  if (ref === 0 || count === 0n) return reply.set(0);
  const length = setLength(db, ref);
  if (count >= length) return popAll(session, name, ref, length);
  popSome(session, name, ref, Number(count));
}

function popAll(session: Session, name: Bytes, ref: number, length: number): void {
  const { db, reply } = session;
  const { propagation } = session.server;
  // Redis reads it as SUNION does, and counts that.
  db.keyspace.hits++;
  reply.set(length);
  setForEach(db, ref, (each) => {
    reply.bulk(each);
  });
  const { lazyServerDel } = db.keyspace;
  db.remove(ref, lazyServerDel);
  if (propagation.active) propagation.replace(db.number, removalName(lazyServerDel), name);
  session.changed(name, NotifyClass.SET, 'spop', length);
  session.changed(name, NotifyClass.GENERIC, 'del', 0);
}

function popSome(session: Session, name: Bytes, ref: number, count: number): void {
  const { db, reply } = session;
  const { propagation } = session.server;
  const popped: Bytes[] = [];
  setSample(db, ref, count, (each) => {
    popped.push(each.copy());
  });
  reply.set(count);
  let left = ref;
  for (const each of popped) {
    reply.bulk(each);
    left = setRemove(db, left, each);
  }
  for (let i = 0; propagation.active && i < count; i += PROPAGATED_MEMBERS_MAX) {
    propagation.replace(db.number, 'SREM', name, ...popped.slice(i, i + PROPAGATED_MEMBERS_MAX));
  }
  session.changed(name, NotifyClass.SET, 'spop', count);
}

function srandmemberCommand(session: Session, request: Request): void {
  const { db, reply } = session;
  if (request.count > 3) return reply.error(errors.SYNTAX);
  const count = request.count === 3 ? randomCount(session, request, false) : 1;
  if (count === null) return;
  const ref = readTyped(session, request.arg(1), Type.SET);
  if (ref === WRONG_TYPE) return;
  if (request.count === 2) {
    if (ref === 0) return reply.null();
    setRandom(db, ref, member);
    return reply.bulk(member);
  }
  if (ref === 0 || count === 0) return reply.array(0);
  if (count < 0) replyRepeated(session, ref, -count);
  else replyDistinct(session, ref, count);
}

function replyRepeated(session: Session, ref: number, count: number): void {
  const { db, reply } = session;
  if (repeatsTooOften(session, count)) return reply.error(errors.OUT_OF_RANGE);
  reply.array(count);
  for (let i = 0; i < count && !reply.dropped; i++) {
    setRandom(db, ref, member);
    reply.bulk(member);
  }
}

function replyDistinct(session: Session, ref: number, count: number): void {
  const { db, reply } = session;
  const length = setLength(db, ref);
  const write = (each: Bytes): void => {
    reply.bulk(each);
  };
  reply.array(Math.min(count, length));
  if (count >= length) setForEach(db, ref, write);
  else setSample(db, ref, count, write);
}
