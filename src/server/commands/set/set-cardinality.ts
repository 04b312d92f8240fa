import type { Bytes } from '../../../bytes/bytes.js';
import { parseInteger } from '../../../bytes/integer.js';
import * as errors from '../../../protocol/errors.js';
import type { Request } from '../../../protocol/request.js';
import type { Database } from '../../../storage/database.js';
import { setHas, setSome } from '../../../storage/types/set.js';
import type { Session } from '../../clients/session.js';
import { type CommandSpec, Flag, numkeys } from '../command.js';
import { readSets } from './set-algebra.js';
import { intersect } from './sinter.js';

/** Visits the members of a result until `visit` returns true. */
type Walk = (db: Database, sets: readonly number[], visit: () => boolean) => void;

export const sintercard = cardinality(
  'sintercard',
  'Counts the members that all given sets have.',
  '7.0.0',
  'O(N*M), N being the size of the smallest set and M the number of sets.',
  intersect,
);

export const sunioncard = cardinality(
  'sunioncard',
  'Counts the members that any of the given sets has, each once.',
  '8.10.0',
  'O(N*M), N being the number of members of all sets and M the number of sets.',
  unite,
);

export const sdiffcard = cardinality(
  'sdiffcard',
  'Counts the members of a set that none of the others has.',
  '8.10.0',
  'O(N*M), N being the size of the first set and M the number of sets.',
  subtract,
);

function cardinality(
  name: string,
  summary: string,
  since: string,
  complexity: string,
  walk: Walk,
): CommandSpec {
  const approximates = walk === unite;
  return {
    name,
    group: 'set',
    summary,
    since,
    complexity,
    syntax: `numkeys key [key ...]${approximates ? ' [APPROX]' : ''} [LIMIT limit]`,
    arity: -3,
    flags: Flag.READONLY | Flag.MOVABLEKEYS | Flag.TIMED,
    keys: [numkeys('RO ACCESS', 1)],
    handler: (session, request) => {
      count(session, request, walk, approximates);
    },
  };
}

/** APPROX allows an estimate; the count takes no memory here either, and is exact. */
function count(session: Session, request: Request, walk: Walk, approximates: boolean): void {
  const { reply } = session;
  const keys = parseInteger(request.arg(1));
  if (!(keys > 0)) return reply.error(errors.NUMKEYS_NOT_POSITIVE);
  const end = 2 + keys;
  if (end > request.count) return reply.error(errors.NUMKEYS_ABOVE_ARGUMENTS);
  let limit = 0;
  for (let i = end; i < request.count; i++) {
    if (approximates && request.is(i, 'approx')) continue;
    if (!request.is(i, 'limit') || i + 1 === request.count) return reply.error(errors.SYNTAX);
    limit = parseInteger(request.arg(++i));
    if (!(limit >= 0)) return reply.error(errors.LIMIT_NEGATIVE);
  }
  const sets = readSets(session, request, 2, end);
  if (sets === null) return;
  let members = 0;
  walk(session.db, sets, () => ++members === limit);
  reply.integer(members);
}

/** A member counts in the first set that has it. */
function unite(db: Database, sets: readonly number[], visit: () => boolean): void {
  for (const [i, set] of sets.entries()) {
    if (set === 0 || sets.indexOf(set) < i) continue;
    const before = sets.slice(0, i);
    if (setSome(db, set, (member) => !isIn(db, before, member) && visit())) return;
  }
}

function subtract(db: Database, sets: readonly number[], visit: () => boolean): void {
  const [first, ...others] = sets;
  if (first === 0 || others.includes(first!)) return;
  setSome(db, first!, (member) => !isIn(db, others, member) && visit());
}

function isIn(db: Database, sets: readonly number[], member: Bytes): boolean {
  for (const set of sets) if (set !== 0 && setHas(db, set, member)) return true;
  return false;
}
