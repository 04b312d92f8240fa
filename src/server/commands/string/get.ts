import * as errors from '../../../protocol/errors.js';
import type { Request } from '../../../protocol/request.js';
import { Type } from '../../../storage/representation.js';
import type { Session } from '../../clients/session.js';
import { type CommandSpec, Flag, key } from '../command.js';

export const get: CommandSpec = {
  name: 'get',
  group: 'string',
  summary: 'Returns the string held by a key.',
  since: '1.0.0',
  complexity: 'O(1)',
  syntax: 'key',
  arity: 2,
  flags: Flag.READONLY | Flag.FAST,
  keys: [key('RO ACCESS')],
  handler: getCommand,
};

function getCommand(session: Session, request: Request): void {
  const { db, reply } = session;
  const ref = session.read(request.arg(1));
  if (ref === 0) return reply.null();
  if (db.type(ref) !== Type.STRING) return reply.error(errors.WRONGTYPE);
  replyString(session, ref);
}

/** Replies with the string in a record. */
export function replyString(session: Session, ref: number): void {
  const { records } = session.db;
  const skip = records.head(ref) < 0 ? 1 : 0;
  session.reply.bulkRange(
    records.page8(ref),
    records.valueStart(ref) + skip,
    records.valueLength(ref) - skip,
    records.pageView(ref),
  );
}
