import { Bytes } from '../../../bytes/bytes.js';
import type { Request } from '../../../protocol/request.js';
import { hashGet, hashHas, hashLength } from '../../../storage/types/hash.js';
import type { Session } from '../../clients/session.js';
import { WRONG_TYPE } from '../../arguments/typed-key.js';
import { type CommandSpec, Flag, key } from '../command.js';
import { readHash } from './hash-key.js';

export const hget: CommandSpec = {
  name: 'hget',
  group: 'hash',
  summary: 'Returns the value of a field of a hash.',
  since: '2.0.0',
  complexity: 'O(1)',
  syntax: 'key field',
  arity: 3,
  flags: Flag.READONLY | Flag.FAST,
  keys: [key('RO ACCESS')],
  member: 2,
  handler: hgetCommand,
};

export const hmget: CommandSpec = {
  name: 'hmget',
  group: 'hash',
  summary: 'Returns the values of several fields of a hash.',
  since: '2.0.0',
  complexity: 'O(N), N being the number of fields.',
  syntax: 'key field [field ...]',
  arity: -3,
  flags: Flag.READONLY | Flag.FAST,
  keys: [key('RO ACCESS')],
  member: 2,
  handler: hmgetCommand,
};

export const hexists: CommandSpec = {
  name: 'hexists',
  group: 'hash',
  summary: 'Tells whether a hash has a field.',
  since: '2.0.0',
  complexity: 'O(1)',
  syntax: 'key field',
  arity: 3,
  flags: Flag.READONLY | Flag.FAST,
  keys: [key('RO')],
  member: 2,
  handler: hexistsCommand,
};

export const hstrlen: CommandSpec = {
  name: 'hstrlen',
  group: 'hash',
  summary: 'Tells how many bytes the value of a field has.',
  since: '3.2.0',
  complexity: 'O(1)',
  syntax: 'key field',
  arity: 3,
  flags: Flag.READONLY | Flag.FAST,
  keys: [key('RO')],
  member: 2,
  handler: hstrlenCommand,
};

export const hlen: CommandSpec = {
  name: 'hlen',
  group: 'hash',
  summary: 'Counts the fields of a hash.',
  since: '2.0.0',
  complexity: 'O(1)',
  syntax: 'key',
  arity: 2,
  flags: Flag.READONLY | Flag.FAST,
  keys: [key('RO')],
  handler: hlenCommand,
};

const value = new Bytes(new Uint8Array(0));

function hgetCommand(session: Session, request: Request): void {
  const { db, reply } = session;
  const ref = readHash(session, request.arg(1));
  if (ref === WRONG_TYPE) return;
  if (ref === 0 || !hashGet(db, ref, request.arg(2), value)) return reply.null();
  reply.bulk(value);
}

function hmgetCommand(session: Session, request: Request): void {
  const { db, reply } = session;
  const ref = readHash(session, request.arg(1));
  if (ref === WRONG_TYPE) return;
  reply.array(request.count - 2);
  for (let i = 2; i < request.count; i++) {
    if (ref !== 0 && hashGet(db, ref, request.arg(i), value)) reply.bulk(value);
    else reply.null();
  }
}

function hexistsCommand(session: Session, request: Request): void {
  const ref = readHash(session, request.arg(1));
  if (ref === WRONG_TYPE) return;
  session.reply.integer(ref !== 0 && hashHas(session.db, ref, request.arg(2)) ? 1 : 0);
}

function hstrlenCommand(session: Session, request: Request): void {
  const ref = readHash(session, request.arg(1));
  if (ref === WRONG_TYPE) return;
  const found = ref !== 0 && hashGet(session.db, ref, request.arg(2), value);
  session.reply.integer(found ? value.length : 0);
}

function hlenCommand(session: Session, request: Request): void {
  const ref = readHash(session, request.arg(1));
  if (ref !== WRONG_TYPE) session.reply.integer(ref === 0 ? 0 : hashLength(session.db, ref));
}
