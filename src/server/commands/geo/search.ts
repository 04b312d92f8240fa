import { Bytes } from '../../../bytes/bytes.js';
import { type Position, readPosition, scoresOfCell } from '../../../bytes/geohash.js';
import type { Request } from '../../../protocol/request.js';
import { ScoredMembers } from '../../../storage/types/scored-members.js';
import type { SortedSet } from '../../../storage/types/sorted-set.js';
import { integerArgument } from '../../arguments/arguments.js';
import type { Session } from '../../clients/session.js';
import { storeResult } from '../sorted-set/store.js';
import { cellsOf, distanceInside, type Shape } from './search-area.js';
import { replyDistance, replyPosition } from './units.js';

/** What a search asks for. */
export interface Search {
  readonly shape: Shape;
  withDistance: boolean;
  withHash: boolean;
  withPosition: boolean;
  order: 'none' | 'nearest' | 'farthest';
  /** Most members wanted; 0 is all. */
  count: number;
  /** Any members inside the shape will do, so the search may end early. */
  any: boolean;
  /** Where the result goes instead of the reply. */
  storeKey: Bytes | null;
  /** Stored scores are distances. */
  storeDistance: boolean;
  readonly storeEvent: string;
}

/** A search that nothing has been said about yet; `command` names the event of storing its result. */
export function newSearch(command: 'geosearchstore' | 'georadius'): Search {
  return {
    shape: { center: { longitude: 0, latitude: 0 }, radius: NaN, width: 0, height: 0, unitMeters: 1 },
    withDistance: false,
    withHash: false,
    withPosition: false,
    order: 'none',
    count: 0,
    any: false,
    storeKey: null,
    storeDistance: false,
    storeEvent: command === 'geosearchstore' ? 'geosearchstore' : 'georadiusstore',
  };
}

/** Reads an option that all searches have; the next argument, 0 if it is none, -1 after the error reply. */
export function readOption(session: Session, request: Request, at: number, search: Search): number {
  if (request.is(at, 'withdist')) search.withDistance = true;
  else if (request.is(at, 'withhash')) search.withHash = true;
  else if (request.is(at, 'withcoord')) search.withPosition = true;
  else if (request.is(at, 'any')) search.any = true;
  else if (request.is(at, 'asc')) search.order = 'nearest';
  else if (request.is(at, 'desc')) search.order = 'farthest';
  else if (request.is(at, 'count') && at + 1 < request.count) {
    const count = integerArgument(session, request, at + 1);
    if (count === null) return -1;
    if (count <= 0) {
      session.reply.error('ERR COUNT must be > 0');
      return -1;
    }
    search.count = count;
    return at + 2;
  } else return 0;
  return at + 1;
}

/** Members inside a shape, as they were found. */
interface Found {
  readonly members: ScoredMembers;
  /** Meters from the center. */
  readonly distances: number[];
}

const view = new Bytes(new Uint8Array(0));
const position: Position = { longitude: 0, latitude: 0 };

/** Searches a sorted set (null: the key is not there) and replies with the result, or stores it. */
export function search(session: Session, set: SortedSet | null, asked: Search): void {
  const { reply } = session;
  const { storeKey, count, any } = asked;
  if (any && count === 0) return reply.error('ERR the ANY argument requires COUNT argument');
  if (set === null && storeKey === null) return reply.array(0);
  const found: Found = { members: new ScoredMembers(), distances: [] };
  if (set !== null) findInside(set, asked.shape, any ? count : Infinity, found);
  const order = ordered(found, asked);
  if (storeKey === null) replyFound(session, asked, found, order);
  else storeFound(session, storeKey, asked, found, order);
}

function findInside(set: SortedSet, shape: Shape, limit: number, found: Found): void {
  for (const cell of cellsOf(shape)) {
    const { first, end } = scoresOfCell(cell);
    const to = set.rankOfScore(end, false);
    const from = set.rankOfScore(first, false);
    if (from < to) set.seek(from);
    for (let left = to - from; left > 0 && found.members.size < limit;) {
      const run = set.readRun(left, false);
      addInside(set, run, shape, limit, found);
      left -= run;
    }
  }
}

function addInside(set: SortedSet, run: number, shape: Shape, limit: number, found: Found): void {
  for (let i = 0; i < run && found.members.size < limit; i++) {
    const score = set.runScore(i);
    const distance = distanceInside(shape, readPosition(score, position));
    if (Number.isNaN(distance)) continue;
    found.members.add(set.runMember(i, view), score);
    found.distances.push(distance);
  }
}

/** Indexes of what is returned, in order. COUNT means the nearest ones, unless any will do. */
function ordered({ distances }: Found, { order, count, any }: Search): number[] {
  const indexes = distances.map((_, index) => index);
  const direction = order === 'farthest' ? -1 : 1;
  if (order !== 'none' || (count > 0 && !any)) {
    indexes.sort((a, b) => direction * (distances[a]! - distances[b]!));
  }
  return count === 0 ? indexes : indexes.slice(0, count);
}

function replyFound(session: Session, asked: Search, found: Found, order: readonly number[]): void {
  const { reply } = session;
  const { withDistance, withHash, withPosition } = asked;
  const extras = Number(withDistance) + Number(withHash) + Number(withPosition);
  reply.array(order.length);
  for (const index of order) {
    const score = found.members.score(index);
    if (extras > 0) reply.array(1 + extras);
    reply.bulk(found.members.member(index, view));
    if (withDistance) replyDistance(session, found.distances[index]! / asked.shape.unitMeters);
    if (withHash) reply.integer(Math.trunc(score));
    if (withPosition) replyPosition(session, readPosition(score, position));
  }
}

function storeFound(
  session: Session,
  key: Bytes,
  asked: Search,
  found: Found,
  order: readonly number[],
): void {
  const result = new ScoredMembers();
  for (const index of order) {
    const score = asked.storeDistance
      ? found.distances[index]! / asked.shape.unitMeters
      : found.members.score(index);
    result.add(found.members.member(index, view), score);
  }
  storeResult(session, key, result, asked.storeEvent, result.size);
}
