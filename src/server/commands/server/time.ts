import { type CommandSpec, Flag } from '../command.js';

export const time: CommandSpec = {
  name: 'time',
  group: 'server',
  summary: "Tells the server's time: unix seconds, and microseconds of the present second.",
  since: '2.6.0',
  complexity: 'O(1)',
  syntax: '',
  arity: 1,
  flags: Flag.LOADING | Flag.STALE | Flag.FAST,
  tips: ['nondeterministic_output'],
  handler: (session): void => {
    const { now, reply } = session;
    reply.array(2);
    reply.integerText(Math.floor(now / 1000));
    reply.integerText((now % 1000) * 1000);
  },
};
