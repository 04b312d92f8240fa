import type { Request } from '../../../protocol/request.js';
import * as errors from '../../../protocol/errors.js';
import { type Session, SessionFlag } from '../../clients/session.js';
import { type CommandSpec, Flag } from '../command.js';

export const ping: CommandSpec = {
  name: 'ping',
  group: 'connection',
  summary: 'Answers PONG, or the message given.',
  since: '1.0.0',
  complexity: 'O(1)',
  syntax: '[message]',
  arity: -1,
  flags: Flag.FAST | Flag.SUBSCRIBER,
  tips: ['request_policy:all_shards', 'response_policy:all_succeeded'],
  handler: pingCommand,
};

function pingCommand(session: Session, request: Request): void {
  const { reply } = session;
  if (request.count > 2) return reply.error(errors.wrongArity('ping'));
  if (session.has(SessionFlag.PUBSUB) && session.resp === 2) {
    reply.array(2);
    reply.text('pong');
    if (request.count === 2) reply.bulk(request.arg(1));
    else reply.text('');
  } else if (request.count === 2) reply.bulk(request.arg(1));
  else reply.simple('PONG');
}
