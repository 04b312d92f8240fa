import * as errors from '../../../protocol/errors.js';
import type { Request } from '../../../protocol/request.js';
import { Type } from '../../../storage/representation.js';
import type { Session } from '../../clients/session.js';
import { NotifyClass } from '../../pubsub/notifications.js';
import { type CommandSpec, Flag, key } from '../command.js';
import { isCompareCondition, meetsCondition } from './compare-condition.js';

export const delex: CommandSpec = {
  name: 'delex',
  group: 'string',
  summary: 'Removes a key if the string it holds, or its digest, is or is not a given one.',
  since: '8.4.0',
  complexity: 'O(1); O(N) to compare digests, N being the length of the string.',
  syntax: 'key [IFEQ ifeq-value | IFNE ifne-value | IFDEQ ifdeq-digest | IFDNE ifdne-digest]',
  arity: -2,
  flags: Flag.WRITE | Flag.FAST,
  keys: [key('RW DELETE')],
  handler: delexCommand,
};

const NO_STRING = 'ERR Key should be of string type if conditions are specified';
const NO_CONDITION = 'ERR Invalid condition. Use IFEQ, IFNE, IFDEQ, or IFDNE';

function delexCommand(session: Session, request: Request): void {
  const { db, reply } = session;
  if (request.count !== 2 && request.count !== 4) return reply.error(errors.wrongArity('delex'));
  const name = request.arg(1);
  const ref = session.write(name);
  if (ref === 0) return reply.integer(0);
  if (request.count === 4) {
    if (db.type(ref) !== Type.STRING) return reply.error(NO_STRING);
    const condition = request.word(2);
    if (!isCompareCondition(condition)) return reply.error(NO_CONDITION);
    const met = meetsCondition(session, ref, request, condition, 3);
    if (met === null) return;
    if (!met) return reply.integer(0);
  }
  db.remove(ref);
  session.changed(name, NotifyClass.GENERIC, 'del');
  const { propagation } = session.server;
  if (propagation.active) propagation.replace(db.number, 'DEL', name);
  reply.integer(1);
}
