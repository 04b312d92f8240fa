import type { Bytes } from '../../../bytes/bytes.js';
import type { Request } from '../../../protocol/request.js';
import type { Database } from '../../../storage/database.js';
import { setHas, setLength, setSome } from '../../../storage/types/set.js';
import type { Session } from '../../clients/session.js';
import { type CommandSpec, Flag, key, keys } from '../command.js';
import { readSets, replyMembers, storeMembers } from './set-algebra.js';

const COMPLEXITY = 'O(N*M), N being the size of the smallest set and M the number of sets.';

export const sinter: CommandSpec = {
  name: 'sinter',
  group: 'set',
  summary: 'Returns the members that all given sets have.',
  since: '1.0.0',
  complexity: COMPLEXITY,
  syntax: 'key [key ...]',
  arity: -2,
  flags: Flag.READONLY | Flag.TIMED,
  keys: [keys('RO ACCESS')],
  tips: ['nondeterministic_output_order'],
  handler: sinterCommand,
};

export const sinterstore: CommandSpec = {
  name: 'sinterstore',
  group: 'set',
  summary: 'Stores the members that all given sets have as a set.',
  since: '1.0.0',
  complexity: COMPLEXITY,
  syntax: 'destination key [key ...]',
  arity: -3,
  flags: Flag.WRITE | Flag.DENYOOM | Flag.TIMED,
  keys: [key('RW UPDATE'), keys('RO ACCESS', 2)],
  handler: sinterstoreCommand,
};

function sinterCommand(session: Session, request: Request): void {
  const sets = readSets(session, request, 1, request.count);
  if (sets === null) return;
  replyMembers(session, (visit) => intersect(session.db, sets, visit));
}

function sinterstoreCommand(session: Session, request: Request): void {
  const sets = readSets(session, request, 2, request.count);
  if (sets === null) return;
  storeMembers(session, request.arg(1), 'sinterstore', (visit) => intersect(session.db, sets, visit));
}

/** Visits the members that all sets have, until `visit` returns true. */
export function intersect(db: Database, sets: readonly number[], visit: (member: Bytes) => unknown): void {
  if (sets.includes(0)) return;
  const [smallest, ...others] = [...sets].sort((a, b) => setLength(db, a) - setLength(db, b));
  setSome(db, smallest!, (member) => {
    for (const other of others) if (other !== smallest && !setHas(db, other, member)) return false;
    return visit(member) === true;
  });
}
