import { Bytes } from '../../../bytes/bytes.js';
import * as errors from '../../../protocol/errors.js';
import type { Request } from '../../../protocol/request.js';
import { Type } from '../../../storage/representation.js';
import { setStringRange, stringBytes, stringLength } from '../../../storage/types/string.js';
import { integerArgument } from '../../arguments/arguments.js';
import { NotifyClass } from '../../pubsub/notifications.js';
import type { Session } from '../../clients/session.js';
import { type CommandSpec, Flag, key } from '../command.js';

export const append: CommandSpec = {
  name: 'append',
  group: 'string',
  summary: 'Appends to the string held by a key; creates it if it is not there.',
  since: '2.0.0',
  complexity: 'O(1), amortized',
  syntax: 'key value',
  arity: 3,
  flags: Flag.WRITE | Flag.DENYOOM | Flag.FAST,
  keys: [key('RW INSERT')],
  handler: appendCommand,
};

export const strlen: CommandSpec = {
  name: 'strlen',
  group: 'string',
  summary: 'Returns the length of the string held by a key, in bytes.',
  since: '2.2.0',
  complexity: 'O(1)',
  syntax: 'key',
  arity: 2,
  flags: Flag.READONLY | Flag.FAST,
  keys: [key('RO')],
  handler: strlenCommand,
};

export const setrange: CommandSpec = {
  name: 'setrange',
  group: 'string',
  summary: 'Overwrites part of a string from an offset on; creates or stretches it with zero bytes.',
  since: '2.2.0',
  complexity: 'O(M), M being the length of the value, and of the string where it must be copied.',
  syntax: 'key offset value',
  arity: 4,
  flags: Flag.WRITE | Flag.DENYOOM,
  keys: [key('RW UPDATE')],
  handler: setrangeCommand,
};

export const getrange: CommandSpec = {
  name: 'getrange',
  group: 'string',
  summary: 'Returns part of a string, from one offset to another.',
  since: '2.4.0',
  complexity: 'O(N), N being the length of the part.',
  syntax: 'key start end',
  arity: 4,
  flags: Flag.READONLY,
  keys: [key('RO ACCESS')],
  handler: getrangeCommand,
};

export const substr: CommandSpec = {
  ...getrange,
  name: 'substr',
  since: '1.0.0',
  deprecated: { since: '2.0.0', replacedBy: '`GETRANGE`' },
};

const view = new Bytes(new Uint8Array(0));

/** False, after the error reply, when a string of this length would exceed the limit. */
export function acceptsLength(session: Session, length: number): boolean {
  if (length <= session.server.config['proto-max-bulk-len']) return true;
  session.reply.error(errors.STRING_TOO_LONG);
  return false;
}

function appendCommand(session: Session, request: Request): void {
  const { db, reply } = session;
  const name = request.arg(1);
  const value = request.arg(2);
  const ref = session.write(name);
  let length = value.length;
  if (ref === 0) db.setString(0, name, value, false);
  else {
    if (db.type(ref) !== Type.STRING) return reply.error(errors.WRONGTYPE);
    const before = stringLength(db, ref);
    length += before;
    if (!acceptsLength(session, length)) return;
    setStringRange(db, ref, name, before, value);
  }
  session.changed(name, NotifyClass.STRING, 'append');
  reply.integer(length);
}

function strlenCommand(session: Session, request: Request): void {
  const { db, reply } = session;
  const ref = session.read(request.arg(1));
  if (ref === 0) return reply.integer(0);
  if (db.type(ref) !== Type.STRING) return reply.error(errors.WRONGTYPE);
  reply.integer(stringLength(db, ref));
}

function setrangeCommand(session: Session, request: Request): void {
  const { db, reply } = session;
  const offset = integerArgument(session, request, 2);
  if (offset === null) return;
  if (offset < 0) return reply.error('ERR offset is out of range');
  const name = request.arg(1);
  const value = request.arg(3);
  const ref = session.write(name);
  if (ref !== 0 && db.type(ref) !== Type.STRING) return reply.error(errors.WRONGTYPE);
  const before = ref === 0 ? 0 : stringLength(db, ref);
  if (value.length === 0) return reply.integer(before);
  if (!acceptsLength(session, offset + value.length)) return;
  setStringRange(db, ref, name, offset, value);
  session.changed(name, NotifyClass.STRING, 'setrange');
  reply.integer(Math.max(before, offset + value.length));
}

function getrangeCommand(session: Session, request: Request): void {
  const { db, reply } = session;
  const start = integerArgument(session, request, 2);
  if (start === null) return;
  const end = integerArgument(session, request, 3);
  if (end === null) return;
  const ref = session.read(request.arg(1));
  if (ref === 0) return reply.text('');
  if (db.type(ref) !== Type.STRING) return reply.error(errors.WRONGTYPE);
  const { buffer, offset, length } = stringBytes(db, ref, view);
  if (start < 0 && end < 0 && start > end) return reply.text('');
  const first = start < 0 ? Math.max(0, length + start) : start;
  const last = Math.min(length - 1, end < 0 ? Math.max(0, length + end) : end);
  if (first > last) return reply.text('');
  reply.bulkRange(buffer, offset + first, last - first + 1);
}
