import { parseInteger } from '../../../bytes/integer.js';
import type { Request } from '../../../protocol/request.js';
import { positiveExpireTimeArgument } from '../../arguments/expire-time.js';
import type { Session } from '../../clients/session.js';
import { type CommandSpec, Flag } from '../command.js';
import { storeString } from './set.js';
import { setOptions, type SetOptions } from './set-options.js';

export const msetex: CommandSpec = {
  name: 'msetex',
  group: 'string',
  summary: 'Sets several keys to strings that expire together, all at once; under a condition, all or none.',
  since: '8.4.0',
  complexity: 'O(N), N being the number of keys.',
  syntax:
    'numkeys key value [key value ...] [NX | XX] [EX seconds | PX milliseconds | EXAT unix-time-seconds | PXAT unix-time-milliseconds | KEEPTTL]',
  arity: -4,
  flags: Flag.WRITE | Flag.DENYOOM | Flag.MOVABLEKEYS,
  keys: [{ flags: 'OW UPDATE', find: { kind: 'numkeys', at: 1, step: 2 } }],
  tips: ['request_policy:multi_shard', 'response_policy:all_succeeded'],
  handler: msetexCommand,
};

const NUMKEYS_MAX = 0x7fff_ffff;

function msetexCommand(session: Session, request: Request): void {
  const { reply } = session;
  const pairs = parseInteger(request.arg(1));
  if (!(pairs >= 1 && pairs <= NUMKEYS_MAX)) return reply.error('ERR invalid numkeys value');
  const end = 2 + 2 * pairs;
  if (end > request.count) return reply.error('ERR wrong number of key-value pairs');
  const options = setOptions(session, request, end, 'msetex');
  if (options === null) return;
  let expireAtMs = -1;
  if (options.unit !== null) {
    const time = positiveExpireTimeArgument(session, request, options.timeAt, options.unit);
    if (time === null) return;
    expireAtMs = time;
  }
  if (options.nx || options.xx) {
    for (let i = 2; i < end; i += 2) {
      if ((session.write(request.arg(i)) !== 0) === options.nx) return reply.integer(0);
    }
  }
  for (let i = 2; i < end; i += 2) {
    const name = request.arg(i);
    storeString(session, session.write(name), name, request.arg(i + 1), expireAtMs, options.keepTtl);
  }
  propagate(session, request, end, options, expireAtMs);
  reply.integer(1);
}

/** Written as commands that every version knows, and that say when, not for how long. */
function propagate(
  session: Session,
  request: Request,
  end: number,
  { keepTtl }: SetOptions,
  expireAtMs: number,
): void {
  const { propagation } = session.server;
  if (!propagation.active) return;
  const database = session.db.number;
  if (expireAtMs < 0 && !keepTtl) {
    const pairs = Array.from({ length: end - 2 }, (_, i) => request.arg(i + 2).copy());
    propagation.replace(database, 'MSET', ...pairs);
    return;
  }
  const expiry = keepTtl ? ['KEEPTTL'] : ['PXAT', expireAtMs];
  for (let i = 2; i < end; i += 2) {
    propagation.replace(database, 'SET', request.arg(i), request.arg(i + 1), ...expiry);
  }
}
