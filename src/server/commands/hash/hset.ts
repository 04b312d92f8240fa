import * as errors from '../../../protocol/errors.js';
import type { Request } from '../../../protocol/request.js';
import { createHash, hashHas, hashLength, hashReplace, hashSet } from '../../../storage/types/hash.js';
import { NotifyClass } from '../../pubsub/notifications.js';
import type { Session } from '../../clients/session.js';
import { WRONG_TYPE } from '../../arguments/typed-key.js';
import { type CommandSpec, Flag, key } from '../command.js';
import { writeHash } from './hash-key.js';

export const hset: CommandSpec = {
  name: 'hset',
  group: 'hash',
  summary: 'Sets fields of a hash.',
  since: '2.0.0',
  complexity: 'O(1) for each field.',
  syntax: 'key field value [field value ...]',
  arity: -4,
  flags: Flag.WRITE | Flag.DENYOOM | Flag.FAST,
  keys: [key('RW UPDATE')],
  member: 2,
  history: [['4.0.0', 'Accepts multiple `field` and `value` arguments.']],
  handler: hsetCommand,
};

export const hmset: CommandSpec = {
  name: 'hmset',
  group: 'hash',
  summary: 'Sets fields of a hash, and replies OK.',
  since: '2.0.0',
  complexity: 'O(N), N being the number of fields.',
  syntax: 'key field value [field value ...]',
  arity: -4,
  flags: Flag.WRITE | Flag.DENYOOM | Flag.FAST,
  keys: [key('RW UPDATE')],
  member: 2,
  deprecated: { since: '4.0.0', replacedBy: '`HSET` with multiple field-value pairs' },
  handler: hmsetCommand,
};

export const hsetnx: CommandSpec = {
  name: 'hsetnx',
  group: 'hash',
  summary: 'Sets a field of a hash if it is not there yet.',
  since: '2.0.0',
  complexity: 'O(1)',
  syntax: 'key field value',
  arity: 4,
  flags: Flag.WRITE | Flag.DENYOOM | Flag.FAST,
  keys: [key('RW INSERT')],
  member: 2,
  handler: hsetnxCommand,
};

function hsetCommand(session: Session, request: Request): void {
  const added = setFields(session, request, 'hset');
  if (added >= 0) session.reply.integer(added);
}

function hmsetCommand(session: Session, request: Request): void {
  if (setFields(session, request, 'hmset') >= 0) session.reply.ok();
}

/** Sets the fields of the request; how many are new, or -1 after an error reply. */
function setFields(session: Session, request: Request, command: string): number {
  if (request.count % 2 !== 0) {
    session.reply.error(errors.wrongArity(command));
    return -1;
  }
  const { db } = session;
  const name = request.arg(1);
  let ref = writeHash(session, name);
  if (ref === WRONG_TYPE) return -1;
  let added = 0;
  if (ref === 0) ref = createHash(db, name);
  for (let i = 2; i < request.count; i += 2) {
    const field = request.arg(i);
    const value = request.arg(i + 1);
    if (hashReplace(db, ref, field, value)) continue;
    const before = hashLength(db, ref);
    ref = hashSet(db, ref, field, value);
    added += hashLength(db, ref) - before;
  }
  session.changed(name, NotifyClass.HASH, 'hset', (request.count - 2) / 2);
  return added;
}

function hsetnxCommand(session: Session, request: Request): void {
  const { db, reply } = session;
  const name = request.arg(1);
  const field = request.arg(2);
  const ref = writeHash(session, name);
  if (ref === WRONG_TYPE) return;
  if (ref !== 0 && hashHas(db, ref, field)) return reply.integer(0);
  hashSet(db, ref === 0 ? createHash(db, name) : ref, field, request.arg(3));
  session.changed(name, NotifyClass.HASH, 'hset');
  reply.integer(1);
}
