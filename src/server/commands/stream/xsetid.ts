import * as errors from '../../../protocol/errors.js';
import type { Request } from '../../../protocol/request.js';
import { StreamId } from '../../../storage/types/stream-id.js';
import { integerArgument } from '../../arguments/arguments.js';
import { NotifyClass } from '../../pubsub/notifications.js';
import type { Session } from '../../clients/session.js';
import { type CommandSpec, Flag, key } from '../command.js';
import { idArgument } from './id-arguments.js';
import { cursor, Opened, openForWrite, stream } from './open-stream.js';

export const xsetid: CommandSpec = {
  name: 'xsetid',
  group: 'stream',
  summary: 'Sets the last id of a stream, and its counters. For internal use.',
  since: '5.0.0',
  complexity: 'O(1)',
  syntax: 'key last-id [ENTRIESADDED entries-added] [MAXDELETEDID max-deleted-id]',
  arity: -3,
  flags: Flag.WRITE | Flag.DENYOOM | Flag.FAST,
  keys: [key('RW UPDATE')],
  history: [['7.0.0', 'Takes `ENTRIESADDED` and `MAXDELETEDID`.']],
  handler: xsetidCommand,
};

const TOP = 'ERR The ID specified in XSETID is smaller than the target stream top item';
const BELOW_DELETED = 'ERR The ID specified in XSETID is smaller than the provided max_deleted_entry_id';
const BELOW_LENGTH = 'ERR The entries_added specified in XSETID is smaller than the target stream length';

const MIN_ID = new StreamId();
const MAX_ID = new StreamId().setMax();
const id = new StreamId();
const maxDeleted = new StreamId();

function xsetidCommand(session: Session, request: Request): void {
  const { reply } = session;
  if (!idArgument(session, request, 2, id)) return;
  const added = parse(session, request);
  if (added === null) return;
  const name = request.arg(1);
  const opened = openForWrite(session, name);
  if (opened !== Opened.YES) return opened === Opened.MISSING ? reply.error(errors.NO_SUCH_KEY) : undefined;
  if (stream.length > 0) {
    stream.range(cursor, MIN_ID, MAX_ID, true).next();
    if (id.compare(cursor.id) < 0) return reply.error(TOP);
    if (added !== -1 && stream.length > added) return reply.error(BELOW_LENGTH);
  }
  stream.setLastId(id);
  if (added !== -1) stream.entriesAdded = added;
  if (!maxDeleted.isZero) stream.setMaxDeletedId(maxDeleted);
  session.changed(name, NotifyClass.STREAM, 'xsetid');
  reply.ok();
}

/** Entries ever added, -1 when that is not given; null after a reply with an error. */
function parse(session: Session, request: Request): number | null {
  let added = -1;
  maxDeleted.setMin();
  for (let at = 3; at < request.count; at += 2) {
    const more = at + 1 < request.count;
    if (more && request.is(at, 'entriesadded')) {
      const given = integerArgument(session, request, at + 1);
      if (given === null) return null;
      if (given < 0) return refuse(session, 'ERR entries_added must be positive');
      added = given;
    } else if (more && request.is(at, 'maxdeletedid')) {
      if (!idArgument(session, request, at + 1, maxDeleted)) return null;
      if (id.compare(maxDeleted) < 0) return refuse(session, BELOW_DELETED);
    } else return refuse(session, errors.SYNTAX);
  }
  return added;
}

function refuse(session: Session, error: string): null {
  session.reply.error(error);
  return null;
}
