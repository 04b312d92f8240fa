import { INT64_MIN, parseInt64 } from '../../../bytes/integer.js';
import { addLongDoubles, formatLongDouble, isFinite, parseLongDouble } from '../../../bytes/long-double.js';
import { Bytes } from '../../../bytes/bytes.js';
import * as errors from '../../../protocol/errors.js';
import type { Request } from '../../../protocol/request.js';
import { Type } from '../../../storage/representation.js';
import {
  increment,
  IncrementError,
  incrementString,
  setPrintedSum,
  stringBytes,
} from '../../../storage/types/string.js';
import { integerArgument } from '../../arguments/arguments.js';
import { NotifyClass } from '../../pubsub/notifications.js';
import type { Session } from '../../clients/session.js';
import { type CommandSpec, Flag, key } from '../command.js';

export const incr = counter(
  'incr',
  'Adds one to the integer held by a key.',
  '1.0.0',
  'key',
  2,
  (session, request) => {
    add(session, request, 1, null);
  },
);

export const decr = counter(
  'decr',
  'Subtracts one from the integer held by a key.',
  '1.0.0',
  'key',
  2,
  (session, request) => {
    add(session, request, -1, null);
  },
);

export const incrby = counter(
  'incrby',
  'Adds a number to the integer held by a key.',
  '1.0.0',
  'key increment',
  3,
  incrbyCommand,
);

export const decrby = counter(
  'decrby',
  'Subtracts a number from the integer held by a key.',
  '1.0.0',
  'key decrement',
  3,
  decrbyCommand,
);

export const incrbyfloat = counter(
  'incrbyfloat',
  'Adds a floating point number to the number held by a key.',
  '2.6.0',
  'key increment',
  3,
  incrbyfloatCommand,
);

function counter(
  name: string,
  summary: string,
  since: string,
  syntax: string,
  arity: number,
  handler: (session: Session, request: Request) => void,
): CommandSpec {
  return {
    name,
    group: 'string',
    summary,
    since,
    complexity: 'O(1)',
    syntax,
    arity,
    flags: Flag.WRITE | Flag.DENYOOM | Flag.FAST,
    keys: [key('RW ACCESS UPDATE')],
    handler,
  };
}

function incrbyCommand(session: Session, request: Request): void {
  const delta = integerArgument(session, request, 2);
  if (delta === null) return;
  add(session, request, delta, Number.isSafeInteger(delta) ? null : parseInt64(request.arg(2)));
}

function decrbyCommand(session: Session, request: Request): void {
  const delta = integerArgument(session, request, 2);
  if (delta === null) return;
  if (Number.isSafeInteger(delta)) return add(session, request, -delta, null);
  const exact = parseInt64(request.arg(2))!;
  // Only the least integer has no opposite.
  if (exact === INT64_MIN) return session.reply.error('ERR decrement would overflow');
  add(session, request, -delta, -exact);
}

function add(session: Session, request: Request, delta: number, exactDelta: bigint | null): void {
  const { db, reply } = session;
  const name = request.arg(1);
  const ref = session.write(name);
  if (ref !== 0 && db.type(ref) !== Type.STRING) return reply.error(errors.WRONGTYPE);
  incrementString(db, ref, name, delta, exactDelta);
  if (increment.error !== IncrementError.NONE) {
    return reply.error(increment.error === IncrementError.OVERFLOW ? errors.OVERFLOW : errors.NOT_INTEGER);
  }
  session.changed(name, NotifyClass.STRING, 'incrby');
  if (increment.exact === null) reply.integer(increment.value);
  else reply.bigInteger(increment.exact);
}

const view = new Bytes(new Uint8Array(0));

function incrbyfloatCommand(session: Session, request: Request): void {
  const { db, reply } = session;
  const { propagation } = session.server;
  const name = request.arg(1);
  const ref = session.write(name);
  if (ref !== 0 && db.type(ref) !== Type.STRING) return reply.error(errors.WRONGTYPE);
  const value = parseLongDouble(ref === 0 ? '0' : stringBytes(db, ref, view).toString());
  const delta = value === null ? null : parseLongDouble(request.string(2));
  if (value === null || delta === null) return reply.error(errors.NOT_FLOAT);
  const sum = addLongDoubles(value, delta);
  if (!isFinite(sum)) return reply.error('ERR increment would produce NaN or Infinity');
  const text = formatLongDouble(sum);
  setPrintedSum(db, ref, name, text);
  session.changed(name, NotifyClass.STRING, 'incrbyfloat');
  // Written as its result: another machine may print another sum.
  if (propagation.active) propagation.replace(db.number, 'SET', name, text, 'KEEPTTL');
  reply.text(text);
}
