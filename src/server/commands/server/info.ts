import { infoText } from '../../info/info.js';
import { type CommandSpec, Flag } from '../command.js';

export const info: CommandSpec = {
  name: 'info',
  group: 'server',
  summary: 'Tells what the server is, does and has done.',
  since: '1.0.0',
  complexity: 'O(1)',
  syntax: '[section [section ...]]',
  arity: -1,
  flags: Flag.LOADING | Flag.STALE,
  categories: ['dangerous'],
  tips: ['nondeterministic_output', 'request_policy:all_shards', 'response_policy:special'],
  history: [['7.0.0', 'Several sections in one call.']],
  handler: (session, request): void => {
    const sections = request.strings(1).map((section) => section.toLowerCase());
    session.reply.verbatim('txt', infoText(session.server, sections));
  },
};
