import { Bytes } from '../../../bytes/bytes.js';
import { xxh3Digest } from '../../../bytes/xxh3.js';
import * as errors from '../../../protocol/errors.js';
import type { Request } from '../../../protocol/request.js';
import { Type } from '../../../storage/representation.js';
import { stringBytes } from '../../../storage/types/string.js';
import type { Session } from '../../clients/session.js';
import { type CommandSpec, Flag, key } from '../command.js';

export const digest: CommandSpec = {
  name: 'digest',
  group: 'string',
  summary: 'Returns the digest of the string held by a key, for the conditions of SET and DELEX.',
  since: '8.4.0',
  complexity: 'O(N), N being the length of the string.',
  syntax: 'key',
  arity: 2,
  flags: Flag.READONLY | Flag.FAST | Flag.TIMED,
  keys: [key('RO ACCESS')],
  handler: digestCommand,
};

const view = new Bytes(new Uint8Array(0));

function digestCommand(session: Session, request: Request): void {
  const { db, reply } = session;
  const ref = session.read(request.arg(1));
  if (ref === 0) return reply.null();
  if (db.type(ref) !== Type.STRING) return reply.error(errors.WRONGTYPE);
  const { buffer, offset, length } = stringBytes(db, ref, view);
  reply.text(xxh3Digest(buffer, offset, length));
}
