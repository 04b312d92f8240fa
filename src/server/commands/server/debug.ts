import { encodingName } from '../../../storage/encoding.js';
import * as errors from '../../../protocol/errors.js';
import type { Request } from '../../../protocol/request.js';
import type { Session } from '../../session.js';
import { type CommandSpec, Flag } from '../command.js';

export const debug: CommandSpec = {
  name: 'debug',
  group: 'server',
  summary: 'Looks into the server and steers it, for tests.',
  since: '1.0.0',
  complexity: 'Depends on subcommand.',
  syntax: '',
  arity: -2,
  flags: Flag.ADMIN | Flag.NOSCRIPT | Flag.LOADING | Flag.STALE | Flag.TIMED,
  handler: debugCommand,
};

function debugCommand(session: Session, request: Request): void {
  const subcommand = SUBCOMMANDS.get(request.word(1));
  if (subcommand?.count === request.count) return subcommand.handler(session, request);
  session.reply.error(
    `ERR unknown subcommand or wrong number of arguments for '${request.string(1)}'. Try DEBUG HELP.`,
  );
}

interface Subcommand {
  /** Number of arguments, DEBUG and its own name included. */
  readonly count: number;
  readonly handler: (session: Session, request: Request) => void;
}

const SUBCOMMANDS: ReadonlyMap<string, Subcommand> = new Map([
  ['object', { count: 3, handler: debugObject }],
  ['set-active-expire', { count: 3, handler: setActiveExpire }],
  ['sleep', { count: 3, handler: sleep }],
]);

/** Stops the whole server for some seconds, as Redis does. */
function sleep(session: Session, request: Request): void {
  const seconds = Number.parseFloat(request.string(2)) || 0;
  if (seconds > 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, seconds * 1000);
  session.server.refreshTime();
  session.reply.ok();
}

function setActiveExpire(session: Session, request: Request): void {
  session.server.activeExpire = Number.parseInt(request.string(2), 10) > 0;
  session.reply.ok();
}

function debugObject(session: Session, request: Request): void {
  const { db, reply } = session;
  const ref = db.findLive(request.arg(2), session.now);
  if (ref === 0) return reply.error(errors.NO_SUCH_KEY);
  const { records } = db;
  const idle = db.idleSeconds(ref);
  reply.simple(
    `Value at:0x${ref.toString(16).padStart(12, '0')} refcount:1 encoding:${encodingName(db, ref)} ` +
      `serializedlength:${records.valueLength(ref)} lru:${records.access(ref)} lru_seconds_idle:${idle}`,
  );
}
