import type { Request } from '../../../protocol/request.js';
import { formatDouble } from '../../../bytes/double.js';
import { encodingName } from '../../../storage/encoding.js';
import { Type } from '../../../storage/representation.js';
import { replyScan, scanMatches, scanOptions } from '../../arguments/scan-options.js';
import type { Session } from '../../clients/session.js';
import { readTyped, WRONG_TYPE } from '../../arguments/typed-key.js';
import { type CommandSpec, Flag, key } from '../command.js';
import { cursorArgument } from '../generic/scan.js';

export const zscan: CommandSpec = {
  name: 'zscan',
  group: 'sorted-set',
  summary: 'Walks through the members of a sorted set in steps.',
  since: '2.8.0',
  complexity: 'O(1) for a step, O(N) for all of them, N being the size of the sorted set.',
  syntax: 'key cursor [MATCH pattern] [COUNT count]',
  arity: -3,
  flags: Flag.READONLY | Flag.TIMED,
  keys: [key('RO ACCESS')],
  tips: ['nondeterministic_output'],
  handler: scanCommand,
};

function scanCommand(session: Session, request: Request): void {
  const { db } = session;
  const cursor = cursorArgument(session, request, 2);
  if (cursor === null) return;
  const ref = readTyped(session, request.arg(1), Type.ZSET);
  if (ref === WRONG_TYPE) return;
  // Redis looks at the options only when there is something to scan.
  if (ref === 0) return replyScan(session, 0, []);
  const options = scanOptions(session, request, 3);
  if (options === null) return;
  const found: string[] = [];
  const packed = encodingName(db, ref) === 'listpack';
  const next = db.keyspace.sortedSet.open(db, ref).scan(cursor, options.count, (member, score) => {
    const name = member.toString();
    if (scanMatches(options, name)) found.push(name, packed ? packedScore(score) : formatDouble(score));
  });
  replyScan(session, next, found);
}

/** A score as Redis keeps it in a listpack: an integer that it can cast to 64 bits and back has all its digits. */
function packedScore(score: number): string {
  return Number.isInteger(score) && Math.abs(score) <= 2 ** 62
    ? BigInt(score).toString()
    : formatDouble(score);
}
