import { distanceMeters, geohashText, type Position, readPosition } from '../../../bytes/geohash.js';
import * as errors from '../../../protocol/errors.js';
import type { Request } from '../../../protocol/request.js';
import type { Session } from '../../clients/session.js';
import { type CommandSpec, Flag, key } from '../command.js';
import { openSortedSet } from '../sorted-set/open.js';
import { replyDistance, replyPosition, unitArgument } from './units.js';

export const geodist: CommandSpec = {
  name: 'geodist',
  group: 'geo',
  summary: 'Returns the distance between two members.',
  since: '3.2.0',
  complexity: 'O(1)',
  syntax: 'key member1 member2 [M | KM | FT | MI]',
  arity: -4,
  flags: Flag.READONLY,
  keys: [key('RO ACCESS')],
  handler: distanceCommand,
};

export const geohash: CommandSpec = {
  name: 'geohash',
  group: 'geo',
  summary: 'Returns the positions of members as geohash strings.',
  since: '3.2.0',
  complexity: 'O(N) with N being the number of members asked for.',
  syntax: 'key member [member ...]',
  arity: -2,
  flags: Flag.READONLY,
  keys: [key('RO ACCESS')],
  handler: (session, request) => {
    eachPosition(session, request, (found) => {
      if (found === null) session.reply.null();
      else session.reply.text(geohashText(found));
    });
  },
};

export const geopos: CommandSpec = {
  name: 'geopos',
  group: 'geo',
  summary: 'Returns the longitudes and latitudes of members.',
  since: '3.2.0',
  complexity: 'O(N) with N being the number of members asked for.',
  syntax: 'key member [member ...]',
  arity: -2,
  flags: Flag.READONLY,
  keys: [key('RO ACCESS')],
  handler: (session, request) => {
    eachPosition(session, request, (found) => {
      if (found === null) session.reply.nullArray();
      else replyPosition(session, found);
    });
  },
};

const position: Position = { longitude: 0, latitude: 0 };
const other: Position = { longitude: 0, latitude: 0 };

function distanceCommand(session: Session, request: Request): void {
  const { reply } = session;
  if (request.count > 5) return reply.error(errors.SYNTAX);
  const meters = request.count === 5 ? unitArgument(session, request, 4) : 1;
  if (meters === null) return;
  const ref = session.read(request.arg(1));
  if (ref === 0) return reply.null();
  const set = openSortedSet(session, ref);
  if (set === null) return;
  const from = set.find(request.arg(2));
  const to = set.find(request.arg(3));
  if (Number.isNaN(from) || Number.isNaN(to)) return reply.null();
  replyDistance(session, distanceMeters(readPosition(from, position), readPosition(to, other)) / meters);
}

function eachPosition(session: Session, request: Request, write: (found: Position | null) => void): void {
  const ref = session.read(request.arg(1));
  const set = ref === 0 ? null : openSortedSet(session, ref);
  if (ref !== 0 && set === null) return;
  session.reply.array(request.count - 2);
  for (let i = 2; i < request.count; i++) {
    const score = set === null ? NaN : set.find(request.arg(i));
    write(Number.isNaN(score) ? null : readPosition(score, position));
  }
}
