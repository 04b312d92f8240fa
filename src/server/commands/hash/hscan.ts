import type { Request } from '../../../protocol/request.js';
import { hashScan } from '../../../storage/types/hash.js';
import { replyScan, scanMatches, scanOptions } from '../../arguments/scan-options.js';
import type { Session } from '../../clients/session.js';
import { WRONG_TYPE } from '../../arguments/typed-key.js';
import { type CommandSpec, Flag, key } from '../command.js';
import { readHash } from './hash-key.js';
import { cursorArgument } from '../generic/scan.js';

export const hscan: CommandSpec = {
  name: 'hscan',
  group: 'hash',
  summary: 'Walks through the fields of a hash in steps.',
  since: '2.8.0',
  complexity: 'O(1) for a step, O(N) for all of them, N being the number of fields.',
  syntax: 'key cursor [MATCH pattern] [COUNT count] [NOVALUES]',
  arity: -3,
  flags: Flag.READONLY | Flag.TIMED,
  keys: [key('RO ACCESS')],
  tips: ['nondeterministic_output'],
  history: [['7.4.0', 'Accepts `NOVALUES`.']],
  handler: hscanCommand,
};

function hscanCommand(session: Session, request: Request): void {
  const cursor = cursorArgument(session, request, 2);
  if (cursor === null) return;
  const ref = readHash(session, request.arg(1));
  if (ref === WRONG_TYPE) return;
  // Redis looks at the options only when there is something to scan.
  if (ref === 0) return replyScan(session, 0, []);
  const options = scanOptions(session, request, 3, true);
  if (options === null) return;
  const found: string[] = [];
  const next = hashScan(session.db, ref, cursor, options.count, (field, value) => {
    const name = field.toString();
    if (!scanMatches(options, name)) return;
    found.push(name);
    if (!options.noValues) found.push(value.toString());
  });
  replyScan(session, next, found);
}
