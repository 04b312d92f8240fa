import type { Request } from '../../../protocol/request.js';
import { NotifyClass } from '../../pubsub/notifications.js';
import type { Session } from '../../clients/session.js';
import { type CommandSpec, Flag, key } from '../command.js';
import { openSortedSet, removeIfEmpty } from './open.js';

export const zrem: CommandSpec = {
  name: 'zrem',
  group: 'sorted-set',
  summary: 'Removes members from a sorted set, and the key with the last one.',
  since: '1.2.0',
  complexity: 'O(M*log(N)) with N being the size of the sorted set and M the number of members given.',
  syntax: 'key member [member ...]',
  arity: -3,
  flags: Flag.WRITE | Flag.FAST,
  keys: [key('RW DELETE')],
  member: 2,
  history: [['2.4.0', 'Takes more than one member.']],
  handler: removeCommand,
};

function removeCommand(session: Session, request: Request): void {
  const name = request.arg(1);
  const ref = session.write(name);
  if (ref === 0) return session.reply.integer(0);
  const set = openSortedSet(session, ref);
  if (set === null) return;
  let removed = 0;
  for (let i = 2; i < request.count && set.size > 0; i++) {
    if (Number.isNaN(set.find(request.arg(i)))) continue;
    set.removeFound();
    removed++;
  }
  if (removed > 0) {
    session.changed(name, NotifyClass.ZSET, 'zrem', removed);
    removeIfEmpty(session, name, set);
  }
  session.reply.integer(removed);
}
