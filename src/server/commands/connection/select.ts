import * as errors from '../../../protocol/errors.js';
import type { Request } from '../../../protocol/request.js';
import { int32Argument } from '../../arguments/arguments.js';
import type { Session } from '../../clients/session.js';
import { type CommandSpec, Flag } from '../command.js';

export const select: CommandSpec = {
  name: 'select',
  group: 'connection',
  summary: 'Selects the database that the connection works in.',
  since: '1.0.0',
  complexity: 'O(1)',
  syntax: 'index',
  arity: 2,
  flags: Flag.LOADING | Flag.STALE | Flag.FAST,
  handler: selectCommand,
};

function selectCommand(session: Session, request: Request): void {
  const number = int32Argument(session, request, 1);
  if (number === null) return;
  if (!session.select(number)) return session.reply.error(errors.DB_OUT_OF_RANGE);
  session.reply.ok();
}
