import type { Request } from '../../../protocol/request.js';
import { NotifyClass } from '../../pubsub/notifications.js';
import type { Session } from '../../clients/session.js';
import { type CommandSpec, Flag, keys } from '../command.js';

export const del: CommandSpec = {
  name: 'del',
  group: 'generic',
  summary: 'Removes keys.',
  since: '1.0.0',
  complexity: 'O(N), N being the number of keys, and the number of elements of large values among them.',
  syntax: 'key [key ...]',
  arity: -2,
  flags: Flag.WRITE,
  keys: [keys('RM DELETE')],
  tips: ['request_policy:multi_shard', 'response_policy:agg_sum'],
  handler: (session, request) => {
    delCommand(session, request, session.server.config['lazyfree-lazy-user-del']);
  },
};

export const unlink: CommandSpec = {
  name: 'unlink',
  group: 'generic',
  summary:
    'Removes keys. The memory of values of more than a few dozen elements is given back later, in slices.',
  since: '4.0.0',
  complexity: 'O(N), N being the number of keys.',
  syntax: 'key [key ...]',
  arity: -2,
  flags: Flag.WRITE | Flag.FAST,
  keys: [keys('RM DELETE')],
  tips: ['request_policy:multi_shard', 'response_policy:agg_sum'],
  handler: (session, request) => {
    delCommand(session, request, true);
  },
};

function delCommand(session: Session, request: Request, lazily: boolean): void {
  const { db } = session;
  let deleted = 0;
  for (let i = 1; i < request.count; i++) {
    const key = request.arg(i);
    const ref = session.write(key);
    if (ref === 0) continue;
    db.remove(ref, lazily);
    session.changed(key, NotifyClass.GENERIC, 'del');
    deleted++;
  }
  session.reply.integer(deleted);
}
