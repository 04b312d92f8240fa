import { type CommandSpec, Flag } from '../command.js';
import { type Session, SessionFlag } from '../../clients/session.js';
import { discardTransaction } from '../../execution/transactions.js';
import { BEFORE_AUTH } from './auth.js';

export const quit: CommandSpec = {
  name: 'quit',
  group: 'connection',
  summary: 'Closes the connection once its replies have been sent.',
  since: '1.0.0',
  complexity: 'O(1)',
  syntax: '',
  arity: -1,
  flags: BEFORE_AUTH | Flag.IN_MULTI | Flag.SUBSCRIBER,
  handler: (session): void => {
    session.reply.ok();
    session.connection?.closeAfterReply();
  },
};

export const reset: CommandSpec = {
  name: 'reset',
  group: 'connection',
  summary: 'Makes the connection what it was when it was opened.',
  since: '6.2.0',
  complexity: 'O(1)',
  syntax: '',
  arity: 1,
  flags: BEFORE_AUTH | Flag.IN_MULTI | Flag.SUBSCRIBER,
  handler: resetCommand,
};

function resetCommand(session: Session): void {
  const { server } = session;
  discardTransaction(session);
  server.tracking.disable(session);
  server.pubsub.unsubscribeAll(session);
  server.monitors.remove(session);
  session.select(0);
  session.setProtocol(2);
  session.name = '';
  session.user = 'default';
  session.flags &= ~(SessionFlag.REPLY_OFF | SessionFlag.REPLY_SKIP | SessionFlag.REPLY_SKIP_NEXT);
  session.flags &= ~(SessionFlag.NO_EVICT | SessionFlag.NO_TOUCH | SessionFlag.READONLY | SessionFlag.ASKING);
  if (server.authRequired) session.flags |= SessionFlag.UNAUTHENTICATED;
  if (session.connection !== null) session.connection.parserState.authenticated = !server.authRequired;
  session.reply.simple('RESET');
}
