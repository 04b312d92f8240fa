import type { Request } from '../../../protocol/request.js';
import { StreamId } from '../../../storage/types/stream-id.js';
import type { Session } from '../../clients/session.js';
import { type CommandSpec, Flag, key } from '../command.js';
import { idArgument } from './id-arguments.js';
import { group, Opened, openCounted, openGroup } from './open-stream.js';

export const xack: CommandSpec = {
  name: 'xack',
  group: 'stream',
  summary: 'Acknowledges entries: they are no longer pending. Tells how many were.',
  since: '5.0.0',
  complexity: 'O(log N) for each entry, N being the number of pending ones.',
  syntax: 'key group id [id ...]',
  arity: -4,
  flags: Flag.WRITE | Flag.FAST,
  keys: [key('RW UPDATE')],
  handler: xackCommand,
};

const id = new StreamId();

function xackCommand(session: Session, request: Request): void {
  const { reply, server } = session;
  const opened = openCounted(session, request.arg(1));
  if (opened === Opened.REFUSED) return;
  if (opened === Opened.MISSING || !openGroup(request.arg(2))) return reply.integer(0);
  for (let i = 3; i < request.count; i++) if (!idArgument(session, request, i, id)) return;
  let acknowledged = 0;
  for (let i = 3; i < request.count; i++) {
    idArgument(session, request, i, id);
    if (group.acknowledge(id)) acknowledged++;
  }
  server.dirty += acknowledged;
  reply.integer(acknowledged);
}
