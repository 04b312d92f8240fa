import { type CommandSpec, Flag } from '../command.js';
import { SessionFlag } from '../../clients/session.js';

export const monitor: CommandSpec = {
  name: 'monitor',
  group: 'server',
  summary: 'Shows this client every command that the server runs.',
  since: '1.0.0',
  complexity: 'O(1)',
  syntax: '',
  arity: 1,
  flags: Flag.ADMIN | Flag.NOSCRIPT | Flag.LOADING | Flag.STALE,
  handler: (session): void => {
    if (session.has(SessionFlag.IN_EXEC)) {
      return session.reply.error("ERR MONITOR isn't allowed for DENY BLOCKING client");
    }
    if (session.has(SessionFlag.MONITOR)) return;
    session.reply.ok();
    session.server.monitors.add(session);
  },
};
