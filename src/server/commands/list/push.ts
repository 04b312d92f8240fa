import * as errors from '../../../protocol/errors.js';
import type { Request } from '../../../protocol/request.js';
import { Type } from '../../../storage/representation.js';
import { listCreate, listLength, listPush } from '../../../storage/types/list.js';
import { NotifyClass } from '../../pubsub/notifications.js';
import type { Session } from '../../clients/session.js';
import { type CommandSpec, Flag, key } from '../command.js';

const COMPLEXITY = 'O(N), N being the number of elements added.';

export const lpush: CommandSpec = {
  name: 'lpush',
  group: 'list',
  summary: 'Adds elements at the head of a list, one after the other; a missing list is created.',
  since: '1.0.0',
  complexity: COMPLEXITY,
  syntax: 'key element [element ...]',
  arity: -3,
  flags: Flag.WRITE | Flag.DENYOOM | Flag.FAST,
  keys: [key('RW INSERT')],
  history: [['2.4.0', 'Takes several elements.']],
  handler: (session, request) => push(session, request, true, true),
};

export const rpush: CommandSpec = {
  name: 'rpush',
  group: 'list',
  summary: 'Adds elements at the tail of a list, one after the other; a missing list is created.',
  since: '1.0.0',
  complexity: COMPLEXITY,
  syntax: 'key element [element ...]',
  arity: -3,
  flags: Flag.WRITE | Flag.DENYOOM | Flag.FAST,
  keys: [key('RW INSERT')],
  history: [['2.4.0', 'Takes several elements.']],
  handler: (session, request) => push(session, request, false, true),
};

export const lpushx: CommandSpec = {
  name: 'lpushx',
  group: 'list',
  summary: 'Adds elements at the head of a list if it is there.',
  since: '2.2.0',
  complexity: COMPLEXITY,
  syntax: 'key element [element ...]',
  arity: -3,
  flags: Flag.WRITE | Flag.DENYOOM | Flag.FAST,
  keys: [key('RW INSERT')],
  history: [['4.0.0', 'Takes several elements.']],
  handler: (session, request) => push(session, request, true, false),
};

export const rpushx: CommandSpec = {
  name: 'rpushx',
  group: 'list',
  summary: 'Adds elements at the tail of a list if it is there.',
  since: '2.2.0',
  complexity: COMPLEXITY,
  syntax: 'key element [element ...]',
  arity: -3,
  flags: Flag.WRITE | Flag.DENYOOM | Flag.FAST,
  keys: [key('RW INSERT')],
  history: [['4.0.0', 'Takes several elements.']],
  handler: (session, request) => push(session, request, false, false),
};

function push(session: Session, request: Request, front: boolean, create: boolean): void {
  const { db, reply } = session;
  const name = request.arg(1);
  let ref = session.write(name);
  if (ref === 0) {
    if (!create) return reply.integer(0);
    ref = listCreate(db, name);
  } else if (db.type(ref) !== Type.LIST) return reply.error(errors.WRONGTYPE);
  for (let i = 2; i < request.count; i++) ref = listPush(db, ref, front, request.arg(i));
  session.changed(name, NotifyClass.LIST, front ? 'lpush' : 'rpush', request.count - 2);
  reply.integer(listLength(db, ref));
}
