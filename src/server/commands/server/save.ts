import * as errors from '../../../protocol/errors.js';
import type { Request } from '../../../protocol/request.js';
import type { Session } from '../../clients/session.js';
import { type CommandSpec, Flag } from '../command.js';

const ADMIN = Flag.ADMIN | Flag.NOSCRIPT | Flag.NO_ASYNC_LOADING;

export const save: CommandSpec = {
  name: 'save',
  group: 'server',
  summary: 'Writes the data to the RDB file while nobody else is served.',
  since: '1.0.0',
  complexity: 'O(N) where N is the number of keys.',
  syntax: '',
  arity: 1,
  flags: ADMIN | Flag.NO_MULTI | Flag.TIMED,
  handler: saveCommand,
};

export const bgsave: CommandSpec = {
  name: 'bgsave',
  group: 'server',
  summary: 'Writes the data to the RDB file while clients are served.',
  since: '1.0.0',
  complexity: 'O(1)',
  syntax: '[SCHEDULE]',
  arity: -1,
  flags: ADMIN,
  history: [['3.2.2', 'Takes SCHEDULE.']],
  handler: bgsaveCommand,
};

export const bgrewriteaof: CommandSpec = {
  name: 'bgrewriteaof',
  group: 'server',
  summary: 'Makes the append-only file anew, as short as the data allows.',
  since: '1.0.0',
  complexity: 'O(1)',
  syntax: '',
  arity: 1,
  flags: ADMIN,
  handler: bgrewriteaofCommand,
};

export const lastsave: CommandSpec = {
  name: 'lastsave',
  group: 'server',
  summary: 'Returns the unix time of the last successful save.',
  since: '1.0.0',
  complexity: 'O(1)',
  syntax: '',
  arity: 1,
  flags: Flag.LOADING | Flag.STALE | Flag.FAST | Flag.DANGEROUS,
  categories: ['admin'],
  tips: ['nondeterministic_output'],
  handler: lastsaveCommand,
};

function saveCommand(session: Session): void {
  const { persistence, log } = session.server;
  if (persistence.saves.isRunning) return session.reply.error('ERR Background save already in progress');
  try {
    persistence.saves.saveNow();
    session.reply.ok();
  } catch (error) {
    log.error({ error: String(error) }, 'saving the DB failed');
    session.reply.error('ERR');
  }
}

function bgsaveCommand(session: Session, request: Request): void {
  const { persistence } = session.server;
  const schedule = request.count === 2 && request.is(1, 'schedule');
  if (request.count > 2 || (request.count === 2 && !schedule)) return session.reply.error(errors.SYNTAX);
  if (persistence.saves.isRunning) return session.reply.error('ERR Background save already in progress');
  if (persistence.rewriting.isRunning && !schedule) {
    return session.reply.error(
      "ERR Another child process is active (AOF?): can't BGSAVE right now. Use BGSAVE SCHEDULE in order to schedule a BGSAVE whenever possible.",
    );
  }
  session.reply.simple(
    persistence.saves.begin() ? 'Background saving started' : 'Background saving scheduled',
  );
}

function bgrewriteaofCommand(session: Session): void {
  const { persistence } = session.server;
  if (persistence.rewriting.isRunning) {
    return session.reply.error('ERR Background append only file rewriting already in progress');
  }
  const begun = persistence.rewriting.begin();
  session.reply.simple(`Background append only file rewriting ${begun ? 'started' : 'scheduled'}`);
}

function lastsaveCommand(session: Session): void {
  session.reply.integer(Math.floor(session.server.persistence.saves.lastSaveMs / 1000));
}
