import { type Position, readPosition } from '../../../bytes/geohash.js';
import * as errors from '../../../protocol/errors.js';
import type { Request } from '../../../protocol/request.js';
import type { SortedSet } from '../../../storage/types/sorted-set.js';
import { doubleArgument } from '../../arguments/arguments.js';
import type { Session } from '../../clients/session.js';
import { type CommandSpec, Flag, key } from '../command.js';
import { openSortedSet } from '../sorted-set/open.js';
import { newSearch, readOption, type Search, search } from './search.js';
import { positionArguments, unitArgument } from './units.js';

const COMPLEXITY =
  'O(N+log(M)) with N being the number of members in a box around the shape and M the size of the sorted set.';
const SHAPE =
  '<FROMMEMBER member | FROMLONLAT longitude latitude> <BYRADIUS radius <M | KM | FT | MI> | BYBOX width height <M | KM | FT | MI>> [ASC | DESC] [COUNT count [ANY]]';

export const geosearch: CommandSpec = {
  name: 'geosearch',
  group: 'geo',
  summary: 'Returns the members inside a circle or a box.',
  since: '6.2.0',
  complexity: COMPLEXITY,
  syntax: `key ${SHAPE} [WITHCOORD] [WITHDIST] [WITHHASH]`,
  arity: -7,
  flags: Flag.READONLY | Flag.TIMED,
  keys: [key('RO ACCESS')],
  history: [['7.0.0', 'Units may be in upper case.']],
  handler: (session, request) => {
    searchCommand(session, request, false);
  },
};

export const geosearchstore: CommandSpec = {
  name: 'geosearchstore',
  group: 'geo',
  summary: 'Stores the members inside a circle or a box as a sorted set.',
  since: '6.2.0',
  complexity: COMPLEXITY,
  syntax: `destination source ${SHAPE} [STOREDIST]`,
  arity: -8,
  flags: Flag.WRITE | Flag.DENYOOM | Flag.TIMED,
  keys: [key('OW UPDATE'), key('RO ACCESS', 2)],
  history: [['7.0.0', 'Units may be in upper case.']],
  handler: (session, request) => {
    searchCommand(session, request, true);
  },
};

function searchCommand(session: Session, request: Request, store: boolean): void {
  const source = store ? 2 : 1;
  const ref = session.read(request.arg(source));
  const set = ref === 0 ? null : openSortedSet(session, ref);
  if (ref !== 0 && set === null) return;
  const given = newSearch(store ? 'geosearchstore' : 'georadius');
  if (store) given.storeKey = request.arg(1);
  const asked: Asked = { center: null, circle: false, box: false };
  for (let at = source + 1; at < request.count;) {
    const next =
      readShape(session, request, at, set, given, asked) || readOption(session, request, at, given);
    if (next > 0) at = next;
    else if (next < 0) return;
    else if (store && request.is(at, 'storedist')) {
      given.storeDistance = true;
      at++;
    } else return session.reply.error(errors.SYNTAX);
  }
  const missing = missingOf(asked);
  if (given.withDistance || given.withHash || given.withPosition) {
    if (store) return session.reply.error(`ERR GEOSEARCHSTORE ${STORE_AND_WITH}`);
  }
  if (missing !== null) return session.reply.error(`${missing} can be specified for ${request.string(0)}`);
  search(session, set, given);
}

/** Redis's words behind the name of the option. */
export const STORE_AND_WITH = 'is not compatible with WITHDIST, WITHHASH and WITHCOORD options';

/** What has been said of the shape so far. */
interface Asked {
  center: 'member' | 'position' | null;
  circle: boolean;
  box: boolean;
}

function missingOf({ center, circle, box }: Asked): string | null {
  if (center === null) return 'ERR exactly one of FROMMEMBER or FROMLONLAT';
  return circle || box ? null : 'ERR exactly one of BYRADIUS and BYBOX';
}

/** Reads an option about the shape; the next argument, 0 if it is none, -1 after the error reply. */
function readShape(
  session: Session,
  request: Request,
  at: number,
  set: SortedSet | null,
  { shape }: Search,
  asked: Asked,
): number {
  const left = request.count - at - 1;
  if (request.is(at, 'frommember') && left >= 1 && asked.center !== 'position') {
    asked.center = 'member';
    return set === null || readMember(session, request, at + 1, set, shape.center) ? at + 2 : -1;
  }
  if (request.is(at, 'fromlonlat') && left >= 2 && asked.center !== 'member') {
    asked.center = 'position';
    return positionArguments(session, request, at + 1, shape.center) ? at + 3 : -1;
  }
  if (request.is(at, 'byradius') && left >= 2 && !asked.box) {
    asked.circle = true;
    return readRadius(session, request, at + 1, shape) ? at + 3 : -1;
  }
  if (request.is(at, 'bybox') && left >= 3 && !asked.circle) {
    asked.box = true;
    return readBox(session, request, at + 1, shape) ? at + 4 : -1;
  }
  return 0;
}

/** Reads the position of the member that argument `at` names; false after the error reply. */
export function readMember(
  session: Session,
  request: Request,
  at: number,
  set: SortedSet,
  to: Position,
): boolean {
  const score = set.find(request.arg(at));
  if (Number.isNaN(score)) {
    session.reply.error('ERR could not decode requested zset member');
    return false;
  }
  readPosition(score, to);
  return true;
}

/** Reads a radius and its unit; false after the error reply. */
export function readRadius(session: Session, request: Request, at: number, shape: Search['shape']): boolean {
  const radius = doubleArgument(session, request, at, 'ERR need numeric radius');
  if (radius === null) return false;
  if (radius < 0) {
    session.reply.error('ERR radius cannot be negative');
    return false;
  }
  const unitMeters = unitArgument(session, request, at + 1);
  if (unitMeters === null) return false;
  shape.radius = radius;
  shape.unitMeters = unitMeters;
  return true;
}

function readBox(session: Session, request: Request, at: number, shape: Search['shape']): boolean {
  const width = doubleArgument(session, request, at, 'ERR need numeric width');
  if (width === null) return false;
  const height = doubleArgument(session, request, at + 1, 'ERR need numeric height');
  if (height === null) return false;
  if (width < 0 || height < 0) {
    session.reply.error('ERR height or width cannot be negative');
    return false;
  }
  const unitMeters = unitArgument(session, request, at + 2);
  if (unitMeters === null) return false;
  shape.radius = NaN;
  shape.width = width;
  shape.height = height;
  shape.unitMeters = unitMeters;
  return true;
}
