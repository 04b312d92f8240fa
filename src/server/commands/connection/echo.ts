import { type CommandSpec, Flag } from '../command.js';

export const echo: CommandSpec = {
  name: 'echo',
  group: 'connection',
  summary: 'Answers the message given.',
  since: '1.0.0',
  complexity: 'O(1)',
  syntax: 'message',
  arity: 2,
  flags: Flag.LOADING | Flag.STALE | Flag.FAST,
  handler: (session, request) => session.reply.bulk(request.arg(1)),
};
