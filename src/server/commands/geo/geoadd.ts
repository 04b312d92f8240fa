import { scoreOfPosition } from '../../../bytes/geohash.js';
import * as errors from '../../../protocol/errors.js';
import type { Request } from '../../../protocol/request.js';
import type { Session } from '../../clients/session.js';
import { type CommandSpec, Flag, key } from '../command.js';
import { addMembers, AddOption } from '../sorted-set/zadd.js';
import { positionArguments } from './units.js';

export const geoadd: CommandSpec = {
  name: 'geoadd',
  group: 'geo',
  summary: 'Adds members with their positions to a sorted set, or moves them.',
  since: '3.2.0',
  complexity: 'O(log(N)) for each member, N being the size of the sorted set.',
  syntax: 'key [NX | XX] [CH] longitude latitude member [longitude latitude member ...]',
  arity: -5,
  flags: Flag.WRITE | Flag.DENYOOM,
  keys: [key('RW UPDATE')],
  history: [['6.2.0', 'Added `CH`, `NX` and `XX`.']],
  handler: addCommand,
};

const position = { longitude: 0, latitude: 0 };

function addCommand(session: Session, request: Request): void {
  let options = 0;
  let first = 2;
  for (; first < request.count; first++) {
    if (request.is(first, 'nx')) options |= AddOption.NX;
    else if (request.is(first, 'xx')) options |= AddOption.XX;
    else if (request.is(first, 'ch')) options |= AddOption.CH;
    else break;
  }
  const count = (request.count - first) / 3;
  const both = AddOption.NX | AddOption.XX;
  if (count === 0 || !Number.isInteger(count) || (options & both) === both) {
    return session.reply.error(errors.SYNTAX);
  }
  const scores = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    if (!positionArguments(session, request, first + 3 * i, position)) return;
    scores[i] = scoreOfPosition(position.longitude, position.latitude);
  }
  addMembers(session, request, options, scores, { first: first + 2, step: 3, count });
}
