import { parseInteger } from '../../../bytes/integer.js';
import * as errors from '../../../protocol/errors.js';
import type { Request } from '../../../protocol/request.js';
import { StreamId } from '../../../storage/types/stream-id.js';
import { isReferenced, type ReferencePolicy } from '../../../storage/types/stream-references.js';
import { NotifyClass } from '../../pubsub/notifications.js';
import type { Session } from '../../clients/session.js';
import { type CommandSpec, Flag, key } from '../command.js';
import { idArgument } from './id-arguments.js';
import { group, Opened, openForWrite, openGroup, stream } from './open-stream.js';
import { isReferencePolicy, RemovalEffects } from './reference-policy.js';

export const xdelex: CommandSpec = {
  name: 'xdelex',
  group: 'stream',
  summary:
    'Removes entries by their ids, or those alone that no group needs; tells of each what became of it.',
  since: '8.2.0',
  complexity: 'O(1) for each entry and group, however long the stream is.',
  syntax: 'key [KEEPREF | DELREF | ACKED] <IDS numids id [id ...]>',
  arity: -5,
  flags: Flag.WRITE | Flag.FAST | Flag.TIMED,
  keys: [key('RW DELETE')],
  handler: xdelexCommand,
};

export const xackdel: CommandSpec = {
  name: 'xackdel',
  group: 'stream',
  summary: 'Acknowledges entries and removes them, or those alone that no other group needs.',
  since: '8.2.0',
  complexity: 'O(1) for each entry and group.',
  syntax: 'key group [KEEPREF | DELREF | ACKED] <IDS numids id [id ...]>',
  arity: -6,
  flags: Flag.WRITE | Flag.FAST | Flag.TIMED,
  keys: [key('RW UPDATE DELETE')],
  handler: xackdelCommand,
};

/** What the reply tells of an id. */
const NOT_FOUND = -1;
const DELETED = 1;
const STILL_REFERENCED = 2;

const NO_NUMBER = 'ERR Number of IDs must be a positive integer';
const TOO_FEW_IDS = 'ERR The `numids` parameter must match the number of arguments';

const id = new StreamId();

interface Removal {
  readonly policy: ReferencePolicy;
  /** The first id, and the argument behind the last. */
  readonly first: number;
  readonly end: number;
}

/** Reads the options from argument `from` on; null after the error reply. */
function parse(session: Session, request: Request, from: number): Removal | null {
  let policy: ReferencePolicy | null = null;
  let first = 0;
  let end = 0;
  for (let at = from; at < request.count; at++) {
    const word = request.word(at);
    if (policy === null && isReferencePolicy(word)) policy = word;
    else if (word === 'ids' && first === 0 && at + 1 < request.count) {
      const count = parseInteger(request.arg(at + 1));
      if (!(count >= 1)) return refuse(session, NO_NUMBER);
      if (count > request.count - at - 2) return refuse(session, TOO_FEW_IDS);
      first = at + 2;
      end = first + count;
      at = end - 1;
    } else return refuse(session, errors.SYNTAX);
  }
  if (first === 0) return refuse(session, errors.SYNTAX);
  for (let i = first; i < end; i++) if (!idArgument(session, request, i, id)) return null;
  return { policy: policy ?? 'keepref', first, end };
}

function refuse(session: Session, error: string): null {
  session.reply.error(error);
  return null;
}

/** Reads the options from argument `from` on and opens the stream; null after the reply where that is all. */
function open(session: Session, request: Request, from: number): Removal | null {
  const removal = parse(session, request, from);
  if (removal === null) return null;
  const opened = openForWrite(session, request.arg(1));
  if (opened === Opened.YES) return removal;
  if (opened === Opened.MISSING) replyNotFound(session, removal);
  return null;
}

function xdelexCommand(session: Session, request: Request): void {
  const removal = open(session, request, 2);
  if (removal === null) return;
  run(session, request, removal, (effects) => {
    // Without its entry, a reference is only dropped.
    if (stream.has(id)) return removeEntry(effects, removal.policy);
    if (removal.policy === 'delref') effects.dropReferences(id);
    return NOT_FOUND;
  });
}

function xackdelCommand(session: Session, request: Request): void {
  const removal = open(session, request, 3);
  if (removal === null) return;
  const groupName = request.arg(2);
  if (!openGroup(groupName)) return replyNotFound(session, removal);
  run(session, request, removal, (effects) => {
    // Opened anew for each: dropping references changes the lists of all groups.
    openGroup(groupName);
    if (!group.acknowledge(id)) return NOT_FOUND;
    effects.noteAcknowledged(groupName, id);
    return removeEntry(effects, removal.policy);
  });
}

/** Goes through the ids: replies with what `each` tells, makes known and propagates what was done. */
function run(
  session: Session,
  request: Request,
  { first, end }: Removal,
  each: (effects: RemovalEffects) => number,
): void {
  const { reply } = session;
  const name = request.arg(1);
  const effects = new RemovalEffects(session, name);
  const before = stream.length;
  reply.array(end - first);
  for (let i = first; i < end; i++) {
    idArgument(session, request, i, id);
    reply.integer(each(effects));
  }
  const deleted = before - stream.length;
  if (deleted > 0) session.changed(name, NotifyClass.STREAM, 'xdel', deleted);
  session.server.propagation.suppress();
  effects.propagate();
}

/** Removes the entry `id`, which may be gone already, as the policy says. */
function removeEntry(effects: RemovalEffects, policy: ReferencePolicy): number {
  if (policy === 'acked' && isReferenced(stream, id)) return STILL_REFERENCED;
  if (policy === 'delref') effects.dropReferences(id);
  if (stream.delete(id)) effects.noteDeleted(id);
  return DELETED;
}

function replyNotFound(session: Session, { first, end }: Removal): void {
  session.reply.array(end - first);
  for (let i = first; i < end; i++) session.reply.integer(NOT_FOUND);
}
