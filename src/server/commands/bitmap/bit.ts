import { Bytes } from '../../../bytes/bytes.js';
import { parseInteger } from '../../../bytes/integer.js';
import * as errors from '../../../protocol/errors.js';
import type { Request } from '../../../protocol/request.js';
import { Type } from '../../../storage/representation.js';
import { bitAt, setBitAt } from '../../../storage/types/bitmap.js';
import { stretchString, stringBytes, stringLength } from '../../../storage/types/string.js';
import { NotifyClass } from '../../pubsub/notifications.js';
import type { Session } from '../../clients/session.js';
import { type CommandSpec, Flag, key } from '../command.js';

export const setbit: CommandSpec = {
  name: 'setbit',
  group: 'bitmap',
  summary: 'Sets or clears a bit of a string; creates or stretches it with zero bits.',
  since: '2.2.0',
  complexity: 'O(1)',
  syntax: 'key offset value',
  arity: 4,
  flags: Flag.WRITE | Flag.DENYOOM,
  keys: [key('RW ACCESS UPDATE')],
  handler: setbitCommand,
};

export const getbit: CommandSpec = {
  name: 'getbit',
  group: 'bitmap',
  summary: 'Returns a bit of a string.',
  since: '2.2.0',
  complexity: 'O(1)',
  syntax: 'key offset',
  arity: 3,
  flags: Flag.READONLY | Flag.FAST,
  keys: [key('RO ACCESS')],
  handler: getbitCommand,
};

const view = new Bytes(new Uint8Array(0));

/**
 * A bit offset below the longest string, or null after the error reply. With `unitBits`, `#n` is the n-th unit of so
 * many bits.
 */
export function bitOffsetArgument(
  session: Session,
  request: Request,
  at: number,
  unitBits = 0,
): number | null {
  const given = request.arg(at);
  const inUnits = unitBits > 0 && given.length > 0 && given.buffer[given.offset] === HASH;
  const number = inUnits
    ? parseInteger(given.set(given.buffer, given.offset + 1, given.length - 1))
    : parseInteger(given);
  const offset = inUnits ? number * unitBits : number;
  if (offset >= 0 && Math.floor(offset / 8) < session.server.config['proto-max-bulk-len']) return offset;
  session.reply.error('ERR bit offset is not an integer or out of range');
  return null;
}

const HASH = 35;

/**
 * The bytes of a key's string, made long enough for bit `offset`, to be changed in place; null after the error reply
 * for another type. `stretched` tells whether they were too short before.
 */
export function writableBits(
  session: Session,
  name: Bytes,
  offset: number,
): { readonly bytes: Bytes; readonly stretched: boolean } | null {
  const { db } = session;
  const ref = session.write(name);
  if (ref !== 0 && db.type(ref) !== Type.STRING) {
    session.reply.error(errors.WRONGTYPE);
    return null;
  }
  const length = Math.floor(offset / 8) + 1;
  const stretched = ref === 0 || stringLength(db, ref) < length;
  return { bytes: stringBytes(db, stretchString(db, ref, name, length), view), stretched };
}

/** The bytes of a key's string, empty if it is not there; null after the error reply for another type. */
export function readableBits(session: Session, name: Bytes, into = view): Bytes | null {
  const { db } = session;
  const ref = session.read(name);
  if (ref === 0) return into.set(NOTHING, 0, 0);
  if (db.type(ref) === Type.STRING) return stringBytes(db, ref, into);
  session.reply.error(errors.WRONGTYPE);
  return null;
}

const NOTHING = new Uint8Array(0);

function setbitCommand(session: Session, request: Request): void {
  const { reply } = session;
  const offset = bitOffsetArgument(session, request, 2);
  if (offset === null) return;
  const bit = parseInteger(request.arg(3));
  if (bit !== 0 && bit !== 1) return reply.error('ERR bit is not an integer or out of range');
  const name = request.arg(1);
  const writable = writableBits(session, name, offset);
  if (writable === null) return;
  const before = bitAt(writable.bytes, offset);
  if (writable.stretched || before !== bit) {
    setBitAt(writable.bytes, offset, bit);
    session.changed(name, NotifyClass.STRING, 'setbit');
  }
  reply.integer(before);
}

function getbitCommand(session: Session, request: Request): void {
  const offset = bitOffsetArgument(session, request, 2);
  if (offset === null) return;
  const bytes = readableBits(session, request.arg(1));
  if (bytes !== null) session.reply.integer(bitAt(bytes, offset));
}
