import * as errors from '../../../protocol/errors.js';
import type { Request } from '../../../protocol/request.js';
import { integerArgument } from '../../arguments/arguments.js';
import type { Session } from '../../clients/session.js';
import { SortPattern } from './sort-pattern.js';

export interface SortOptions {
  descending: boolean;
  alpha: boolean;
  /** False for a BY without a star: the elements stay in their order. */
  sorts: boolean;
  by: SortPattern | null;
  offset: number;
  /** Negative for all. */
  count: number;
  gets: SortPattern[];
  /** The argument that names the destination, or 0. */
  storeAt: number;
}

/** Parses SORT's options; null after the error reply. */
export function sortOptions(session: Session, request: Request, readOnly: boolean): SortOptions | null {
  const options: SortOptions = {
    descending: false,
    alpha: false,
    sorts: true,
    by: null,
    offset: 0,
    count: -1,
    gets: [],
    storeAt: 0,
  };
  for (let at = 2; at < request.count; at++) {
    const left = request.count - at - 1;
    if (request.is(at, 'asc')) options.descending = false;
    else if (request.is(at, 'desc')) options.descending = true;
    else if (request.is(at, 'alpha')) options.alpha = true;
    else if (request.is(at, 'limit') && left >= 2) {
      const offset = integerArgument(session, request, ++at);
      const count = offset === null ? null : integerArgument(session, request, ++at);
      if (offset === null || count === null) return null;
      options.offset = offset;
      options.count = count;
    } else if (request.is(at, 'store') && left >= 1 && !readOnly) options.storeAt = ++at;
    else if (request.is(at, 'by') && left >= 1) {
      options.by = new SortPattern(request.string(++at));
      if (!options.by.hasStar) options.sorts = false;
    } else if (request.is(at, 'get') && left >= 1) options.gets.push(new SortPattern(request.string(++at)));
    else {
      session.reply.error(errors.SYNTAX);
      return null;
    }
  }
  return options;
}
