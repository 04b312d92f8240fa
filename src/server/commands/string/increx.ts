import { Bytes } from '../../../bytes/bytes.js';
import * as errors from '../../../protocol/errors.js';
import type { Request } from '../../../protocol/request.js';
import { Type } from '../../../storage/representation.js';
import { setPrintedSum, stringBytes } from '../../../storage/types/string.js';
import {
  EX,
  EXAT,
  type ExpireUnit,
  hasPassed,
  positiveExpireTimeArgument,
  PX,
  PXAT,
} from '../../arguments/expire-time.js';
import type { Session } from '../../clients/session.js';
import { removalName } from '../../execution/propagation.js';
import { NotifyClass } from '../../pubsub/notifications.js';
import { type CommandSpec, Flag, key } from '../command.js';
import { type Arithmetic, FLOATS, INTEGERS } from './increx-arithmetic.js';

export const increx: CommandSpec = {
  name: 'increx',
  group: 'string',
  summary: 'Adds to the number held by a key, within bounds, and changes when it expires.',
  since: '8.8.0',
  complexity: 'O(1)',
  syntax:
    'key [BYFLOAT increment | BYINT increment] [LBOUND lowerbound] [UBOUND upperbound] [SATURATE] [EX seconds | PX milliseconds | EXAT unix-time-seconds | PXAT unix-time-milliseconds | PERSIST] [ENX]',
  arity: -2,
  flags: Flag.WRITE | Flag.DENYOOM | Flag.FAST,
  keys: [key('RW ACCESS UPDATE')],
  handler: increxCommand,
};

/** Where each option stands with its value, or alone; 0: it was not given. */
interface Options {
  byFloat: number;
  byInt: number;
  lower: number;
  upper: number;
  saturate: number;
  persist: number;
  onlyFirst: number;
  timeAt: number;
  unit: ExpireUnit | null;
}

const FLAGS: ReadonlyMap<string, 'saturate' | 'persist' | 'onlyFirst'> = new Map([
  ['saturate', 'saturate'],
  ['persist', 'persist'],
  ['enx', 'onlyFirst'],
]);
const VALUES: ReadonlyMap<string, 'byFloat' | 'byInt' | 'lower' | 'upper'> = new Map([
  ['byfloat', 'byFloat'],
  ['byint', 'byInt'],
  ['lbound', 'lower'],
  ['ubound', 'upper'],
]);
const UNITS: ReadonlyMap<string, ExpireUnit> = new Map([
  ['ex', EX],
  ['px', PX],
  ['exat', EXAT],
  ['pxat', PXAT],
]);

const view = new Bytes(new Uint8Array(0));

function increxCommand(session: Session, request: Request): void {
  const options = parse(request);
  if (options === null) return session.reply.error(errors.SYNTAX);
  if (options.onlyFirst !== 0 && options.unit === null) {
    return session.reply.error('ERR ENX flag requires an expiration');
  }
  if (options.byFloat !== 0) add(session, request, options, FLOATS);
  else add(session, request, options, INTEGERS);
}

/** Every option once, in any order; null where they do not go together. */
function parse(request: Request): Options | null {
  const options: Options = {
    ...{ byFloat: 0, byInt: 0, lower: 0, upper: 0 },
    ...{ saturate: 0, persist: 0, onlyFirst: 0, timeAt: 0, unit: null },
  };
  for (let at = 2; at < request.count; at++) {
    const word = request.word(at);
    const flag = FLAGS.get(word);
    const value = VALUES.get(word);
    const unit = UNITS.get(word);
    if (flag !== undefined && options[flag] === 0) options[flag] = at;
    else if (at + 1 === request.count) return null;
    else if (value !== undefined && options[value] === 0) options[value] = ++at;
    else if (unit !== undefined && options.unit === null) {
      options.unit = unit;
      options.timeAt = ++at;
    } else return null;
  }
  const { byFloat, byInt, persist, onlyFirst, unit } = options;
  const clash = (byFloat !== 0 && byInt !== 0) || (persist !== 0 && (unit !== null || onlyFirst !== 0));
  return clash ? null : options;
}

interface Bounds<N> {
  readonly delta: N;
  readonly lower: N;
  readonly upper: N;
}

function add<N>(session: Session, request: Request, options: Options, numbers: Arithmetic<N>): void {
  const { db, reply } = session;
  const bounds = readBounds(session, request, options, numbers);
  if (bounds === null) return;
  let expireAtMs: number | null = -1;
  if (options.unit !== null) {
    expireAtMs = positiveExpireTimeArgument(session, request, options.timeAt, options.unit);
    if (expireAtMs === null) return;
  }
  const name = request.arg(1);
  const ref = session.write(name);
  if (ref !== 0 && db.type(ref) !== Type.STRING) return reply.error(errors.WRONGTYPE);
  const before = numbers.parse(ref === 0 ? '0' : stringBytes(db, ref, view).toString());
  if (before === null) return reply.error(numbers.notNumber);
  if (!numbers.isFinite(before)) return reply.error('ERR value cannot be Infinity');
  const sum = numbers.add(before, bounds.delta);
  const after = within(sum, bounds, numbers);
  const applied = numbers.subtract(after, before);
  if (after !== sum && options.saturate === 0) {
    return replyBoth(session, numbers, before, numbers.subtract(before, before));
  }
  if (!isHeld(applied, numbers)) return reply.error('ERR applied increment would overflow');
  store(session, request, options, numbers.format(after), expireAtMs);
  replyBoth(session, numbers, after, applied);
}

/** The increment and its bounds; null after a reply with the error. */
function readBounds<N>(
  session: Session,
  request: Request,
  { byFloat, byInt, lower, upper }: Options,
  numbers: Arithmetic<N>,
): Bounds<N> | null {
  const read = (at: number, name: string): N | null => {
    const value = numbers.parse(request.string(at));
    if (value === null) session.reply.error(`ERR ${name} ${numbers.notArgument}`);
    return value;
  };
  const deltaAt = byFloat + byInt;
  const delta = deltaAt === 0 ? numbers.parse('1') : read(deltaAt, 'Increment');
  if (delta === null) return null;
  if (!numbers.isFinite(delta)) return refuse(session, 'ERR BYFLOAT increment cannot be Infinity');
  const least = lower === 0 ? numbers.least : read(lower, 'LBOUND');
  if (least === null) return null;
  const greatest = upper === 0 ? numbers.greatest : read(upper, 'UBOUND');
  if (greatest === null) return null;
  if (numbers.isLess(greatest, least)) return refuse(session, "ERR LBOUND can't be greater than UBOUND");
  return { delta, lower: least, upper: greatest };
}

function refuse(session: Session, error: string): null {
  session.reply.error(error);
  return null;
}

/** The number, or the bound that it has passed. */
function within<N>(value: N, { lower, upper }: Bounds<N>, numbers: Arithmetic<N>): N {
  const least = numbers.isLess(lower, numbers.least) ? numbers.least : lower;
  const greatest = numbers.isLess(numbers.greatest, upper) ? numbers.greatest : upper;
  if (numbers.isLess(value, least)) return least;
  return numbers.isLess(greatest, value) ? greatest : value;
}

function isHeld<N>(value: N, numbers: Arithmetic<N>): boolean {
  return !numbers.isLess(value, numbers.least) && !numbers.isLess(numbers.greatest, value);
}

function replyBoth<N>(session: Session, numbers: Arithmetic<N>, value: N, applied: N): void {
  const { reply } = session;
  reply.array(2);
  for (const number of [value, applied]) {
    const text = numbers.format(number);
    if (typeof number === 'bigint') reply.bigInteger(number);
    else if (session.resp === 3) reply.double(Number(text));
    else reply.text(text);
  }
}

/** Stores the sum with what becomes of its expiry, and propagates it as what every version knows. */
function store(session: Session, request: Request, options: Options, text: string, expireAtMs: number): void {
  const { db } = session;
  const { propagation } = session.server;
  const name = request.arg(1);
  let ref = session.write(name);
  const timed = ref !== 0 && db.expireAtMs(ref) >= 0;
  const expires = options.unit !== null && !(options.onlyFirst !== 0 && timed);
  if (expires && hasPassed(session, expireAtMs)) return removeExpired(session, name, ref);
  if (options.byFloat !== 0) setPrintedSum(db, ref, name, text);
  else db.setString(ref, name, Bytes.from(text), true);
  session.changed(name, NotifyClass.STRING, options.byFloat !== 0 ? 'incrbyfloat' : 'incrby');
  ref = session.write(name);
  if (expires) {
    db.setExpire(ref, expireAtMs);
    session.changed(name, NotifyClass.GENERIC, 'expire', 0);
  } else if (options.persist !== 0 && timed) {
    db.clearExpire(ref);
    session.changed(name, NotifyClass.GENERIC, 'persist', 0);
  }
  if (!propagation.active) return;
  const expiry = expires ? ['PXAT', expireAtMs] : options.persist !== 0 ? [] : ['KEEPTTL'];
  propagation.replace(db.number, 'SET', name, text, ...expiry);
}

/** A sum that would have expired already leaves nothing behind. */
function removeExpired(session: Session, name: Bytes, ref: number): void {
  const { db } = session;
  const { propagation } = session.server;
  if (ref === 0) return;
  db.remove(ref);
  session.changed(name, NotifyClass.GENERIC, 'del');
  if (propagation.active) propagation.replace(db.number, removalName(db.keyspace.lazyExpire), name);
}
