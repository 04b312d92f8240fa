import type { Bytes } from '../../../bytes/bytes.js';
import * as errors from '../../../protocol/errors.js';
import type { Request } from '../../../protocol/request.js';
import { Type } from '../../../storage/representation.js';
import { EX, type ExpireUnit, positiveExpireTimeArgument, PX, PXAT } from '../../arguments/expire-time.js';
import { NotifyClass } from '../../pubsub/notifications.js';
import type { Session } from '../../clients/session.js';
import { type CommandSpec, Flag, key } from '../command.js';
import { isInequality, meetsCondition } from './compare-condition.js';
import { replyString } from './get.js';
import { type SetOptions, setOptions } from './set-options.js';

export const set: CommandSpec = {
  name: 'set',
  group: 'string',
  summary: 'Sets a key to a string, whatever it held before.',
  since: '1.0.0',
  complexity: 'O(1)',
  syntax:
    'key value [NX | XX | IFEQ ifeq-value | IFNE ifne-value | IFDEQ ifdeq-digest | IFDNE ifdne-digest] [GET] [EX seconds | PX milliseconds | EXAT unix-time-seconds | PXAT unix-time-milliseconds | KEEPTTL]',
  arity: -3,
  flags: Flag.WRITE | Flag.DENYOOM,
  keys: [key('RW ACCESS UPDATE VARIABLE_FLAGS', 1, 'GET reads what was there.')],
  history: [
    ['2.6.12', 'Takes EX, PX, NX and XX.'],
    ['6.0.0', 'Takes KEEPTTL.'],
    ['6.2.0', 'Takes GET, EXAT and PXAT.'],
    ['7.0.0', 'NX and GET may stand together.'],
    ['8.4.0', 'Takes IFEQ, IFNE, IFDEQ and IFDNE.'],
  ],
  handler: setCommand,
};

export const setnx: CommandSpec = {
  name: 'setnx',
  group: 'string',
  summary: 'Sets a key to a string if the key is not there.',
  since: '1.0.0',
  complexity: 'O(1)',
  syntax: 'key value',
  arity: 3,
  flags: Flag.WRITE | Flag.DENYOOM | Flag.FAST,
  keys: [key('OW INSERT')],
  handler: setnxCommand,
};

export const setex: CommandSpec = {
  name: 'setex',
  group: 'string',
  summary: 'Sets a key to a string that expires after some seconds.',
  since: '2.0.0',
  complexity: 'O(1)',
  syntax: 'key seconds value',
  arity: 4,
  flags: Flag.WRITE | Flag.DENYOOM,
  keys: [key('OW UPDATE')],
  handler: (session, request) => {
    setExpiring(session, request, EX);
  },
};

export const psetex: CommandSpec = {
  name: 'psetex',
  group: 'string',
  summary: 'Sets a key to a string that expires after some milliseconds.',
  since: '2.6.0',
  complexity: 'O(1)',
  syntax: 'key milliseconds value',
  arity: 4,
  flags: Flag.WRITE | Flag.DENYOOM,
  keys: [key('OW UPDATE')],
  handler: (session, request) => {
    setExpiring(session, request, PX);
  },
};

export const getset: CommandSpec = {
  name: 'getset',
  group: 'string',
  summary: 'Sets a key to a string and returns the one it held.',
  since: '1.0.0',
  complexity: 'O(1)',
  syntax: 'key value',
  arity: 3,
  flags: Flag.WRITE | Flag.DENYOOM | Flag.FAST,
  keys: [key('RW ACCESS UPDATE')],
  deprecated: { since: '6.2.0', replacedBy: '`SET` with the `!GET` argument' },
  handler: getsetCommand,
};

function setCommand(session: Session, request: Request): void {
  if (request.count !== 3) return setWithOptions(session, request);
  const name = request.arg(1);
  session.db.setString(session.write(name), name, request.arg(2), false);
  session.changed(name, NotifyClass.STRING, 'set');
  session.reply.ok();
}

function setWithOptions(session: Session, request: Request): void {
  const { reply } = session;
  const options = setOptions(session, request, 3, 'set');
  if (options === null) return;
  let expireAtMs = -1;
  if (options.unit !== null) {
    const time = positiveExpireTimeArgument(session, request, options.timeAt, options.unit);
    if (time === null) return;
    expireAtMs = time;
  }
  const name = request.arg(1);
  const ref = session.write(name);
  const allowed = isAllowed(session, request, options, ref);
  if (allowed === null || (options.get && !replyOldString(session, name))) return;
  if (!allowed) {
    if (!options.get) reply.null();
    return;
  }
  storeString(session, ref, name, request.arg(2), expireAtMs, options.keepTtl);
  propagateSet(session, request, options, expireAtMs);
  if (!options.get) reply.ok();
}

/** Whether NX, XX or a comparison lets the key be set; null after the error reply to a comparison. */
function isAllowed(session: Session, request: Request, options: SetOptions, ref: number): boolean | null {
  const { condition, conditionAt, nx, xx } = options;
  if (condition === null) return ref === 0 ? !xx : !nx;
  if (ref === 0) return isInequality(condition);
  if (session.db.type(ref) === Type.STRING)
    return meetsCondition(session, ref, request, condition, conditionAt);
  session.reply.error(errors.WRONGTYPE);
  return null;
}

/** Replies with the string of a key, null if there is none; false after the error reply for another type. */
function replyOldString(session: Session, name: Bytes): boolean {
  const ref = session.read(name);
  if (ref === 0) session.reply.null();
  else if (session.db.type(ref) === Type.STRING) replyString(session, ref);
  else {
    session.reply.error(errors.WRONGTYPE);
    return false;
  }
  return true;
}

/** Sets the string, its expiry unless `expireAtMs` is negative, and says so. */
export function storeString(
  session: Session,
  ref: number,
  name: Bytes,
  value: Bytes,
  expireAtMs: number,
  keepTtl = false,
): void {
  const { db } = session;
  // An old expiry keeps its place until it gets another time: so the record is not built anew twice.
  const target = db.setString(ref, name, value, keepTtl || expireAtMs >= 0);
  if (expireAtMs >= 0) db.setExpire(target, expireAtMs);
  session.changed(name, NotifyClass.STRING, 'set');
  if (expireAtMs >= 0) session.changed(name, NotifyClass.GENERIC, 'expire', 0);
}

/**
 * A time from now on would start again when it is replayed, so an absolute one is written. What decides whether the key is
 * set, and GET, are left out where older servers do not know them.
 */
function propagateSet(session: Session, request: Request, options: SetOptions, expireAtMs: number): void {
  const { propagation } = session.server;
  const { condition, get, keepTtl, nx, unit, xx } = options;
  const plain = (unit === null || unit === PXAT) && !get && condition === null;
  if (!propagation.active || plain) return;
  const words: (string | number)[] = unit === null ? [] : ['PXAT', expireAtMs];
  if (keepTtl) words.push('KEEPTTL');
  if (unit === null && (nx || xx)) words.push(nx ? 'NX' : 'XX');
  propagation.replace(session.db.number, 'SET', request.arg(1), request.arg(2), ...words);
}

function setnxCommand(session: Session, request: Request): void {
  const name = request.arg(1);
  const ref = session.write(name);
  if (ref !== 0) return session.reply.integer(0);
  storeString(session, ref, name, request.arg(2), -1);
  session.reply.integer(1);
}

function setExpiring(session: Session, request: Request, unit: ExpireUnit): void {
  const { propagation } = session.server;
  const expireAtMs = positiveExpireTimeArgument(session, request, 2, unit);
  if (expireAtMs === null) return;
  const name = request.arg(1);
  storeString(session, session.write(name), name, request.arg(3), expireAtMs);
  if (propagation.active) {
    propagation.replace(session.db.number, 'SET', name, request.arg(3), 'PXAT', expireAtMs);
  }
  session.reply.ok();
}

function getsetCommand(session: Session, request: Request): void {
  const { propagation } = session.server;
  const name = request.arg(1);
  if (!replyOldString(session, name)) return;
  storeString(session, session.write(name), name, request.arg(2), -1);
  if (propagation.active) propagation.replace(session.db.number, 'SET', name, request.arg(2));
}
