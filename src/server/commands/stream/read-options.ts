import * as errors from '../../../protocol/errors.js';
import type { Request } from '../../../protocol/request.js';
import { integerArgument } from '../../arguments/arguments.js';
import { timeoutMilliseconds } from '../../clients/blocking.js';
import { type Session, SessionFlag } from '../../clients/session.js';

/** The options of XREAD and XREADGROUP. */
export interface ReadOptions {
  /** -1: without BLOCK. */
  readonly timeoutMs: number;
  /** 0 is all. */
  readonly count: number;
  readonly firstKey: number;
  readonly keyCount: number;
  /** Argument of the group's name, its consumer's follows; 0 for XREAD. */
  readonly groupAt: number;
  readonly noAck: boolean;
  /** With CLAIM, entries that have been pending for this long are read too; -1 without. */
  readonly minIdleMs: number;
}

const UNBALANCED =
  "ERR Unbalanced XREAD list of streams: for each stream key an ID or '$' must be specified.";
const NO_GROUP = 'ERR Missing GROUP option for XREADGROUP';

/** Reads them; null after a reply with the error. */
export function readOptions(session: Session, request: Request, grouped: boolean): ReadOptions | null {
  const options = {
    timeoutMs: -1,
    count: 0,
    firstKey: 0,
    keyCount: 0,
    groupAt: 0,
    noAck: false,
    minIdleMs: -1,
  };
  for (let i = 1; i < request.count && options.firstKey === 0; i++) {
    const more = request.count - 1 - i;
    if (more > 0 && request.is(i, 'block')) {
      if (session.has(SessionFlag.SCRIPT)) return refuse(session, notFromScripts(request));
      const timeoutMs = timeoutMilliseconds(session, request, ++i);
      if (timeoutMs === null) return null;
      options.timeoutMs = timeoutMs;
    } else if (more > 0 && request.is(i, 'count')) {
      const count = integerArgument(session, request, ++i);
      if (count === null) return null;
      options.count = Math.max(0, count);
    } else if (more > 0 && request.is(i, 'streams')) {
      if (more % 2 !== 0) return refuse(session, UNBALANCED);
      options.firstKey = i + 1;
      options.keyCount = more / 2;
    } else if (more > 1 && request.is(i, 'group')) {
      if (!grouped) return refuse(session, onlyWithGroup('GROUP'));
      options.groupAt = i + 1;
      i += 2;
    } else if (more > 0 && request.is(i, 'claim')) {
      if (!grouped) return refuse(session, onlyWithGroup('CLAIM'));
      const minIdleMs = integerArgument(session, request, ++i, 'ERR min-idle-time is not an integer');
      if (minIdleMs === null) return null;
      if (minIdleMs < 0) return refuse(session, 'ERR min-idle-time must be a positive integer');
      options.minIdleMs = minIdleMs;
    } else if (request.is(i, 'noack')) {
      if (!grouped) return refuse(session, onlyWithGroup('NOACK'));
      options.noAck = true;
    } else return refuse(session, errors.SYNTAX);
  }
  if (options.firstKey === 0) return refuse(session, errors.SYNTAX);
  if (grouped && options.groupAt === 0) return refuse(session, NO_GROUP);
  return options;
}

function onlyWithGroup(option: string): string {
  return `ERR The ${option} option is only supported by XREADGROUP. You called XREAD instead.`;
}

function notFromScripts(request: Request): string {
  return `ERR ${request.string(0)} command is not allowed with BLOCK option from scripts`;
}

function refuse(session: Session, error: string): null {
  session.reply.error(error);
  return null;
}
