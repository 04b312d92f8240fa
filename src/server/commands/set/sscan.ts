import type { Request } from '../../../protocol/request.js';
import { Type } from '../../../storage/representation.js';
import { setScan } from '../../../storage/types/set.js';
import { replyScan, scanMatches, scanOptions } from '../../arguments/scan-options.js';
import type { Session } from '../../clients/session.js';
import { readTyped, WRONG_TYPE } from '../../arguments/typed-key.js';
import { type CommandSpec, Flag, key } from '../command.js';
import { cursorArgument } from '../generic/scan.js';

export const sscan: CommandSpec = {
  name: 'sscan',
  group: 'set',
  summary: 'Walks through the members of a set in steps.',
  since: '2.8.0',
  complexity: 'O(1) for a step, O(N) for all of them, N being the number of members.',
  syntax: 'key cursor [MATCH pattern] [COUNT count]',
  arity: -3,
  flags: Flag.READONLY | Flag.TIMED,
  keys: [key('RO ACCESS')],
  tips: ['nondeterministic_output'],
  handler: sscanCommand,
};

function sscanCommand(session: Session, request: Request): void {
  const cursor = cursorArgument(session, request, 2);
  if (cursor === null) return;
  const ref = readTyped(session, request.arg(1), Type.SET);
  if (ref === WRONG_TYPE) return;
  // Redis looks at the options only when there is something to scan.
  if (ref === 0) return replyScan(session, 0, []);
  const options = scanOptions(session, request, 3);
  if (options === null) return;
  const found: string[] = [];
  const next = setScan(session.db, ref, cursor, options.count, (member) => {
    const name = member.toString();
    if (scanMatches(options, name)) found.push(name);
  });
  replyScan(session, next, found);
}
