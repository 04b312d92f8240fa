import { type CommandSpec, Flag } from '../command.js';

export const role: CommandSpec = {
  name: 'role',
  group: 'server',
  summary: 'Tells the part that this server plays in replication.',
  since: '2.8.12',
  complexity: 'O(1)',
  syntax: '',
  arity: 1,
  flags: Flag.NOSCRIPT | Flag.LOADING | Flag.STALE | Flag.FAST,
  categories: ['admin', 'dangerous'],
  handler: (session): void => {
    const { reply } = session;
    reply.array(3);
    reply.text('master');
    reply.integer(0);
    reply.array(0);
  },
};
