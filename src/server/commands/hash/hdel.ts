import type { Request } from '../../../protocol/request.js';
import { hashDelete, hashLength } from '../../../storage/types/hash.js';
import { NotifyClass } from '../../pubsub/notifications.js';
import type { Session } from '../../clients/session.js';
import { WRONG_TYPE } from '../../arguments/typed-key.js';
import { type CommandSpec, Flag, key } from '../command.js';
import { writeHash } from './hash-key.js';

export const hdel: CommandSpec = {
  name: 'hdel',
  group: 'hash',
  summary: 'Removes fields of a hash; the hash goes with its last field.',
  since: '2.0.0',
  complexity: 'O(N), N being the number of fields.',
  syntax: 'key field [field ...]',
  arity: -3,
  flags: Flag.WRITE | Flag.FAST,
  keys: [key('RW DELETE')],
  member: 2,
  history: [['2.4.0', 'Accepts multiple `field` arguments.']],
  handler: hdelCommand,
};

function hdelCommand(session: Session, request: Request): void {
  const { db, reply } = session;
  const name = request.arg(1);
  let ref = writeHash(session, name);
  if (ref === WRONG_TYPE) return;
  if (ref === 0) return reply.integer(0);
  const before = hashLength(db, ref);
  for (let i = 2; i < request.count && hashLength(db, ref) > 0; i++)
    ref = hashDelete(db, ref, request.arg(i));
  const left = hashLength(db, ref);
  if (left === 0) db.remove(ref);
  if (left < before) session.changed(name, NotifyClass.HASH, 'hdel', before - left);
  if (left === 0) session.changed(name, NotifyClass.GENERIC, 'del', 0);
  reply.integer(before - left);
}
