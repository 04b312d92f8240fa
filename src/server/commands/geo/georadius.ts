import * as errors from '../../../protocol/errors.js';
import type { Request } from '../../../protocol/request.js';
import type { Session } from '../../clients/session.js';
import { type CommandSpec, Flag, key, type KeySpec } from '../command.js';
import { openSortedSet } from '../sorted-set/open.js';
import { readMember, readRadius, STORE_AND_WITH } from './geosearch.js';
import { newSearch, readOption, search, type Search } from './search.js';
import { positionArguments } from './units.js';

const BY_POSITION = 'key longitude latitude radius <M | KM | FT | MI>';
const BY_MEMBER = 'key member radius <M | KM | FT | MI>';
const OPTIONS = '[WITHCOORD] [WITHDIST] [WITHHASH] [COUNT count [ANY]] [ASC | DESC]';
const STORE = '[STORE key] [STOREDIST key]';
const ANY_ADDED = ['6.2.0', 'Added the `ANY` option for `COUNT`.'] as const;
const UPPER_CASE = ['7.0.0', 'Units may be in upper case.'] as const;

export const georadius = radiusCommand('georadius', false, true, [ANY_ADDED, UPPER_CASE]);
export const georadiusRo = radiusCommand('georadius_ro', false, false, [ANY_ADDED]);
export const georadiusbymember = radiusCommand('georadiusbymember', true, true, [UPPER_CASE]);
export const georadiusbymemberRo = radiusCommand('georadiusbymember_ro', true, false, []);

function radiusCommand(
  name: string,
  byMember: boolean,
  mayStore: boolean,
  history: CommandSpec['history'] & {},
): CommandSpec {
  const target = mayStore ? '`GEOSEARCH` and `GEOSEARCHSTORE`' : '`GEOSEARCH`';
  const optionsAt = byMember ? 5 : 6;
  return {
    name,
    group: 'geo',
    summary: `Returns the members inside a circle around a ${byMember ? 'member' : 'position'}${mayStore ? ', or stores them' : ''}.`,
    since: mayStore ? '3.2.0' : '3.2.10',
    complexity:
      'O(N+log(M)) with N being the number of members in a box around the circle and M the size of the sorted set.',
    syntax: `${byMember ? BY_MEMBER : BY_POSITION} ${OPTIONS}${mayStore ? ` ${STORE}` : ''}`,
    arity: -optionsAt,
    flags: Flag.TIMED | (mayStore ? Flag.WRITE | Flag.DENYOOM | Flag.MOVABLEKEYS : Flag.READONLY),
    keys: mayStore
      ? [key('RO ACCESS'), storeKey('STORE', optionsAt), storeKey('STOREDIST', optionsAt)]
      : [key('RO ACCESS')],
    history,
    deprecated: {
      since: '6.2.0',
      replacedBy: byMember
        ? `${target} with the \`BYRADIUS\` and \`FROMMEMBER\` arguments`
        : `${target} with the \`BYRADIUS\` argument`,
    },
    handler: (session, request) => {
      handle(session, request, byMember, mayStore);
    },
  };
}

function storeKey(word: string, from: number): KeySpec {
  return { flags: 'OW UPDATE', find: { kind: 'keyword', word, from } };
}

function handle(session: Session, request: Request, byMember: boolean, mayStore: boolean): void {
  const { reply } = session;
  const ref = session.read(request.arg(1));
  const set = ref === 0 ? null : openSortedSet(session, ref);
  if (ref !== 0 && set === null) return;
  const given = newSearch('georadius');
  const { shape } = given;
  if (byMember) {
    // Without a key there is no member to start from, and the radius is not looked at.
    if (set !== null && !readMember(session, request, 2, set, shape.center)) return;
    if (set !== null && !readRadius(session, request, 3, shape)) return;
  } else {
    if (!positionArguments(session, request, 2, shape.center)) return;
    if (!readRadius(session, request, 4, shape)) return;
  }
  if (!readOptions(session, request, byMember ? 5 : 6, mayStore, given)) return;
  if (given.storeKey !== null && (given.withDistance || given.withHash || given.withPosition)) {
    return reply.error(`ERR STORE option in GEORADIUS ${STORE_AND_WITH}`);
  }
  search(session, set, given);
}

function readOptions(
  session: Session,
  request: Request,
  from: number,
  mayStore: boolean,
  given: Search,
): boolean {
  for (let at = from; at < request.count;) {
    const next = readOption(session, request, at, given);
    if (next < 0) return false;
    if (next > 0) at = next;
    else if (mayStore && at + 1 < request.count && (request.is(at, 'store') || request.is(at, 'storedist'))) {
      given.storeKey = request.arg(at + 1);
      given.storeDistance = request.is(at, 'storedist');
      at += 2;
    } else {
      session.reply.error(errors.SYNTAX);
      return false;
    }
  }
  return true;
}
