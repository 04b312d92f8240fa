import type { Bytes } from '../../../bytes/bytes.js';
import { globMatches } from '../../../bytes/glob.js';
import * as errors from '../../../protocol/errors.js';
import type { Request } from '../../../protocol/request.js';
import { TYPE_NAMES } from '../../../storage/representation.js';
import { integerArgument } from '../../arguments/arguments.js';
import type { Session } from '../../clients/session.js';
import { type CommandSpec, Flag } from '../command.js';

export const scan: CommandSpec = {
  name: 'scan',
  group: 'generic',
  summary: 'Walks through the keys of the database, some at a time.',
  since: '2.8.0',
  complexity: 'O(1) for every call, O(N) for a whole walk, N being the number of keys.',
  syntax: 'cursor [MATCH pattern] [COUNT count] [TYPE type]',
  arity: -2,
  flags: Flag.READONLY | Flag.TIMED,
  tips: ['nondeterministic_output', 'request_policy:special'],
  history: [['6.0.0', 'Takes TYPE.']],
  handler: scanCommand,
};

const COUNT_DEFAULT = 10;

/**
 * A cursor as Redis reads one (strtoul: an optional sign, then digits), or null after the error reply. Cursors that no
 * scan gave out, those beyond 2^53 included, are as good as any other.
 */
export function cursorArgument(session: Session, request: Request, at: number): number | null {
  const text = request.string(at);
  if (/^([+-]?\d+)?$/.test(text)) {
    const exact = BigInt(text.replace('+', '') || 0);
    if (exact <= 0xffff_ffff_ffff_ffffn && exact >= -0xffff_ffff_ffff_ffffn) {
      return Number(BigInt.asUintN(53, BigInt.asUintN(64, exact)));
    }
  }
  session.reply.error('ERR invalid cursor');
  return null;
}

interface ScanOptions {
  count: number;
  /** Null for every key. */
  pattern: string | null;
  type: string | null;
}

function scanOptions(session: Session, request: Request): ScanOptions | null {
  const options: ScanOptions = { count: COUNT_DEFAULT, pattern: null, type: null };
  for (let at = 2; at < request.count; at += 2) {
    const given = at + 1 < request.count;
    if (given && request.is(at, 'count')) {
      const count = integerArgument(session, request, at + 1);
      if (count === null) return null;
      options.count = count;
      if (count >= 1) continue;
    } else if (given && request.is(at, 'match')) {
      const pattern = request.string(at + 1);
      options.pattern = pattern === '*' ? null : pattern;
      continue;
    } else if (given && request.is(at, 'type')) {
      options.type = request.word(at + 1);
      continue;
    }
    session.reply.error(errors.SYNTAX);
    return null;
  }
  return options;
}

function scanCommand(session: Session, request: Request): void {
  const { db, reply, now } = session;
  const cursor = cursorArgument(session, request, 1);
  if (cursor === null) return;
  const options = scanOptions(session, request);
  if (options === null) return;
  const expired: Bytes[] = [];
  const found: number[] = [];
  const next = db.scan(cursor, options.count, (ref) => {
    const expireAtMs = db.expireAtMs(ref);
    if (expireAtMs >= 0 && expireAtMs <= now) expired.push(db.keyOf(ref).copy());
    else if (options.type === null || TYPE_NAMES[db.type(ref)] === options.type) {
      if (options.pattern === null || globMatches(options.pattern, db.keyOf(ref).toString())) found.push(ref);
    }
  });
  reply.array(2);
  reply.text(String(next));
  reply.array(found.length);
  for (const ref of found) reply.bulk(db.keyOf(ref));
  for (const key of expired) db.findLive(key, now);
}
