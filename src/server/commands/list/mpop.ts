import { Bytes } from '../../../bytes/bytes.js';
import * as errors from '../../../protocol/errors.js';
import type { Request } from '../../../protocol/request.js';
import { Type } from '../../../storage/representation.js';
import { listEnd } from '../../../storage/types/list.js';
import { rangedArgument } from '../../arguments/arguments.js';
import { type BlockingCommand, timeoutSeconds } from '../../clients/blocking.js';
import type { Session } from '../../clients/session.js';
import { type CommandSpec, Flag, keys, numkeys } from '../command.js';
import { sideArgument } from './move.js';
import { replyAndTake, takeFromEnd } from './pop.js';

export const lmpop: CommandSpec = {
  name: 'lmpop',
  group: 'list',
  summary: 'Removes and returns elements from the first of several lists that has any.',
  since: '7.0.0',
  complexity: 'O(N+M), N being the number of keys, M the number of elements returned.',
  syntax: 'numkeys key [key ...] LEFT | RIGHT [COUNT count]',
  arity: -4,
  flags: Flag.WRITE | Flag.MOVABLEKEYS,
  keys: [numkeys('RW ACCESS DELETE', 1)],
  handler: (session, request) => {
    const options = parse(session, request, 1);
    if (options !== null && !popFirst(session, request, options)) session.reply.nullArray();
  },
};

export const blmpop: CommandSpec = {
  name: 'blmpop',
  group: 'list',
  summary: 'As LMPOP, waiting for an element if there is none.',
  since: '7.0.0',
  complexity: 'O(N+M), N being the number of keys, M the number of elements returned.',
  syntax: 'timeout numkeys key [key ...] LEFT | RIGHT [COUNT count]',
  arity: -5,
  flags: Flag.WRITE | Flag.BLOCKING | Flag.MOVABLEKEYS,
  keys: [numkeys('RW ACCESS DELETE', 2)],
  handler: blmpopCommand,
};

export const blpop: CommandSpec = {
  name: 'blpop',
  group: 'list',
  summary:
    'Removes and returns the head of the first of several lists that has one; waits for it if none has.',
  since: '2.0.0',
  complexity: 'O(N), N being the number of keys.',
  syntax: 'key [key ...] timeout',
  arity: -3,
  flags: Flag.WRITE | Flag.NOSCRIPT | Flag.BLOCKING,
  keys: [keys('RW ACCESS DELETE', 1, -2)],
  history: [['6.0.0', 'The `timeout` may be a fraction of a second.']],
  handler: (session, request) => popOrWait(session, request, BLPOP),
};

export const brpop: CommandSpec = {
  name: 'brpop',
  group: 'list',
  summary:
    'Removes and returns the tail of the first of several lists that has one; waits for it if none has.',
  since: '2.0.0',
  complexity: 'O(N), N being the number of keys.',
  syntax: 'key [key ...] timeout',
  arity: -3,
  flags: Flag.WRITE | Flag.NOSCRIPT | Flag.BLOCKING,
  keys: [keys('RW ACCESS DELETE', 1, -2)],
  history: [['6.0.0', 'The `timeout` may be a fraction of a second.']],
  handler: (session, request) => popOrWait(session, request, BRPOP),
};

const view = new Bytes(new Uint8Array(0));

// BLPOP, BRPOP

const BLPOP = popping(true);
const BRPOP = popping(false);

function popping(front: boolean): BlockingCommand {
  return {
    type: Type.LIST,
    serve(session, _request, name) {
      popOne(session, name, session.write(name), front);
      return true;
    },
    timedOut: (session) => session.reply.nullArray(),
  };
}

function popOrWait(session: Session, request: Request, command: BlockingCommand): void {
  const timeoutMs = timeoutSeconds(session, request, request.count - 1);
  if (timeoutMs === null) return;
  for (let i = 1; i < request.count - 1; i++) {
    const ref = session.write(request.arg(i));
    if (ref === 0) continue;
    if (session.db.type(ref) !== Type.LIST) return session.reply.error(errors.WRONGTYPE);
    return popOne(session, request.arg(i), ref, command === BLPOP);
  }
  session.server.blocking.wait(session, request, command, 1, request.count - 2, timeoutMs);
}

function popOne(session: Session, name: Bytes, ref: number, front: boolean): void {
  const { db, reply } = session;
  reply.array(2);
  reply.bulk(name);
  reply.bulk(listEnd(db, ref, front, view));
  takeFromEnd(session, name, ref, front, 1);
  session.server.propagation.replace(db.number, front ? 'LPOP' : 'RPOP', name);
}

// LMPOP, BLMPOP

interface Options {
  /** Argument of the first key. */
  readonly firstKey: number;
  readonly keyCount: number;
  readonly front: boolean;
  readonly count: number;
}

/** Reads `numkeys key [key ...] LEFT | RIGHT [COUNT count]` from argument `at` on; null after an error. */
function parse(session: Session, request: Request, at: number): Options | null {
  const keyCount = rangedArgument(session, request, at, 1, Infinity, 'ERR numkeys should be greater than 0');
  if (keyCount === null) return null;
  const side = at + keyCount + 1;
  if (side >= request.count) return refuse(session, errors.SYNTAX);
  const front = sideArgument(session, request, side);
  if (front === null) return null;
  let count = -1;
  for (let i = side + 1; i < request.count; i += 2) {
    if (count !== -1 || !request.is(i, 'count') || i + 1 === request.count) {
      return refuse(session, errors.SYNTAX);
    }
    const given = rangedArgument(session, request, i + 1, 1, Infinity, 'ERR count should be greater than 0');
    if (given === null) return null;
    count = given;
  }
  return { firstKey: at + 1, keyCount, front, count: Math.max(1, count) };
}

function refuse(session: Session, error: string): null {
  session.reply.error(error);
  return null;
}

/** Pops from the first list that has elements; false when there is none. */
function popFirst(session: Session, request: Request, options: Options): boolean {
  for (let i = 0; i < options.keyCount; i++) {
    const name = request.arg(options.firstKey + i);
    const ref = session.write(name);
    if (ref === 0) continue;
    if (session.db.type(ref) === Type.LIST) popMany(session, name, ref, options);
    else session.reply.error(errors.WRONGTYPE);
    return true;
  }
  return false;
}

function popMany(session: Session, name: Bytes, ref: number, { front, count }: Options): void {
  const { reply, db } = session;
  reply.array(2);
  reply.bulk(name);
  const taken = replyAndTake(session, name, ref, front, count);
  session.server.propagation.replace(db.number, front ? 'LPOP' : 'RPOP', name, taken);
}

const BLMPOP: BlockingCommand = {
  type: Type.LIST,
  serve(session, request, name) {
    const options = parse(session, request, 2);
    if (options !== null) popMany(session, name, session.write(name), options);
    return true;
  },
  timedOut: (session) => session.reply.nullArray(),
};

function blmpopCommand(session: Session, request: Request): void {
  const options = parse(session, request, 2);
  const timeoutMs = options === null ? null : timeoutSeconds(session, request, 1);
  if (options === null || timeoutMs === null || popFirst(session, request, options)) return;
  session.server.blocking.wait(session, request, BLMPOP, options.firstKey, options.keyCount, timeoutMs);
}
