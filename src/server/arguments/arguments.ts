import { readDouble } from '../../bytes/double.js';
import { parseInt64, parseInteger } from '../../bytes/integer.js';
import * as errors from '../../protocol/errors.js';
import type { Request } from '../../protocol/request.js';
import type { Session } from '../clients/session.js';

/*
 * Arguments that must be numbers. Each function answers null after it has replied with the error, so a handler writes
 * `if (count === null) return`.
 */

/** A 64-bit integer; beyond 2^53 the nearest double. */
export function integerArgument(
  session: Session,
  request: Request,
  at: number,
  error = errors.NOT_INTEGER,
): number | null {
  const value = parseInteger(request.arg(at));
  if (!Number.isNaN(value)) return value;
  session.reply.error(error);
  return null;
}

/** As `integerArgument`, within `min` and `max`; `error` is the reply for anything else. */
export function rangedArgument(
  session: Session,
  request: Request,
  at: number,
  min: number,
  max: number,
  error: string,
): number | null {
  const value = parseInteger(request.arg(at));
  if (value >= min && value <= max) return value;
  session.reply.error(error);
  return null;
}

const INT_MIN = -0x8000_0000;
const INT_MAX = 0x7fff_ffff;

/** An integer of 32 bits. */
export function int32Argument(session: Session, request: Request, at: number): number | null {
  const value = integerArgument(session, request, at);
  if (value === null || (value >= INT_MIN && value <= INT_MAX)) return value;
  session.reply.error(errors.notBetween(INT_MIN, INT_MAX));
  return null;
}

/** A 64-bit integer, exact. */
export function int64Argument(session: Session, request: Request, at: number): bigint | null {
  const value = parseInt64(request.arg(at));
  if (value === null) session.reply.error(errors.NOT_INTEGER);
  return value;
}

/** A double; `nan` is none. */
export function doubleArgument(
  session: Session,
  request: Request,
  at: number,
  error = errors.NOT_FLOAT,
): number | null {
  const value = readDouble(request.arg(at));
  if (!Number.isNaN(value)) return value;
  session.reply.error(error);
  return null;
}
