import type { Request } from '../../../protocol/request.js';
import type { Database } from '../../../storage/database.js';
import { type MemberVisitor, setForEach, setHas, setLength } from '../../../storage/types/set.js';
import type { Session } from '../../clients/session.js';
import { type CommandSpec, Flag, key, keys } from '../command.js';
import { readSets, replyMembers, storeMembers } from './set-algebra.js';

const COMPLEXITY = 'O(N), N being the number of members in all given sets.';

export const sunion: CommandSpec = {
  name: 'sunion',
  group: 'set',
  summary: 'Returns the members that any given set has.',
  since: '1.0.0',
  complexity: COMPLEXITY,
  syntax: 'key [key ...]',
  arity: -2,
  flags: Flag.READONLY | Flag.TIMED,
  keys: [keys('RO ACCESS')],
  tips: ['nondeterministic_output_order'],
  handler: sunionCommand,
};

export const sunionstore: CommandSpec = {
  name: 'sunionstore',
  group: 'set',
  summary: 'Stores the members that any given set has as a set.',
  since: '1.0.0',
  complexity: COMPLEXITY,
  syntax: 'destination key [key ...]',
  arity: -3,
  flags: Flag.WRITE | Flag.DENYOOM | Flag.TIMED,
  keys: [key('OW UPDATE'), keys('RO ACCESS', 2)],
  handler: sunionstoreCommand,
};

export const sdiff: CommandSpec = {
  name: 'sdiff',
  group: 'set',
  summary: 'Returns the members of the first set that no other given set has.',
  since: '1.0.0',
  complexity: 'O(N*M), N being the size of the first set and M the number of sets.',
  syntax: 'key [key ...]',
  arity: -2,
  flags: Flag.READONLY | Flag.TIMED,
  keys: [keys('RO ACCESS')],
  tips: ['nondeterministic_output_order'],
  handler: sdiffCommand,
};

export const sdiffstore: CommandSpec = {
  name: 'sdiffstore',
  group: 'set',
  summary: 'Stores the members of the first set that no other given set has as a set.',
  since: '1.0.0',
  complexity: 'O(N*M), N being the size of the first set and M the number of sets.',
  syntax: 'destination key [key ...]',
  arity: -3,
  flags: Flag.WRITE | Flag.DENYOOM | Flag.TIMED,
  keys: [key('OW UPDATE'), keys('RO ACCESS', 2)],
  handler: sdiffstoreCommand,
};

function sunionCommand(session: Session, request: Request): void {
  const sets = readSets(session, request, 1, request.count);
  if (sets !== null) replyMembers(session, (visit) => unite(session.db, sets, visit));
}

function sunionstoreCommand(session: Session, request: Request): void {
  const sets = readSets(session, request, 2, request.count);
  if (sets === null) return;
  storeMembers(session, request.arg(1), 'sunionstore', (visit) => unite(session.db, sets, visit));
}

function sdiffCommand(session: Session, request: Request): void {
  const sets = readSets(session, request, 1, request.count);
  if (sets !== null) replyMembers(session, (visit) => subtract(session.db, sets, visit));
}

function sdiffstoreCommand(session: Session, request: Request): void {
  const sets = readSets(session, request, 2, request.count);
  if (sets === null) return;
  storeMembers(session, request.arg(1), 'sdiffstore', (visit) => subtract(session.db, sets, visit));
}

/** Visits every member of any set once. */
function unite(db: Database, sets: readonly number[], visit: MemberVisitor): void {
  const present = [...new Set(sets)].filter((ref) => ref !== 0);
  if (present.length === 1) return setForEach(db, present[0]!, visit);
  // What was visited is kept in a dictionary, since asking every earlier set would make many sets quadratic.
  const { seenMembers } = db.keyspace;
  seenMembers.create();
  try {
    for (const ref of present) {
      setForEach(db, ref, (member) => {
        if (seenMembers.find(member) !== 0) return;
        seenMembers.add(member);
        visit(member);
      });
    }
  } finally {
    seenMembers.release();
  }
}

/** Visits the members of the first set that no other set has. */
function subtract(db: Database, sets: readonly number[], visit: MemberVisitor): void {
  const [first, ...rest] = sets as [number, ...number[]];
  if (first === 0 || rest.includes(first)) return;
  // The largest is the likeliest to have a member, which ends the search for it.
  const others = rest.filter((ref) => ref !== 0).sort((a, b) => setLength(db, b) - setLength(db, a));
  setForEach(db, first, (member) => {
    if (!others.some((other) => setHas(db, other, member))) visit(member);
  });
}
