import { parseInteger } from '../../../bytes/integer.js';
import type { Request } from '../../../protocol/request.js';
import { createHash, hashHas, hashSet, hashUpdate } from '../../../storage/types/hash.js';
import { NotifyClass } from '../../pubsub/notifications.js';
import type { Session } from '../../clients/session.js';
import { WRONG_TYPE } from '../../arguments/typed-key.js';
import { type CommandSpec, Flag, key } from '../command.js';
import { fieldExpireArgument } from './field-arguments.js';
import { writeHash } from './hash-key.js';
import { FieldExpiry } from './hexpire.js';
import { EXPIRE_OPTIONS } from './hgetex.js';

export const hsetex: CommandSpec = {
  name: 'hsetex',
  group: 'hash',
  summary: 'Sets fields of a hash together with their expire time.',
  since: '8.0.0',
  complexity: 'O(N), N being the number of fields.',
  syntax:
    'key [FNX | FXX] [EX seconds | PX milliseconds | EXAT unix-time-seconds | PXAT unix-time-milliseconds | KEEPTTL] FIELDS numfields field value [field value ...]',
  arity: -6,
  flags: Flag.WRITE | Flag.DENYOOM | Flag.FAST,
  keys: [key('RW UPDATE')],
  handler: hsetexCommand,
};

const ONE_CONDITION = 'ERR Only one of FXX or FNX arguments can be specified';
const ONE_EXPIRY = 'ERR Only one of EX, PX, EXAT, PXAT or KEEPTTL arguments can be specified';

interface Options {
  condition: 'fnx' | 'fxx' | null;
  keepTtl: boolean;
  /** -1 for none. */
  expireAtMs: number;
  /** Argument of the first field. */
  first: number;
}

function hsetexCommand(session: Session, request: Request): void {
  const { db, reply } = session;
  const name = request.arg(1);
  const found = writeHash(session, name);
  if (found === WRONG_TYPE) return;
  const options = hsetexOptions(session, request);
  if (options === null) return;
  if (!conditionMet(session, request, found, options)) return reply.integer(0);
  const set = options.keepTtl ? hashUpdate : hashSet;
  let ref = found === 0 ? createHash(db, name) : found;
  for (let i = options.first; i < request.count; i += 2) {
    ref = set(db, ref, request.arg(i), request.arg(i + 1));
  }
  propagate(session, request, options);
  session.changed(name, NotifyClass.HASH, 'hset', (request.count - options.first) / 2);
  if (options.expireAtMs >= 0) {
    const expiry = new FieldExpiry(session, name, ref, options.expireAtMs);
    for (let i = options.first; i < request.count; i += 2) expiry.apply(request.arg(i), null);
    expiry.finish();
  }
  reply.integer(1);
}

function conditionMet(session: Session, request: Request, ref: number, options: Options): boolean {
  const { condition, first } = options;
  for (let i = first; condition !== null && i < request.count; i += 2) {
    const present = ref !== 0 && hashHas(session.db, ref, request.arg(i));
    if (present !== (condition === 'fxx')) return false;
  }
  return true;
}

/** Written as plain sets; what expires follows as an absolute time or as a removal. */
function propagate(session: Session, request: Request, options: Options): void {
  const { propagation } = session.server;
  if (!propagation.active || options.keepTtl) return;
  const pairs = [];
  for (let i = options.first; i < request.count; i++) pairs.push(request.arg(i));
  propagation.replace(session.db.number, 'HSET', request.arg(1), ...pairs);
}

function hsetexOptions(session: Session, request: Request): Options | null {
  const options: Options = { condition: null, keepTtl: false, expireAtMs: -1, first: 0 };
  for (let i = 2; i < request.count; i++) {
    if (request.is(i, 'fields')) return withFields(session, request, i, options);
    const condition = request.is(i, 'fnx') ? 'fnx' : request.is(i, 'fxx') ? 'fxx' : null;
    const unit = EXPIRE_OPTIONS.find(([word]) => request.is(i, word))?.[1];
    const expiryGiven = options.keepTtl || options.expireAtMs >= 0;
    if (condition !== null) {
      if (options.condition !== null) return refuse(session, ONE_CONDITION);
      options.condition = condition;
    } else if (request.is(i, 'keepttl')) {
      if (expiryGiven) return refuse(session, ONE_EXPIRY);
      options.keepTtl = true;
    } else if (unit !== undefined) {
      if (expiryGiven) return refuse(session, ONE_EXPIRY);
      if (++i >= request.count) return refuse(session, 'ERR missing expire time');
      const expireAtMs = fieldExpireArgument(session, request, i, unit);
      if (expireAtMs === null) return null;
      options.expireAtMs = expireAtMs;
    } else return refuse(session, `ERR unknown argument: ${request.string(i)}`);
  }
  return refuse(session, 'ERR missing FIELDS argument');
}

function withFields(session: Session, request: Request, at: number, options: Options): Options | null {
  const count = at + 1 < request.count ? parseInteger(request.arg(at + 1)) : NaN;
  if (!(count > 0)) return refuse(session, 'ERR invalid number of fields');
  if (2 * count !== request.count - at - 2) return refuse(session, 'ERR wrong number of arguments');
  options.first = at + 2;
  return options;
}

function refuse(session: Session, error: string): null {
  session.reply.error(error);
  return null;
}
