import type { Request } from '../../../protocol/request.js';
import { hashForEach, hashLength } from '../../../storage/types/hash.js';
import type { Session } from '../../clients/session.js';
import { WRONG_TYPE } from '../../arguments/typed-key.js';
import { type CommandSpec, Flag, key } from '../command.js';
import { readHash } from './hash-key.js';

export const hgetall: CommandSpec = {
  name: 'hgetall',
  group: 'hash',
  summary: 'Returns every field of a hash with its value.',
  since: '2.0.0',
  complexity: 'O(N), N being the number of fields.',
  syntax: 'key',
  arity: 2,
  flags: Flag.READONLY | Flag.TIMED,
  keys: [key('RO ACCESS')],
  tips: ['nondeterministic_output_order'],
  handler: hgetallCommand,
};

export const hkeys: CommandSpec = {
  name: 'hkeys',
  group: 'hash',
  summary: 'Returns every field of a hash.',
  since: '2.0.0',
  complexity: 'O(N), N being the number of fields.',
  syntax: 'key',
  arity: 2,
  flags: Flag.READONLY | Flag.TIMED,
  keys: [key('RO ACCESS')],
  tips: ['nondeterministic_output_order'],
  handler: hkeysCommand,
};

export const hvals: CommandSpec = {
  name: 'hvals',
  group: 'hash',
  summary: 'Returns the value of every field of a hash.',
  since: '2.0.0',
  complexity: 'O(N), N being the number of fields.',
  syntax: 'key',
  arity: 2,
  flags: Flag.READONLY | Flag.TIMED,
  keys: [key('RO ACCESS')],
  tips: ['nondeterministic_output_order'],
  handler: hvalsCommand,
};

function hgetallCommand(session: Session, request: Request): void {
  const { db, reply } = session;
  const ref = readHash(session, request.arg(1));
  if (ref === WRONG_TYPE) return;
  if (ref === 0) return reply.map(0);
  reply.map(hashLength(db, ref));
  hashForEach(db, ref, (field, value) => {
    reply.bulk(field);
    reply.bulk(value);
  });
}

function hkeysCommand(session: Session, request: Request): void {
  const { db, reply } = session;
  const ref = readHash(session, request.arg(1));
  if (ref === WRONG_TYPE) return;
  if (ref === 0) return reply.array(0);
  reply.array(hashLength(db, ref));
  hashForEach(db, ref, (field) => {
    reply.bulk(field);
  });
}

function hvalsCommand(session: Session, request: Request): void {
  const { db, reply } = session;
  const ref = readHash(session, request.arg(1));
  if (ref === WRONG_TYPE) return;
  if (ref === 0) return reply.array(0);
  reply.array(hashLength(db, ref));
  hashForEach(db, ref, (_field, value) => {
    reply.bulk(value);
  });
}
