import { INT64_MAX, INT64_MIN, parseInt64, parseInteger } from '../../bytes/integer.js';
import * as errors from '../../protocol/errors.js';
import type { Request } from '../../protocol/request.js';
import type { Session } from '../clients/session.js';

/** How an expire time was given. */
export interface ExpireUnit {
  readonly seconds: boolean;
  /** Unix time, not from now on. */
  readonly absolute: boolean;
}

export const EX: ExpireUnit = { seconds: true, absolute: false };
export const PX: ExpireUnit = { seconds: false, absolute: false };
export const EXAT: ExpireUnit = { seconds: true, absolute: true };
export const PXAT: ExpireUnit = { seconds: false, absolute: true };

/** Times up to this cannot overflow anything: about the year 33,658. */
const PLAIN_MAX = 1e12;

/**
 * When an argument says a key is to expire, in unix time in ms; null after the error reply, where it is no integer or
 * its time lies outside 64 bits. Times beyond 2^53 ms are kept as the nearest double.
 */
export function expireTimeArgument(
  session: Session,
  request: Request,
  at: number,
  unit: ExpireUnit,
): number | null {
  const given = parseInteger(request.arg(at));
  if (Number.isNaN(given)) {
    session.reply.error(errors.NOT_INTEGER);
    return null;
  }
  if (Math.abs(given) <= PLAIN_MAX) {
    return (unit.seconds ? given * 1000 : given) + (unit.absolute ? 0 : session.now);
  }
  let exact = parseInt64(request.arg(at))!;
  if (unit.seconds) exact *= 1000n;
  const fits = exact <= INT64_MAX && exact >= INT64_MIN;
  if (!unit.absolute) exact += BigInt(session.now);
  if (fits && exact <= INT64_MAX) return Number(exact);
  return refuse(session);
}

/** As `expireTimeArgument`, for commands that take no time of 0 or less (SET, GETEX). */
export function positiveExpireTimeArgument(
  session: Session,
  request: Request,
  at: number,
  unit: ExpireUnit,
): number | null {
  const given = parseInteger(request.arg(at));
  if (given <= 0) return refuse(session);
  return expireTimeArgument(session, request, at, unit);
}

function refuse(session: Session): null {
  session.reply.error(errors.invalidExpire(session.lastCommand!.fullName));
  return null;
}

/** True when `expireAtMs` has passed, so that setting it means removing the key. A loader keeps such keys. */
export function hasPassed(session: Session, expireAtMs: number): boolean {
  return expireAtMs <= session.now && !session.server.keyspace.keepExpired;
}
