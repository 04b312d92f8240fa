import { Bytes } from '../../../bytes/bytes.js';
import * as errors from '../../../protocol/errors.js';
import type { Request } from '../../../protocol/request.js';
import { type BitOperation, joinBits } from '../../../storage/types/bitmap.js';
import { setStringRange } from '../../../storage/types/string.js';
import { NotifyClass } from '../../pubsub/notifications.js';
import type { Session } from '../../clients/session.js';
import { type CommandSpec, Flag, key, keys } from '../command.js';
import { readableBits } from './bit.js';

export const bitop: CommandSpec = {
  name: 'bitop',
  group: 'bitmap',
  summary: 'Joins strings bit by bit and stores the result.',
  since: '2.6.0',
  complexity: 'O(N), N being the length of the longest string, for every string.',
  syntax: 'operation destkey key [key ...]',
  arity: -4,
  flags: Flag.WRITE | Flag.DENYOOM | Flag.TIMED,
  keys: [key('OW UPDATE', 2), keys('RO ACCESS', 3)],
  history: [['8.2.0', 'The operations `DIFF`, `DIFF1`, `ANDOR` and `ONE`.']],
  handler: bitopCommand,
};

const OPERATIONS: readonly BitOperation[] = [
  ...(['and', 'or', 'xor', 'not', 'diff', 'diff1', 'andor', 'one'] as const),
];
/** Those that set the first source against the others. */
const OF_TWO: readonly BitOperation[] = ['diff', 'diff1', 'andor'];

function bitopCommand(session: Session, request: Request): void {
  const { db, reply } = session;
  const operation = OPERATIONS.find((name) => request.is(1, name));
  if (operation === undefined) return reply.error(errors.SYNTAX);
  if (operation === 'not' && request.count !== 4) {
    return reply.error('ERR BITOP NOT must be called with a single source key.');
  }
  if (OF_TWO.includes(operation) && request.count < 5) {
    return reply.error(`ERR BITOP ${operation.toUpperCase()} must be called with at least two source keys.`);
  }
  const sources: Bytes[] = [];
  let length = 0;
  for (let at = 3; at < request.count; at++) {
    const bytes = readableBits(session, request.arg(at), new Bytes(new Uint8Array(0)));
    if (bytes === null) return;
    sources.push(bytes);
    length = Math.max(length, bytes.length);
  }
  const result = new Uint8Array(length);
  joinBits(operation, sources, result);
  const name = request.arg(2);
  const replaced = session.write(name);
  if (length > 0) {
    if (replaced !== 0) db.removeForReplacement(replaced);
    setStringRange(db, 0, name, 0, new Bytes(result));
    session.changed(name, NotifyClass.STRING, 'set');
  } else if (replaced !== 0) {
    db.remove(replaced);
    session.changed(name, NotifyClass.GENERIC, 'del');
  }
  reply.integer(length);
}
