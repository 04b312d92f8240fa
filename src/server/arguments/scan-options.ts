import { globMatches } from '../../bytes/glob.js';
import { parseInteger } from '../../bytes/integer.js';
import * as errors from '../../protocol/errors.js';
import type { Request } from '../../protocol/request.js';
import type { Session } from '../clients/session.js';

const COUNT_DEFAULT = 10;

/** What follows the cursor of HSCAN, SSCAN and ZSCAN. */
export interface ScanOptions {
  /** How many elements the reply should have, about. */
  readonly count: number;
  /** null matches everything. */
  readonly pattern: string | null;
  /** NOVALUES of HSCAN. */
  readonly noValues: boolean;
}

/** The options from argument `from` on, or null after the error reply. */
export function scanOptions(
  session: Session,
  request: Request,
  from: number,
  allowNoValues = false,
): ScanOptions | null {
  let count = COUNT_DEFAULT;
  let pattern: string | null = null;
  let noValues = false;
  for (let i = from; i < request.count; i++) {
    if (request.is(i, 'count') && i + 1 < request.count) {
      count = parseInteger(request.arg(++i));
      if (Number.isNaN(count)) return refuse(session, errors.NOT_INTEGER);
      if (count < 1) return refuse(session, errors.SYNTAX);
    } else if (request.is(i, 'match') && i + 1 < request.count) {
      pattern = request.string(++i);
      if (pattern === '*') pattern = null;
    } else if (allowNoValues && request.is(i, 'novalues')) noValues = true;
    else return refuse(session, errors.SYNTAX);
  }
  return { count, pattern, noValues };
}

/** True when the pattern, if there is one, matches an element of one character per byte. */
export function scanMatches(options: ScanOptions, element: string): boolean {
  return options.pattern === null || globMatches(options.pattern, element);
}

function refuse(session: Session, error: string): null {
  session.reply.error(error);
  return null;
}

/** The reply to a scan: the cursor to go on from, and what was found on the way. */
export function replyScan(session: Session, cursor: number, elements: readonly string[]): void {
  session.reply.array(2);
  session.reply.text(String(cursor));
  session.reply.texts(elements);
}
