import type { Session } from '../../clients/session.js';
import { type CommandSpec, Flag } from '../command.js';

const DISABLED = 'ERR This instance has cluster support disabled';

/*
 * A server that is no node of a cluster: clients that ask are told so in Redis's words, and go on without one.
 */
export const CLUSTER_COMMANDS: readonly CommandSpec[] = [
  refused('asking', 'Follows an -ASK redirection in a cluster.', 1, Flag.FAST, ['connection']),
  refused('cluster', 'Commands about a cluster, which this server is not part of.', -2, 0, []),
  refused(
    'readonly',
    'Lets a connection read from a replica in a cluster.',
    1,
    Flag.LOADING | Flag.STALE | Flag.FAST,
    ['connection'],
  ),
  refused('readwrite', 'Takes READONLY back.', 1, Flag.LOADING | Flag.STALE | Flag.FAST, ['connection']),
];

function refused(
  name: string,
  summary: string,
  arity: number,
  flags: number,
  categories: readonly string[],
): CommandSpec {
  return {
    name,
    group: 'cluster',
    summary,
    since: '3.0.0',
    complexity: 'O(1)',
    syntax: '',
    arity,
    flags,
    categories,
    handler: (session: Session): void => {
      session.reply.error(DISABLED);
    },
  };
}
