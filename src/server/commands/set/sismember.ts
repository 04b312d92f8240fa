import type { Request } from '../../../protocol/request.js';
import { Type } from '../../../storage/representation.js';
import { setForEach, setHas, setLength } from '../../../storage/types/set.js';
import type { Session } from '../../clients/session.js';
import { readTyped, WRONG_TYPE } from '../../arguments/typed-key.js';
import { type CommandSpec, Flag, key } from '../command.js';

export const sismember: CommandSpec = {
  name: 'sismember',
  group: 'set',
  summary: 'Tells whether a set has a member.',
  since: '1.0.0',
  complexity: 'O(1)',
  syntax: 'key member',
  arity: 3,
  flags: Flag.READONLY | Flag.FAST,
  keys: [key('RO')],
  member: 2,
  handler: sismemberCommand,
};

export const smismember: CommandSpec = {
  name: 'smismember',
  group: 'set',
  summary: 'Tells of several members whether a set has them.',
  since: '6.2.0',
  complexity: 'O(N), N being the number of members asked for.',
  syntax: 'key member [member ...]',
  arity: -3,
  flags: Flag.READONLY | Flag.FAST,
  keys: [key('RO ACCESS')],
  member: 2,
  handler: smismemberCommand,
};

export const scard: CommandSpec = {
  name: 'scard',
  group: 'set',
  summary: 'Counts the members of a set.',
  since: '1.0.0',
  complexity: 'O(1)',
  syntax: 'key',
  arity: 2,
  flags: Flag.READONLY | Flag.FAST,
  keys: [key('RO')],
  handler: scardCommand,
};

export const smembers: CommandSpec = {
  name: 'smembers',
  group: 'set',
  summary: 'Returns every member of a set.',
  since: '1.0.0',
  complexity: 'O(N), N being the number of members.',
  syntax: 'key',
  arity: 2,
  flags: Flag.READONLY | Flag.TIMED,
  keys: [key('RO ACCESS')],
  tips: ['nondeterministic_output_order'],
  handler: smembersCommand,
};

function sismemberCommand(session: Session, request: Request): void {
  const ref = readTyped(session, request.arg(1), Type.SET);
  if (ref === WRONG_TYPE) return;
  session.reply.integer(ref !== 0 && setHas(session.db, ref, request.arg(2)) ? 1 : 0);
}

function smismemberCommand(session: Session, request: Request): void {
  const { db, reply } = session;
  const ref = readTyped(session, request.arg(1), Type.SET);
  if (ref === WRONG_TYPE) return;
  reply.array(request.count - 2);
  for (let i = 2; i < request.count; i++) reply.integer(ref !== 0 && setHas(db, ref, request.arg(i)) ? 1 : 0);
}

function scardCommand(session: Session, request: Request): void {
  const ref = readTyped(session, request.arg(1), Type.SET);
  if (ref !== WRONG_TYPE) session.reply.integer(ref === 0 ? 0 : setLength(session.db, ref));
}

function smembersCommand(session: Session, request: Request): void {
  const { db, reply } = session;
  const ref = readTyped(session, request.arg(1), Type.SET);
  if (ref === WRONG_TYPE) return;
  if (ref === 0) return reply.set(0);
  reply.set(setLength(db, ref));
  setForEach(db, ref, (member) => {
    reply.bulk(member);
  });
}
