import * as errors from '../../../protocol/errors.js';
import type { Request } from '../../../protocol/request.js';
import { int32Argument } from '../../arguments/arguments.js';
import { NotifyClass } from '../../pubsub/notifications.js';
import type { Session } from '../../clients/session.js';
import { type CommandSpec, Flag, key } from '../command.js';

export const rename: CommandSpec = {
  name: 'rename',
  group: 'generic',
  summary: 'Gives a key another name, in the place of what had that name.',
  since: '1.0.0',
  complexity: 'O(M), M being the length of a string or small value; of the one it replaces, its elements.',
  syntax: 'key newkey',
  arity: 3,
  flags: Flag.WRITE,
  keys: [key('RW ACCESS DELETE'), key('OW UPDATE', 2)],
  handler: (session, request) => {
    renameCommand(session, request, false);
  },
};

export const renamenx: CommandSpec = {
  name: 'renamenx',
  group: 'generic',
  summary: 'Gives a key another name if nothing has that name.',
  since: '1.0.0',
  complexity: 'O(M), M being the length of a string or small value.',
  syntax: 'key newkey',
  arity: 3,
  flags: Flag.WRITE | Flag.FAST,
  keys: [key('RW ACCESS DELETE'), key('OW INSERT', 2)],
  history: [['3.2.0', 'No error when both names are the same.']],
  handler: (session, request) => {
    renameCommand(session, request, true);
  },
};

export const move: CommandSpec = {
  name: 'move',
  group: 'generic',
  summary: 'Moves a key to another database.',
  since: '1.0.0',
  complexity: 'O(M), M being the length of a string or small value.',
  syntax: 'key db',
  arity: 3,
  flags: Flag.WRITE | Flag.FAST,
  keys: [key('RW ACCESS UPDATE')],
  handler: moveCommand,
};

export const copy: CommandSpec = {
  name: 'copy',
  group: 'generic',
  summary: 'Copies a value to another key, in this database or another.',
  since: '6.2.0',
  complexity: 'O(N), N being the number of elements; O(1) for strings.',
  syntax: 'source destination [DB destination-db] [REPLACE]',
  arity: -3,
  flags: Flag.WRITE | Flag.DENYOOM | Flag.TIMED,
  keys: [key('RO ACCESS'), key('OW UPDATE', 2)],
  handler: copyCommand,
};

function renameCommand(session: Session, request: Request, onlyIfFree: boolean): void {
  const { db, reply } = session;
  const from = request.arg(1);
  const to = request.arg(2);
  if (session.write(from) === 0) return reply.error(errors.NO_SUCH_KEY);
  if (from.toString() === to.toString()) return onlyIfFree ? reply.integer(0) : reply.ok();
  const replaced = session.write(to);
  if (replaced !== 0) {
    if (onlyIfFree) return reply.integer(0);
    db.remove(replaced, db.keyspace.lazyServerDel);
  }
  db.rename(db.find(from), db, to);
  session.changed(from, NotifyClass.GENERIC, 'rename_from', 0);
  session.changed(to, NotifyClass.GENERIC, 'rename_to');
  if (onlyIfFree) reply.integer(1);
  else reply.ok();
}

function moveCommand(session: Session, request: Request): void {
  const { db, reply, server } = session;
  const number = int32Argument(session, request, 2);
  if (number === null) return;
  const target = server.keyspace.databases[number];
  if (target === undefined) return reply.error(errors.DB_OUT_OF_RANGE);
  if (target === db) return reply.error(errors.SAME_OBJECT);
  const name = request.arg(1);
  if (session.write(name) === 0 || target.lookupWrite(name, session.now) !== 0) return reply.integer(0);
  db.rename(db.find(name), target, name);
  session.changed(name, NotifyClass.GENERIC, 'move_from', 0);
  server.keyChanged(session, target, name, NotifyClass.GENERIC, 'move_to', 1);
  reply.integer(1);
}

interface CopyOptions {
  database: number;
  replace: boolean;
}

function copyOptions(session: Session, request: Request): CopyOptions | null {
  const { db, reply, server } = session;
  const options: CopyOptions = { database: db.number, replace: false };
  for (let at = 3; at < request.count; at++) {
    if (request.is(at, 'replace')) options.replace = true;
    else if (request.is(at, 'db') && at + 1 < request.count) {
      const number = int32Argument(session, request, ++at);
      if (number === null) return null;
      options.database = number;
      if (server.keyspace.databases[number] !== undefined) continue;
      reply.error(errors.DB_OUT_OF_RANGE);
      return null;
    } else {
      reply.error(errors.SYNTAX);
      return null;
    }
  }
  return options;
}

function copyCommand(session: Session, request: Request): void {
  const { db, reply, server } = session;
  const options = copyOptions(session, request);
  if (options === null) return;
  const target = server.keyspace.databases[options.database]!;
  const from = request.arg(1);
  const to = request.arg(2);
  if (target === db && from.toString() === to.toString()) return reply.error(errors.SAME_OBJECT);
  if (session.read(from) === 0) return reply.integer(0);
  const replaced = target.lookupWrite(to, session.now);
  if (replaced !== 0) {
    if (!options.replace) return reply.integer(0);
    target.remove(replaced, target.keyspace.lazyServerDel);
  }
  db.copy(db.find(from), target, to);
  server.keyChanged(session, target, to, NotifyClass.GENERIC, 'copy_to', 1);
  reply.integer(1);
}
