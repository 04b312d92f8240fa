import { Bytes } from '../../../bytes/bytes.js';
import * as errors from '../../../protocol/errors.js';
import type { Request } from '../../../protocol/request.js';
import { Type } from '../../../storage/representation.js';
import { listCreate, listEnd, listPush } from '../../../storage/types/list.js';
import { type BlockingCommand, timeoutSeconds } from '../../clients/blocking.js';
import { NotifyClass } from '../../pubsub/notifications.js';
import type { Session } from '../../clients/session.js';
import { type CommandSpec, Flag, key } from '../command.js';
import { takeFromEnd } from './pop.js';

const KEYS = [key('RW ACCESS DELETE'), key('RW INSERT', 2)];
const BLOCKING_FLAGS = Flag.WRITE | Flag.DENYOOM | Flag.NOSCRIPT | Flag.BLOCKING;

export const lmove: CommandSpec = {
  name: 'lmove',
  group: 'list',
  summary: 'Takes an element from one end of a list and puts it at one end of another, or of the same.',
  since: '6.2.0',
  complexity: 'O(1)',
  syntax: 'source destination LEFT | RIGHT LEFT | RIGHT',
  arity: 5,
  flags: Flag.WRITE | Flag.DENYOOM,
  keys: KEYS,
  handler: lmoveCommand,
};

export const rpoplpush: CommandSpec = {
  name: 'rpoplpush',
  group: 'list',
  summary: 'Takes an element from the tail of a list and puts it at the head of another, or of the same.',
  since: '1.2.0',
  complexity: 'O(1)',
  syntax: 'source destination',
  arity: 3,
  flags: Flag.WRITE | Flag.DENYOOM,
  keys: KEYS,
  deprecated: { since: '6.2.0', replacedBy: '`LMOVE` with the `RIGHT` and `LEFT` arguments' },
  handler: (session, request) => {
    if (move(session, request, false, true) === Moved.NOTHING) session.reply.null();
  },
};

export const blmove: CommandSpec = {
  name: 'blmove',
  group: 'list',
  summary: 'As LMOVE, waiting for an element if there is none.',
  since: '6.2.0',
  complexity: 'O(1)',
  syntax: 'source destination LEFT | RIGHT LEFT | RIGHT timeout',
  arity: 6,
  flags: BLOCKING_FLAGS,
  keys: KEYS,
  handler: (session, request) => {
    if (sideArgument(session, request, 3) !== null && sideArgument(session, request, 4) !== null)
      moveOrWait(session, request, BLMOVE, 5);
  },
};

export const brpoplpush: CommandSpec = {
  name: 'brpoplpush',
  group: 'list',
  summary: 'As RPOPLPUSH, waiting for an element if there is none.',
  since: '2.2.0',
  complexity: 'O(1)',
  syntax: 'source destination timeout',
  arity: 4,
  flags: BLOCKING_FLAGS,
  keys: KEYS,
  history: [['6.0.0', 'The `timeout` may be a fraction of a second.']],
  deprecated: { since: '6.2.0', replacedBy: '`BLMOVE` with the `RIGHT` and `LEFT` arguments' },
  handler: (session, request) => moveOrWait(session, request, BRPOPLPUSH, 3),
};

const Moved = { NOTHING: 0, REFUSED: 1, YES: 2 } as const;
type Moved = (typeof Moved)[keyof typeof Moved];

const BLMOVE: BlockingCommand = {
  type: Type.LIST,
  serve(session, request) {
    const { propagation } = session.server;
    const moved = move(session, request, request.is(3, 'left'), request.is(4, 'left'));
    if (moved === Moved.YES) {
      const from = request.arg(3);
      const to = request.arg(4);
      propagation.replace(session.db.number, 'LMOVE', request.arg(1), request.arg(2), from, to);
    }
    return moved !== Moved.NOTHING;
  },
  timedOut: (session) => session.reply.nullArray(),
};

const BRPOPLPUSH: BlockingCommand = {
  type: Type.LIST,
  serve(session, request) {
    const { propagation } = session.server;
    const moved = move(session, request, false, true);
    if (moved === Moved.YES)
      propagation.replace(session.db.number, 'RPOPLPUSH', request.arg(1), request.arg(2));
    return moved !== Moved.NOTHING;
  },
  timedOut: (session) => session.reply.nullArray(),
};

const view = new Bytes(new Uint8Array(0));

/** True for LEFT, false for RIGHT, null after it has replied with the error. */
export function sideArgument(session: Session, request: Request, at: number): boolean | null {
  if (request.is(at, 'left')) return true;
  if (request.is(at, 'right')) return false;
  session.reply.error(errors.SYNTAX);
  return null;
}

function lmoveCommand(session: Session, request: Request): void {
  const fromFront = sideArgument(session, request, 3);
  if (fromFront === null) return;
  const toFront = sideArgument(session, request, 4);
  if (toFront === null) return;
  if (move(session, request, fromFront, toFront) === Moved.NOTHING) session.reply.null();
}

function moveOrWait(session: Session, request: Request, command: BlockingCommand, timeoutAt: number): void {
  const timeoutMs = timeoutSeconds(session, request, timeoutAt);
  if (timeoutMs === null) return;
  const { blocking } = session.server;
  if (command.serve(session, request, request.arg(1))) return;
  // Redis: null where it may not wait, a null array when the time is up.
  if (!blocking.mayWait(session)) return session.reply.null();
  blocking.wait(session, request, command, 1, 1, timeoutMs);
}

/** Moves an element and replies with it, or with an error, or not at all when there is NOTHING to move. */
function move(session: Session, request: Request, fromFront: boolean, toFront: boolean): Moved {
  const { db, reply } = session;
  const source = request.arg(1);
  const destination = request.arg(2);
  const from = session.write(source);
  if (from === 0) return Moved.NOTHING;
  const to = session.write(destination);
  if (db.type(from) !== Type.LIST || (to !== 0 && db.type(to) !== Type.LIST)) {
    reply.error(errors.WRONGTYPE);
    return Moved.REFUSED;
  }
  // Into the same list, the element must not be read while it moves.
  const element =
    from === to ? listEnd(db, from, fromFront, view).copy() : listEnd(db, from, fromFront, view);
  reply.bulk(element);
  const target = listPush(db, to === 0 ? listCreate(db, destination) : to, toFront, element);
  session.changed(destination, NotifyClass.LIST, toFront ? 'lpush' : 'rpush', 0);
  takeFromEnd(session, source, from === to ? target : from, fromFront, 1);
  return Moved.YES;
}
