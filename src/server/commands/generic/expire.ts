import type { Request } from '../../../protocol/request.js';
import {
  EX,
  EXAT,
  type ExpireUnit,
  expireTimeArgument,
  hasPassed,
  PX,
  PXAT,
} from '../../arguments/expire-time.js';
import { NotifyClass } from '../../pubsub/notifications.js';
import type { Session } from '../../clients/session.js';
import { removalName } from '../../execution/propagation.js';
import { type CommandSpec, Flag, key } from '../command.js';

export const expire = expiry('expire', 'Lets a key expire after some seconds.', '1.0.0', 'seconds', EX);
export const pexpire = expiry(
  'pexpire',
  'Lets a key expire after some milliseconds.',
  '2.6.0',
  'milliseconds',
  PX,
);
export const expireat = expiry(
  'expireat',
  'Lets a key expire at a unix time in seconds.',
  '1.2.0',
  'unix-time-seconds',
  EXAT,
);
export const pexpireat = expiry(
  'pexpireat',
  'Lets a key expire at a unix time in milliseconds.',
  '2.6.0',
  'unix-time-milliseconds',
  PXAT,
);

function expiry(name: string, summary: string, since: string, time: string, unit: ExpireUnit): CommandSpec {
  return {
    name,
    group: 'generic',
    summary,
    since,
    complexity: 'O(1)',
    syntax: `key ${time} [NX | XX | GT | LT]`,
    arity: -3,
    flags: Flag.WRITE | Flag.FAST,
    keys: [key('RW UPDATE')],
    history: [['7.0.0', 'Takes NX, XX, GT and LT.']],
    handler: (session, request) => {
      expireCommand(session, request, unit);
    },
  };
}

export const persist: CommandSpec = {
  name: 'persist',
  group: 'generic',
  summary: 'Lets a key live for ever again.',
  since: '2.2.0',
  complexity: 'O(1)',
  syntax: 'key',
  arity: 2,
  flags: Flag.WRITE | Flag.FAST,
  keys: [key('RW UPDATE')],
  handler: persistCommand,
};

/** When an expiry may be set, as bits. */
const Condition = { NX: 1, XX: 2, GT: 4, LT: 8 } as const;

function conditions(session: Session, request: Request): number | null {
  let bits = 0;
  for (let at = 3; at < request.count; at++) {
    const bit = CONDITION_BITS.get(request.word(at));
    if (bit === undefined) {
      session.reply.error(`ERR Unsupported option ${request.string(at)}`);
      return null;
    }
    bits |= bit;
  }
  if ((bits & Condition.NX) !== 0 && bits !== Condition.NX) {
    session.reply.error('ERR NX and XX, GT or LT options at the same time are not compatible');
    return null;
  }
  if ((bits & Condition.GT) !== 0 && (bits & Condition.LT) !== 0) {
    session.reply.error('ERR GT and LT options at the same time are not compatible');
    return null;
  }
  return bits;
}

const CONDITION_BITS: ReadonlyMap<string, number> = new Map([
  ['nx', Condition.NX],
  ['xx', Condition.XX],
  ['gt', Condition.GT],
  ['lt', Condition.LT],
]);

/** `current` is -1 for a key without an expiry, which counts as later than any time. */
function allows(bits: number, current: number, expireAtMs: number): boolean {
  if ((bits & Condition.NX) !== 0 && current >= 0) return false;
  if ((bits & Condition.XX) !== 0 && current < 0) return false;
  if ((bits & Condition.GT) !== 0 && (current < 0 || expireAtMs <= current)) return false;
  return (bits & Condition.LT) === 0 || current < 0 || expireAtMs < current;
}

function expireCommand(session: Session, request: Request, unit: ExpireUnit): void {
  const { db, reply } = session;
  const bits = request.count === 3 ? 0 : conditions(session, request);
  if (bits === null) return;
  const expireAtMs = expireTimeArgument(session, request, 2, unit);
  if (expireAtMs === null) return;
  const name = request.arg(1);
  const ref = session.write(name);
  if (ref === 0 || (bits !== 0 && !allows(bits, db.expireAtMs(ref), expireAtMs))) return reply.integer(0);
  if (hasPassed(session, expireAtMs)) {
    db.remove(ref, db.keyspace.lazyExpire);
    session.changed(name, NotifyClass.GENERIC, 'del');
  } else {
    db.setExpire(ref, expireAtMs);
    session.changed(name, NotifyClass.GENERIC, 'expire');
  }
  propagateExpire(session, request, unit, expireAtMs);
  reply.integer(1);
}

/** A time from now on would start again when it is replayed; a time that has passed is written as a removal. */
function propagateExpire(session: Session, request: Request, unit: ExpireUnit, expireAtMs: number): void {
  const { propagation } = session.server;
  if (!propagation.active) return;
  const name = request.arg(1);
  if (hasPassed(session, expireAtMs))
    propagation.replace(session.db.number, removalName(session.db.keyspace.lazyExpire), name);
  else if (unit !== PXAT) {
    propagation.replace(session.db.number, 'PEXPIREAT', name, expireAtMs, ...request.strings(3));
  }
}

function persistCommand(session: Session, request: Request): void {
  const { db, reply } = session;
  const name = request.arg(1);
  const ref = session.write(name);
  if (ref === 0 || db.expireAtMs(ref) < 0) return reply.integer(0);
  db.clearExpire(ref);
  session.changed(name, NotifyClass.GENERIC, 'persist');
  reply.integer(1);
}
