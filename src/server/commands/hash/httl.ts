import type { Request } from '../../../protocol/request.js';
import { clearFieldTime, fieldTime } from '../../../storage/types/field-times.js';
import { hashHas } from '../../../storage/types/hash.js';
import { EX, EXAT, type ExpireUnit, PX, PXAT } from '../../arguments/expire-time.js';
import { NotifyClass } from '../../pubsub/notifications.js';
import type { Session } from '../../clients/session.js';
import { WRONG_TYPE } from '../../arguments/typed-key.js';
import { type CommandSpec, Flag, key } from '../command.js';
import { fieldsArgument } from './field-arguments.js';
import { readHash, writeHash } from './hash-key.js';

export const httl = timeCommand('httl', 'how many seconds fields of a hash have left', EX);
export const hpttl = timeCommand('hpttl', 'how many milliseconds fields of a hash have left', PX);
export const hexpiretime = timeCommand('hexpiretime', 'the second at which fields of a hash expire', EXAT);
export const hpexpiretime = timeCommand(
  'hpexpiretime',
  'the millisecond at which fields of a hash expire',
  PXAT,
);

const NO_FIELD = -2;
const NO_EXPIRY = -1;

export const hpersist: CommandSpec = {
  name: 'hpersist',
  group: 'hash',
  summary: 'Lets fields live as long as their hash.',
  since: '7.4.0',
  complexity: 'O(N), N being the number of fields.',
  syntax: 'key FIELDS numfields field [field ...]',
  arity: -5,
  flags: Flag.WRITE | Flag.FAST,
  keys: [key('RW UPDATE')],
  handler: hpersistCommand,
};

function timeCommand(name: string, what: string, unit: ExpireUnit): CommandSpec {
  return {
    name,
    group: 'hash',
    summary: `Tells ${what}.`,
    since: '7.4.0',
    complexity: 'O(N), N being the number of fields.',
    syntax: 'key FIELDS numfields field [field ...]',
    arity: -5,
    flags: Flag.READONLY | Flag.FAST,
    keys: [key('RO ACCESS')],
    tips: unit.absolute ? [] : ['nondeterministic_output'],
    handler: (session, request) => {
      replyTimes(session, request, unit);
    },
  };
}

function replyTimes(session: Session, request: Request, unit: ExpireUnit): void {
  const { db, reply } = session;
  const ref = readHash(session, request.arg(1));
  if (ref === WRONG_TYPE) return;
  const first = fieldsArgument(session, request, 2);
  if (first === null) return;
  reply.array(request.count - first);
  for (let i = first; i < request.count; i++) {
    const field = request.arg(i);
    const time = ref === 0 || !hashHas(db, ref, field) ? NO_FIELD : fieldTime(db, ref, field);
    if (time < 0) reply.integer(time);
    else {
      const ms = unit.absolute ? time : time - session.now;
      reply.integer(unit.seconds ? Math.ceil(ms / 1000) : ms);
    }
  }
}

function hpersistCommand(session: Session, request: Request): void {
  const { db, reply } = session;
  const name = request.arg(1);
  const ref = writeHash(session, name);
  if (ref === WRONG_TYPE) return;
  const first = fieldsArgument(session, request, 2);
  if (first === null) return;
  reply.array(request.count - first);
  let cleared = 0;
  for (let i = first; i < request.count; i++) {
    const field = request.arg(i);
    if (ref === 0 || !hashHas(db, ref, field)) reply.integer(NO_FIELD);
    else if (clearFieldTime(db, ref, field)) {
      cleared++;
      reply.integer(1);
    } else reply.integer(NO_EXPIRY);
  }
  if (cleared > 0) session.changed(name, NotifyClass.HASH, 'hpersist', cleared);
}
