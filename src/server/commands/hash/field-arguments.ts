import { parseInteger } from '../../../bytes/integer.js';
import * as errors from '../../../protocol/errors.js';
import type { Request } from '../../../protocol/request.js';
import type { ExpireUnit } from '../../arguments/expire-time.js';
import type { Session } from '../../clients/session.js';

const FIELDS_MISSING = 'ERR Mandatory argument FIELDS is missing or not at the right position';
const FIELDS_MISMATCH = 'ERR The `numfields` parameter must match the number of arguments';
export const NUMFIELDS_NOT_POSITIVE = 'ERR Number of fields must be a positive integer';
/** HEXPIRE and its kin have a text of their own. */
export const PARAMETER_NUMFIELDS = 'ERR Parameter `numFields` should be greater than 0';

/** Redis keeps expire times of fields in 48 bits, two values of which mean something else. */
const EXPIRE_MS_MAX = 2 ** 48 - 2;

/** The argument of the first field after `FIELDS numfields` at `at`, or null after the error reply. */
export function fieldsArgument(
  session: Session,
  request: Request,
  at: number,
  notPositive = NUMFIELDS_NOT_POSITIVE,
): number | null {
  if (at >= request.count || !request.is(at, 'fields')) return refuse(session, FIELDS_MISSING);
  const count = at + 1 < request.count ? parseInteger(request.arg(at + 1)) : NaN;
  if (!(count > 0)) return refuse(session, notPositive);
  return count === request.count - at - 2 ? at + 2 : refuse(session, FIELDS_MISMATCH);
}

/** When a field is to expire, in unix time in ms, or null after the error reply. */
export function fieldExpireArgument(
  session: Session,
  request: Request,
  at: number,
  unit: ExpireUnit,
): number | null {
  const given = parseInteger(request.arg(at));
  if (Number.isNaN(given)) return refuse(session, errors.NOT_INTEGER);
  if (given < 0) return refuse(session, 'ERR invalid expire time, must be >= 0');
  const expireAtMs = (unit.seconds ? given * 1000 : given) + (unit.absolute ? 0 : session.now);
  if (expireAtMs <= EXPIRE_MS_MAX) return expireAtMs;
  return refuse(session, errors.invalidExpire(session.lastCommand!.fullName));
}

function refuse(session: Session, error: string): null {
  session.reply.error(error);
  return null;
}
