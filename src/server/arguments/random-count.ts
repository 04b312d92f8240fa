import { INT64_MAX, parseInt64 } from '../../bytes/integer.js';
import * as errors from '../../protocol/errors.js';
import type { Request } from '../../protocol/request.js';
import { classOf } from '../clients/client-limits.js';
import type { Session } from '../clients/session.js';

const OUT_OF_LONG_RANGE =
  'ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807';

/**
 * How often elements may be repeated in one reply of HRANDFIELD, SRANDMEMBER or ZRANDMEMBER. Redis goes on until the
 * client's output buffer is full, and hears nobody else meanwhile.
 */
const REPEATED_MAX = 2 ** 25;
/** Output limits above this do not stop a reply soon enough. */
const LIMIT_BYTES_MAX = 256 * 1024 * 1024;

/**
 * The count in argument 2 of HRANDFIELD, SRANDMEMBER and ZRANDMEMBER, or null after the error reply. Negative counts
 * allow repetition. `paired` replies have two elements for each.
 */
export function randomCount(session: Session, request: Request, paired: boolean): number | null {
  const count = parseInt64(request.arg(2));
  if (count === null) return refuse(session, errors.NOT_INTEGER);
  if (count < -INT64_MAX) return refuse(session, OUT_OF_LONG_RANGE);
  const limit = INT64_MAX / 2n;
  if (paired && (count < -limit || count > limit)) return refuse(session, errors.OUT_OF_RANGE);
  return Number(count);
}

/**
 * True when `count` elements may not be repeated in one reply. A client with an output limit may ask for any number:
 * it is closed where the reply has reached the limit.
 */
export function repeatsTooOften(session: Session, count: number): boolean {
  if (count <= REPEATED_MAX) return false;
  const { hardBytes } = session.server.config['client-output-buffer-limit'][classOf(session)];
  return hardBytes === 0 || hardBytes > LIMIT_BYTES_MAX;
}

function refuse(session: Session, error: string): null {
  session.reply.error(error);
  return null;
}
