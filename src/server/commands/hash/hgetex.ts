import { Bytes } from '../../../bytes/bytes.js';
import type { Request } from '../../../protocol/request.js';
import { clearFieldTime } from '../../../storage/types/field-times.js';
import { hashDelete, hashGet, hashLength } from '../../../storage/types/hash.js';
import { EX, EXAT, PX, PXAT } from '../../arguments/expire-time.js';
import { NotifyClass } from '../../pubsub/notifications.js';
import type { Session } from '../../clients/session.js';
import { WRONG_TYPE } from '../../arguments/typed-key.js';
import { type CommandSpec, Flag, key } from '../command.js';
import { fieldExpireArgument, fieldsArgument } from './field-arguments.js';
import { writeHash } from './hash-key.js';
import { FieldExpiry } from './hexpire.js';

export const hgetdel: CommandSpec = {
  name: 'hgetdel',
  group: 'hash',
  summary: 'Returns the values of fields and removes the fields.',
  since: '8.0.0',
  complexity: 'O(N), N being the number of fields.',
  syntax: 'key FIELDS numfields field [field ...]',
  arity: -5,
  flags: Flag.WRITE | Flag.FAST,
  keys: [key('RW ACCESS DELETE')],
  handler: hgetdelCommand,
};

export const hgetex: CommandSpec = {
  name: 'hgetex',
  group: 'hash',
  summary: 'Returns the values of fields and sets or clears their expire times.',
  since: '8.0.0',
  complexity: 'O(N), N being the number of fields.',
  syntax:
    'key [EX seconds | PX milliseconds | EXAT unix-time-seconds | PXAT unix-time-milliseconds | PERSIST] FIELDS numfields field [field ...]',
  arity: -5,
  flags: Flag.WRITE | Flag.FAST,
  keys: [key('RW ACCESS UPDATE')],
  handler: hgetexCommand,
};

/** Options that give an expire time, by their words. */
export const EXPIRE_OPTIONS = [
  ['ex', EX],
  ['px', PX],
  ['exat', EXAT],
  ['pxat', PXAT],
] as const;

const value = new Bytes(new Uint8Array(0));

function hgetdelCommand(session: Session, request: Request): void {
  const { db, reply } = session;
  const { propagation } = session.server;
  const name = request.arg(1);
  let ref = writeHash(session, name);
  if (ref === WRONG_TYPE) return;
  const first = fieldsArgument(session, request, 2);
  if (first === null) return;
  reply.array(request.count - first);
  const deleted: Bytes[] = [];
  for (let i = first; i < request.count; i++) {
    const field = request.arg(i);
    if (ref === 0 || !hashGet(db, ref, field, value)) {
      reply.null();
      continue;
    }
    reply.bulk(value);
    ref = hashDelete(db, ref, field);
    deleted.push(field);
  }
  if (deleted.length === 0) return;
  const emptied = hashLength(db, ref) === 0;
  if (emptied) db.remove(ref);
  if (propagation.active) propagation.replace(db.number, 'HDEL', name, ...deleted);
  session.changed(name, NotifyClass.HASH, 'hdel', deleted.length);
  if (emptied) session.changed(name, NotifyClass.GENERIC, 'del', 0);
}

function hgetexCommand(session: Session, request: Request): void {
  const { reply } = session;
  const name = request.arg(1);
  const ref = writeHash(session, name);
  if (ref === WRONG_TYPE) return;
  const option = EXPIRE_OPTIONS.find(([word]) => request.is(2, word));
  const persist = request.is(2, 'persist');
  const expireAtMs = option === undefined ? -1 : fieldExpireArgument(session, request, 3, option[1]);
  if (expireAtMs === null) return;
  const first = fieldsArgument(session, request, option !== undefined ? 4 : persist ? 3 : 2);
  if (first === null) return;
  reply.array(request.count - first);
  const expiry = new FieldExpiry(session, name, ref, expireAtMs);
  const persisted: Bytes[] = [];
  for (let i = first; i < request.count; i++) {
    const field = request.arg(i);
    if (ref === 0 || !hashGet(session.db, expiry.ref, field, value)) {
      reply.null();
      continue;
    }
    reply.bulk(value);
    if (option !== undefined) expiry.apply(field, null);
    if (persist && clearFieldTime(session.db, ref, field)) persisted.push(field);
  }
  expiry.finish();
  if (persisted.length > 0) finishPersist(session, name, persisted);
}

function finishPersist(session: Session, name: Bytes, fields: readonly Bytes[]): void {
  const { propagation } = session.server;
  if (propagation.active) {
    propagation.replace(session.db.number, 'HPERSIST', name, 'FIELDS', fields.length, ...fields);
  }
  session.changed(name, NotifyClass.HASH, 'hpersist', fields.length);
}
