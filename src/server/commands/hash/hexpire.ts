import type { Bytes } from '../../../bytes/bytes.js';
import type { Request } from '../../../protocol/request.js';
import type { Database } from '../../../storage/database.js';
import { fieldTime } from '../../../storage/types/field-times.js';
import { hashDelete, hashExpire, hashHas, hashLength } from '../../../storage/types/hash.js';
import { EX, EXAT, type ExpireUnit, PX, PXAT } from '../../arguments/expire-time.js';
import { NotifyClass } from '../../pubsub/notifications.js';
import type { Session } from '../../clients/session.js';
import { WRONG_TYPE } from '../../arguments/typed-key.js';
import { type CommandSpec, Flag, key } from '../command.js';
import { fieldExpireArgument, fieldsArgument, PARAMETER_NUMFIELDS } from './field-arguments.js';
import { writeHash } from './hash-key.js';

export const hexpire = expireCommand('hexpire', 'in seconds from now', 'seconds', EX);
export const hpexpire = expireCommand('hpexpire', 'in milliseconds from now', 'milliseconds', PX);
export const hexpireat = expireCommand('hexpireat', 'at a second', 'unix-time-seconds', EXAT);
export const hpexpireat = expireCommand('hpexpireat', 'at a millisecond', 'unix-time-milliseconds', PXAT);

/** What HEXPIRE says of one field. */
const Outcome = { NO_FIELD: -2, NOT_MET: 0, SET: 1, DELETED: 2 } as const;
type Outcome = (typeof Outcome)[keyof typeof Outcome];

type Condition = 'nx' | 'xx' | 'gt' | 'lt' | null;
const CONDITIONS = ['nx', 'xx', 'gt', 'lt'] as const;

function expireCommand(name: string, when: string, unitName: string, unit: ExpireUnit): CommandSpec {
  return {
    name,
    group: 'hash',
    summary: `Lets fields of a hash expire ${when}.`,
    since: '7.4.0',
    complexity: 'O(N), N being the number of fields.',
    syntax: `key ${unitName} [NX | XX | GT | LT] FIELDS numfields field [field ...]`,
    arity: -6,
    flags: Flag.WRITE | Flag.DENYOOM | Flag.FAST,
    keys: [key('RW UPDATE')],
    handler: (session, request) => {
      setExpiry(session, request, unit);
    },
  };
}

function setExpiry(session: Session, request: Request, unit: ExpireUnit): void {
  const { reply } = session;
  const name = request.arg(1);
  const ref = writeHash(session, name);
  if (ref === WRONG_TYPE) return;
  const expireAtMs = fieldExpireArgument(session, request, 2, unit);
  if (expireAtMs === null) return;
  const condition = CONDITIONS.find((word) => request.is(3, word)) ?? null;
  const first = fieldsArgument(session, request, condition === null ? 3 : 4, PARAMETER_NUMFIELDS);
  if (first === null) return;
  reply.array(request.count - first);
  const change = new FieldExpiry(session, name, ref, expireAtMs);
  for (let i = first; i < request.count; i++) {
    const field = request.arg(i);
    reply.integer(ref === 0 ? Outcome.NO_FIELD : change.apply(field, condition));
  }
  change.finish();
}

/** Gives fields of one hash the same expire time, and says so to everybody when it is done. */
export class FieldExpiry {
  private readonly set: Bytes[] = [];
  private readonly deleted: Bytes[] = [];
  private readonly db: Database;

  constructor(
    private readonly session: Session,
    private readonly key: Bytes,
    /** The record of the hash, which may move. */
    public ref: number,
    private readonly expireAtMs: number,
  ) {
    this.db = session.db;
  }

  apply(field: Bytes, condition: Condition): Outcome {
    const { db, expireAtMs, session } = this;
    // A hash that has lost its last field stays until the end of the command.
    if (hashLength(db, this.ref) === 0 || !hashHas(db, this.ref, field)) return Outcome.NO_FIELD;
    if (!isMet(condition, fieldTime(db, this.ref, field), expireAtMs)) return Outcome.NOT_MET;
    if (expireAtMs <= session.now && !session.server.keyspace.keepExpired) {
      this.ref = hashDelete(db, this.ref, field);
      this.deleted.push(field);
      return Outcome.DELETED;
    }
    this.ref = hashExpire(db, this.ref, field, expireAtMs);
    this.set.push(field);
    return Outcome.SET;
  }

  /** Notifies, propagates as absolute times and removals, and removes a hash that has become empty. */
  finish(): void {
    const { db, deleted, key: name, session, set } = this;
    if (set.length + deleted.length === 0) return;
    const { propagation } = session.server;
    if (propagation.active) {
      if (deleted.length > 0) propagation.replace(db.number, 'HDEL', name, ...deleted);
      if (set.length > 0) {
        const time = String(this.expireAtMs);
        propagation.replace(db.number, 'HPEXPIREAT', name, time, 'FIELDS', set.length, ...set);
      }
    }
    const emptied = hashLength(db, this.ref) === 0;
    if (emptied) db.remove(this.ref);
    const event = deleted.length > 0 ? 'hdel' : 'hexpire';
    session.changed(name, NotifyClass.HASH, event, set.length + deleted.length);
    if (emptied) session.changed(name, NotifyClass.GENERIC, 'del', 0);
  }
}

/** A field without an expire time counts as one that expires last. */
function isMet(condition: Condition, currentMs: number, expireAtMs: number): boolean {
  switch (condition) {
    case 'nx':
      return currentMs < 0;
    case 'xx':
      return currentMs >= 0;
    case 'gt':
      return currentMs >= 0 && expireAtMs > currentMs;
    case 'lt':
      return currentMs < 0 || expireAtMs < currentMs;
    case null:
      return true;
  }
}
