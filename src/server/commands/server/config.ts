import type { Request } from '../../../protocol/request.js';
import type { ConfigFailure } from '../../config/configuration.js';
import { rewriteConfigFile } from '../../config/config-rewrite.js';
import { isLocal } from '../../clients/client-admission.js';
import { resetStatistics } from '../../info/stats.js';
import type { Session } from '../../clients/session.js';
import { SYNTAX } from '../../../protocol/errors.js';
import { type CommandSpec, Flag } from '../command.js';
import { helpSubcommand } from '../help.js';
import { waitFor } from '../../clients/waiting.js';

const ADMIN = Flag.ADMIN | Flag.NOSCRIPT | Flag.LOADING | Flag.STALE;

const configGet: CommandSpec = {
  name: 'get',
  group: 'server',
  summary: 'Returns the directives whose names match the patterns, and their values.',
  since: '2.0.0',
  complexity: 'O(N) when N is the number of configuration parameters provided',
  syntax: 'parameter [parameter ...]',
  arity: -3,
  flags: ADMIN,
  history: [['7.0.0', 'Several patterns in one call.']],
  handler: (session, request): void => {
    const found = session.server.configuration.matching(request.strings(2));
    session.reply.map(found.size);
    for (const [name, text] of found) {
      session.reply.text(name);
      session.reply.text(text);
    }
  },
};

const configSet: CommandSpec = {
  name: 'set',
  group: 'server',
  summary: 'Changes directives while the server runs: all of those given, or none.',
  since: '2.0.0',
  complexity: 'O(N) when N is the number of configuration parameters provided',
  syntax: 'parameter value [parameter value ...]',
  arity: -4,
  flags: ADMIN,
  tips: ['request_policy:all_nodes', 'response_policy:all_succeeded'],
  history: [['7.0.0', 'Several directives in one call.']],
  handler: setCommand,
};

const configResetStat: CommandSpec = {
  name: 'resetstat',
  group: 'server',
  summary: 'Sets the counters that INFO reports back to zero.',
  since: '2.0.0',
  complexity: 'O(1)',
  syntax: '',
  arity: 2,
  flags: ADMIN,
  handler: (session): void => {
    resetStatistics(session.server);
    session.reply.ok();
  },
};

const configRewrite: CommandSpec = {
  name: 'rewrite',
  group: 'server',
  summary: 'Writes the directives in force into the configuration file the server was started with.',
  since: '2.8.0',
  complexity: 'O(1)',
  syntax: '',
  arity: 2,
  flags: ADMIN,
  handler: (session): void => {
    const error = rewriteConfigFile(session.server.configuration);
    if (error !== null) return session.reply.error(`ERR ${error}`);
    session.reply.ok();
  },
};

const SUBCOMMANDS = [configGet, configSet, configResetStat, configRewrite];

export const config: CommandSpec = {
  name: 'config',
  group: 'server',
  summary: 'Commands about the configuration of the server.',
  since: '2.0.0',
  complexity: 'Depends on subcommand.',
  syntax: '',
  arity: -2,
  flags: 0,
  subcommands: [...SUBCOMMANDS, helpSubcommand('config', 'server', '5.0.0', SUBCOMMANDS)],
};

function setCommand(session: Session, request: Request): void {
  if (request.count % 2 !== 0) return session.reply.error(SYNTAX);
  const pairs: [string, string][] = [];
  for (let i = 2; i < request.count; i += 2) pairs.push([request.string(i), request.string(i + 1)]);
  // Sockets are opened later than the replies of a transaction can wait.
  const opening = pairs.find(([name]) => /^(port|bind)$/i.test(name));
  if (opening !== undefined && !session.server.blocking.mayWait(session)) {
    return replySet(session, { directive: opening[0], reason: 'not inside a transaction' });
  }
  const result = session.server.configuration.set(pairs, isLocal(session));
  if (result instanceof Promise) waitFor(session, result, replySet);
  else replySet(session, result);
}

function replySet(session: Session, failure: ConfigFailure | null): void {
  if (failure === null) return session.reply.ok();
  const { directive, reason } = failure;
  session.reply.error(
    reason === null
      ? `ERR Unknown option or number of arguments for CONFIG SET - '${directive}'`
      : `ERR CONFIG SET failed (possibly related to argument '${directive}') - ${reason}`,
  );
}
