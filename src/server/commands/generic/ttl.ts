import { INT64_MAX } from '../../../bytes/integer.js';
import type { Request } from '../../../protocol/request.js';
import type { Session } from '../../clients/session.js';
import { type CommandSpec, Flag, key } from '../command.js';
import { readUntouched } from './untouched.js';

export const ttl = remaining('ttl', 'Tells in how many seconds a key expires.', '1.0.0', true, 1000);
export const pttl = remaining('pttl', 'Tells in how many milliseconds a key expires.', '2.6.0', true, 1);
export const expiretime = remaining(
  'expiretime',
  'Tells the unix time in seconds at which a key expires.',
  '7.0.0',
  false,
  1000,
);
export const pexpiretime = remaining(
  'pexpiretime',
  'Tells the unix time in milliseconds at which a key expires.',
  '7.0.0',
  false,
  1,
);

function remaining(
  name: string,
  summary: string,
  since: string,
  fromNow: boolean,
  unitMs: number,
): CommandSpec {
  return {
    name,
    group: 'generic',
    summary,
    since,
    complexity: 'O(1)',
    syntax: 'key',
    arity: 2,
    flags: Flag.READONLY | Flag.FAST,
    keys: [key('RO ACCESS')],
    tips: fromNow ? ['nondeterministic_output'] : [],
    history: fromNow ? [['2.8.0', 'Answers -2 for a key that is not there.']] : [],
    handler: (session, request) => {
      replyTime(session, request, fromNow, unitMs);
    },
  };
}

/** -2 for a key that is not there, -1 for one without an expiry. */
function replyTime(session: Session, request: Request, fromNow: boolean, unitMs: number): void {
  const { db, reply } = session;
  const ref = readUntouched(session, request.arg(1));
  if (ref === 0) return reply.integer(-2);
  const expireAtMs = db.expireAtMs(ref);
  if (expireAtMs < 0) return reply.integer(-1);
  const ms = fromNow ? Math.max(0, expireAtMs - session.now) : expireAtMs;
  const units = unitMs === 1 ? ms : Math.floor((ms + unitMs / 2) / unitMs);
  if (Number.isSafeInteger(units)) return reply.integer(units);
  const exact = BigInt(units);
  reply.bigInteger(exact > INT64_MAX ? INT64_MAX : exact);
}
