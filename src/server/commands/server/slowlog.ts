import * as errors from '../../../protocol/errors.js';
import type { Request } from '../../../protocol/request.js';
import { rangedArgument } from '../../arguments/arguments.js';
import { INT_MAX } from '../../config/config-values.js';
import type { Session } from '../../clients/session.js';
import { type CommandSpec, Flag } from '../command.js';
import { helpSubcommand } from '../help.js';

const FLAGS = Flag.ADMIN | Flag.LOADING | Flag.STALE;
const ENTRIES_DEFAULT = 10;

const slowlogGet: CommandSpec = {
  name: 'get',
  group: 'server',
  summary:
    'Tells the newest entries: id, unix time, microseconds, arguments, address and name of the client.',
  since: '2.2.12',
  complexity: 'O(N) where N is the number of entries returned',
  syntax: '[count]',
  arity: -2,
  flags: FLAGS,
  tips: ['request_policy:all_nodes', 'nondeterministic_output'],
  history: [['4.0.0', 'Address, port and name of the client.']],
  handler: getCommand,
};

function getCommand(session: Session, request: Request): void {
  if (request.count > 3) return session.reply.error(errors.subcommandSyntax(request.string(1), 'slowlog'));
  const { reply, server } = session;
  let count = ENTRIES_DEFAULT;
  if (request.count > 2) {
    const given = rangedArgument(
      session,
      request,
      2,
      -1,
      INT_MAX,
      'ERR count should be greater than or equal to -1',
    );
    if (given === null) return;
    count = given === -1 ? server.slowlog.length : given;
  }
  const entries = server.slowlog.newest(count);
  reply.array(entries.length);
  for (const { id, timeSeconds, microseconds, args, peer, name } of entries) {
    reply.array(6);
    reply.integer(id);
    reply.integer(timeSeconds);
    reply.integer(microseconds);
    reply.texts(args);
    reply.text(peer);
    reply.text(name);
  }
}

const slowlogLen: CommandSpec = {
  name: 'len',
  group: 'server',
  summary: 'Tells how many entries there are.',
  since: '2.2.12',
  complexity: 'O(1)',
  syntax: '',
  arity: 2,
  flags: FLAGS,
  tips: ['request_policy:all_nodes', 'response_policy:agg_sum', 'nondeterministic_output'],
  handler: (session) => session.reply.integer(session.server.slowlog.length),
};

const slowlogReset: CommandSpec = {
  name: 'reset',
  group: 'server',
  summary: 'Forgets all entries.',
  since: '2.2.12',
  complexity: 'O(N) where N is the number of entries in the slowlog',
  syntax: '',
  arity: 2,
  flags: FLAGS,
  tips: ['request_policy:all_nodes', 'response_policy:all_succeeded'],
  handler: (session): void => {
    session.server.slowlog.reset();
    session.reply.ok();
  },
};

const SUBCOMMANDS = [slowlogGet, slowlogLen, slowlogReset];

export const slowlog: CommandSpec = {
  name: 'slowlog',
  group: 'server',
  summary: 'Commands about the log of commands that took long.',
  since: '2.2.12',
  complexity: 'Depends on subcommand.',
  syntax: '',
  arity: -2,
  flags: 0,
  subcommands: [...SUBCOMMANDS, helpSubcommand('slowlog', 'server', '6.2.0', SUBCOMMANDS)],
};
