import * as errors from '../../../protocol/errors.js';
import type { Request } from '../../../protocol/request.js';
import { Type } from '../../../storage/representation.js';
import { integerArgument, rangedArgument } from '../../arguments/arguments.js';
import { type BlockingCommand, timeoutMilliseconds } from '../../clients/blocking.js';
import type { Session } from '../../clients/session.js';
import { type CommandSpec, Flag } from '../command.js';

export const wait: CommandSpec = {
  name: 'wait',
  group: 'generic',
  summary:
    'Waits until replicas have the writes of this connection. There are none: replies with 0 in the end.',
  since: '3.0.0',
  complexity: 'O(1)',
  syntax: 'numreplicas timeout',
  arity: 3,
  flags: Flag.NOSCRIPT,
  categories: ['connection'],
  tips: ['request_policy:all_shards', 'response_policy:agg_min'],
  handler: waitCommand,
};

export const waitaof: CommandSpec = {
  name: 'waitaof',
  group: 'generic',
  summary:
    'Waits until the writes so far are on disk, in the append-only file here and in those of replicas.',
  since: '7.2.0',
  complexity: 'O(1)',
  syntax: 'numlocal numreplicas timeout',
  arity: 4,
  flags: Flag.NOSCRIPT,
  categories: ['connection'],
  tips: ['request_policy:all_shards', 'response_policy:agg_min'],
  handler: waitaofCommand,
};

const NO_AOF = 'ERR WAITAOF cannot be used when numlocal is set but appendonly is disabled.';

const WAIT: BlockingCommand = {
  type: Type.STRING,
  serve: () => false,
  timedOut: (session) => session.reply.integer(0),
};

function waitCommand(session: Session, request: Request): void {
  const replicas = integerArgument(session, request, 1);
  const timeoutMs = replicas === null ? null : timeoutMilliseconds(session, request, 2);
  if (replicas === null || timeoutMs === null) return;
  if (replicas <= 0) return session.reply.integer(0);
  session.server.blocking.wait(session, request, WAIT, 1, 0, timeoutMs);
}

/** As Redis, except that it waits for the writes of every connection: the log does not know whose they are. */
function waitaofCommand(session: Session, request: Request): void {
  const { server } = session;
  const local = integerArgument(session, request, 1);
  if (local === null) return;
  if (local < 0 || local > 1) return session.reply.error(errors.notBetween(0, 1));
  const replicas = rangedArgument(session, request, 2, 0, Infinity, errors.MUST_BE_POSITIVE);
  const timeoutMs = replicas === null ? null : timeoutMilliseconds(session, request, 3);
  if (replicas === null || timeoutMs === null) return;
  const command = new AofWait(local, replicas, server.persistence.log.position);
  if (command.isMet(session)) return command.timedOut(session);
  server.blocking.wait(session, request, command, 1, 0, timeoutMs);
}

class AofWait implements BlockingCommand {
  readonly type = Type.STRING;

  constructor(
    private readonly local: number,
    private readonly replicas: number,
    private readonly position: number,
  ) {}

  serve(): boolean {
    return false;
  }

  /** Also when there is no log any more to wait for. */
  isMet(session: Session): boolean {
    const { isOpen } = session.server.persistence.log;
    return this.local === 0
      ? this.replicas === 0
      : !isOpen || (this.replicas === 0 && this.isSynced(session));
  }

  private isSynced({ server }: Session): boolean {
    const { log } = server.persistence;
    return log.isOpen && log.syncedPosition >= this.position;
  }

  timedOut(session: Session): void {
    const { reply, server } = session;
    if (this.local === 1 && !server.persistence.log.isOpen) return reply.error(NO_AOF);
    reply.array(2);
    reply.integer(this.isSynced(session) ? 1 : 0);
    reply.integer(0);
  }
}
