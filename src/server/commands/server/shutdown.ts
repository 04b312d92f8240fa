import * as errors from '../../../protocol/errors.js';
import type { Request } from '../../../protocol/request.js';
import type { Session } from '../../clients/session.js';
import { type CommandSpec, Flag } from '../command.js';

export const shutdown: CommandSpec = {
  name: 'shutdown',
  group: 'server',
  summary: 'Ends the server, with what it holds written to disk where that is configured.',
  since: '1.0.0',
  complexity:
    'O(N) when saving, where N is the total number of keys in all databases when saving data, otherwise O(1)',
  syntax: '[NOSAVE | SAVE] [NOW] [FORCE] [ABORT]',
  arity: -1,
  flags: Flag.ADMIN | Flag.NOSCRIPT | Flag.LOADING | Flag.STALE | Flag.NO_MULTI | Flag.ALLOW_BUSY,
  history: [['7.0.0', 'The modifiers NOW, FORCE and ABORT.']],
  handler: shutdownCommand,
};

/** How a server is to end. */
export interface ShutdownOptions {
  /** Null: as `save` and `appendonly` say. */
  save: boolean | null;
  /** Does not wait for replicas. */
  now: boolean;
  /** Ends even if saving fails. */
  force: boolean;
}

function shutdownCommand(session: Session, request: Request): void {
  const { reply, server } = session;
  const options: ShutdownOptions = { save: null, now: false, force: false };
  let abort = false;
  for (let i = 1; i < request.count; i++) {
    const word = request.word(i);
    if (word === 'save' && options.save !== false) options.save = true;
    else if (word === 'nosave' && options.save !== true) options.save = false;
    else if (word === 'now') options.now = true;
    else if (word === 'force') options.force = true;
    else if (word === 'abort') abort = true;
    else return reply.error(errors.SYNTAX);
  }
  if (!abort) return server.shutdown(session, options);
  if (request.count > 2) return reply.error(errors.SYNTAX);
  reply.error('ERR No shutdown in progress.');
}
