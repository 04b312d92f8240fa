import type { Request } from '../../../protocol/request.js';
import { NotifyClass } from '../../notifications.js';
import type { Session } from '../../session.js';
import { type CommandSpec, Flag, key } from '../command.js';

export const set: CommandSpec = {
  name: 'set',
  group: 'string',
  summary: 'Sets a key to a string, whatever it held before.',
  since: '1.0.0',
  complexity: 'O(1)',
  syntax:
    'key value [NX | XX] [GET] [EX seconds | PX milliseconds | EXAT unix-time-seconds | PXAT unix-time-milliseconds | KEEPTTL]',
  arity: -3,
  flags: Flag.WRITE | Flag.DENYOOM,
  keys: [key('RW ACCESS UPDATE VARIABLE_FLAGS')],
  handler: setCommand,
};

function setCommand(session: Session, request: Request): void {
  const name = request.arg(1);
  session.db.setString(session.write(name), name, request.arg(2), false);
  session.changed(name, NotifyClass.STRING, 'set');
  session.reply.ok();
}
