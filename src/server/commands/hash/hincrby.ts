import { Bytes } from '../../../bytes/bytes.js';
import { INT64_MAX, INT64_MIN, parseInt64 } from '../../../bytes/integer.js';
import { addLongDoubles, formatLongDouble, isFinite, parseLongDouble } from '../../../bytes/long-double.js';
import * as errors from '../../../protocol/errors.js';
import type { Request } from '../../../protocol/request.js';
import { createHash, hashGet, hashUpdate } from '../../../storage/types/hash.js';
import { int64Argument } from '../../arguments/arguments.js';
import { NotifyClass } from '../../pubsub/notifications.js';
import type { Session } from '../../clients/session.js';
import { WRONG_TYPE } from '../../arguments/typed-key.js';
import { type CommandSpec, Flag, key } from '../command.js';
import { writeHash } from './hash-key.js';

export const hincrby: CommandSpec = {
  name: 'hincrby',
  group: 'hash',
  summary: 'Adds a number to the integer in a field of a hash; a field that is not there counts as 0.',
  since: '2.0.0',
  complexity: 'O(1)',
  syntax: 'key field increment',
  arity: 4,
  flags: Flag.WRITE | Flag.DENYOOM | Flag.FAST,
  keys: [key('RW ACCESS UPDATE')],
  member: 2,
  handler: hincrbyCommand,
};

export const hincrbyfloat: CommandSpec = {
  name: 'hincrbyfloat',
  group: 'hash',
  summary: 'Adds a floating point number to the number in a field of a hash; a missing field counts as 0.',
  since: '2.6.0',
  complexity: 'O(1)',
  syntax: 'key field increment',
  arity: 4,
  flags: Flag.WRITE | Flag.DENYOOM | Flag.FAST,
  keys: [key('RW ACCESS UPDATE')],
  member: 2,
  handler: hincrbyfloatCommand,
};

const value = new Bytes(new Uint8Array(0));

function hincrbyCommand(session: Session, request: Request): void {
  const { db, reply } = session;
  const increment = int64Argument(session, request, 3);
  if (increment === null) return;
  const name = request.arg(1);
  const field = request.arg(2);
  const ref = writeHash(session, name);
  if (ref === WRONG_TYPE) return;
  const current = ref !== 0 && hashGet(db, ref, field, value) ? parseInt64(value) : 0n;
  if (current === null) return reply.error(errors.HASH_NOT_INTEGER);
  const sum = current + increment;
  if (sum > INT64_MAX || sum < INT64_MIN) return reply.error(errors.OVERFLOW);
  hashUpdate(db, ref === 0 ? createHash(db, name) : ref, field, Bytes.from(sum.toString()));
  session.changed(name, NotifyClass.HASH, 'hincrby');
  reply.bigInteger(sum);
}

function hincrbyfloatCommand(session: Session, request: Request): void {
  const { db, reply } = session;
  const { propagation } = session.server;
  const increment = parseLongDouble(request.string(3));
  if (increment === null) return reply.error(errors.NOT_FLOAT);
  if (!isFinite(increment)) return reply.error('ERR value is NaN or Infinity');
  const name = request.arg(1);
  const field = request.arg(2);
  const ref = writeHash(session, name);
  if (ref === WRONG_TYPE) return;
  const present = ref !== 0 && hashGet(db, ref, field, value);
  const current = parseLongDouble(present ? value.toString() : '0');
  if (current === null) return reply.error(errors.HASH_NOT_FLOAT);
  const sum = addLongDoubles(current, increment);
  if (!isFinite(sum)) return reply.error('ERR increment would produce NaN or Infinity');
  const text = formatLongDouble(sum);
  hashUpdate(db, ref === 0 ? createHash(db, name) : ref, field, Bytes.from(text));
  session.changed(name, NotifyClass.HASH, 'hincrbyfloat');
  // Written as its result, so that no other machine has to round as this one did.
  if (propagation.active) propagation.replace(db.number, 'HSET', name, field, text);
  reply.text(text);
}
