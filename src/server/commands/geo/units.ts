import type { Position } from '../../../bytes/geohash.js';
import { isOnMap } from '../../../bytes/geohash.js';
import type { Request } from '../../../protocol/request.js';
import { doubleArgument } from '../../arguments/arguments.js';
import type { Session } from '../../clients/session.js';

/*
 * Arguments of geo commands. Each function answers null or false after it has replied with the error.
 */

const METERS: Readonly<Record<string, number>> = { m: 1, km: 1000, ft: 0.3048, mi: 1609.34 };

/** Meters of the unit that argument `at` names. */
export function unitArgument(session: Session, request: Request, at: number): number | null {
  const meters = request.length(at) <= 2 ? METERS[request.word(at)] : undefined;
  if (meters !== undefined) return meters;
  session.reply.error('ERR unsupported unit provided. please use M, KM, FT, MI');
  return null;
}

/** Reads a longitude at `at` and a latitude behind it. */
export function positionArguments(session: Session, request: Request, at: number, to: Position): boolean {
  const longitude = doubleArgument(session, request, at);
  if (longitude === null) return false;
  const latitude = doubleArgument(session, request, at + 1);
  if (latitude === null) return false;
  if (!isOnMap(longitude, latitude)) {
    const given = `${printed(longitude)},${printed(latitude)}`;
    session.reply.error(`ERR invalid longitude,latitude pair ${given}`);
    return false;
  }
  to.longitude = longitude;
  to.latitude = latitude;
  return true;
}

/** As C's `%f`. */
function printed(degrees: number): string {
  if (!Number.isFinite(degrees)) return degrees > 0 ? 'inf' : '-inf';
  return Math.abs(degrees) < 1e21 ? degrees.toFixed(6) : `${BigInt(degrees)}.000000`;
}

/** Replies with a distance, 4 digits behind the point. */
export function replyDistance(session: Session, distance: number): void {
  session.reply.text(distance.toFixed(4));
}

/** Replies with longitude and latitude, up to 17 digits behind the point. */
export function replyPosition(session: Session, { longitude, latitude }: Position): void {
  session.reply.array(2);
  replyDegrees(session, longitude);
  replyDegrees(session, latitude);
}

function replyDegrees({ reply }: Session, degrees: number): void {
  const text = degrees.toFixed(17).replace(/\.?0+$/, '');
  if (reply.resp3) reply.raw(`,${text}\r\n`);
  else reply.text(text);
}
