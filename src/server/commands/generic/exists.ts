import type { Request } from '../../../protocol/request.js';
import { TYPE_NAMES } from '../../../storage/representation.js';
import type { Session } from '../../clients/session.js';
import { type CommandSpec, Flag, key, keys } from '../command.js';
import { readUntouched } from './untouched.js';

export const exists: CommandSpec = {
  name: 'exists',
  group: 'generic',
  summary: 'Counts how many of the keys are there; one that is named twice counts twice.',
  since: '1.0.0',
  complexity: 'O(N), N being the number of keys.',
  syntax: 'key [key ...]',
  arity: -2,
  flags: Flag.READONLY | Flag.FAST,
  keys: [keys('RO')],
  tips: ['request_policy:multi_shard', 'response_policy:agg_sum'],
  history: [['3.0.3', 'Takes several keys.']],
  handler: existsCommand,
};

export const touch: CommandSpec = {
  name: 'touch',
  group: 'generic',
  summary: 'Marks keys as used now; tells how many of them are there.',
  since: '3.2.1',
  complexity: 'O(N), N being the number of keys.',
  syntax: 'key [key ...]',
  arity: -2,
  flags: Flag.READONLY | Flag.FAST,
  keys: [keys('RO')],
  tips: ['request_policy:multi_shard', 'response_policy:agg_sum'],
  handler: touchCommand,
};

export const type: CommandSpec = {
  name: 'type',
  group: 'generic',
  summary: 'Tells the type of the value at a key.',
  since: '1.0.0',
  complexity: 'O(1)',
  syntax: 'key',
  arity: 2,
  flags: Flag.READONLY | Flag.FAST,
  keys: [key('RO')],
  handler: typeCommand,
};

function existsCommand(session: Session, request: Request): void {
  let count = 0;
  for (let i = 1; i < request.count; i++) if (readUntouched(session, request.arg(i)) !== 0) count++;
  session.reply.integer(count);
}

function touchCommand(session: Session, request: Request): void {
  let count = 0;
  for (let i = 1; i < request.count; i++) if (session.read(request.arg(i)) !== 0) count++;
  session.reply.integer(count);
}

function typeCommand(session: Session, request: Request): void {
  const ref = readUntouched(session, request.arg(1));
  session.reply.simple(ref === 0 ? 'none' : TYPE_NAMES[session.db.type(ref)]);
}
