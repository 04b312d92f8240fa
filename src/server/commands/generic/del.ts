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
  handler: delCommand,
};

export const unlink: CommandSpec = {
  name: 'unlink',
  group: 'generic',
  summary:
    'Removes keys. As DEL: memory is given back at once, without walking through elements where it can.',
  since: '4.0.0',
  complexity: 'O(N), N being the number of keys.',
  syntax: 'key [key ...]',
  arity: -2,
  flags: Flag.WRITE | Flag.FAST,
  keys: [keys('RM DELETE')],
  tips: ['request_policy:multi_shard', 'response_policy:agg_sum'],
  handler: delCommand,
};

function delCommand(session: Session, request: Request): void {
  const { db } = session;
  let deleted = 0;
  for (let i = 1; i < request.count; i++) {
    const key = request.arg(i);
    const ref = session.write(key);
    if (ref === 0) continue;
    db.remove(ref);
    session.changed(key, NotifyClass.GENERIC, 'del');
    deleted++;
  }
  session.reply.integer(deleted);
}
