import * as errors from '../../../protocol/errors.js';
import type { Request } from '../../../protocol/request.js';
import { countBits, findBit } from '../../../storage/types/bitmap.js';
import { integerArgument } from '../../arguments/arguments.js';
import type { Session } from '../../clients/session.js';
import { type CommandSpec, Flag, key } from '../command.js';
import { readableBits } from './bit.js';

export const bitcount: CommandSpec = {
  name: 'bitcount',
  group: 'bitmap',
  summary: 'Counts the set bits of a string, or of a part of it.',
  since: '2.6.0',
  complexity: 'O(N), N being the length of the part.',
  syntax: 'key [start end [BYTE | BIT]]',
  arity: -2,
  flags: Flag.READONLY | Flag.TIMED,
  keys: [key('RO ACCESS')],
  history: [['7.0.0', 'Takes BYTE and BIT.']],
  handler: bitcountCommand,
};

export const bitpos: CommandSpec = {
  name: 'bitpos',
  group: 'bitmap',
  summary: 'Finds the first set or clear bit of a string, or of a part of it.',
  since: '2.8.7',
  complexity: 'O(N), N being the length of the part.',
  syntax: 'key bit [start [end [BYTE | BIT]]]',
  arity: -3,
  flags: Flag.READONLY | Flag.TIMED,
  keys: [key('RO ACCESS')],
  history: [['7.0.0', 'Takes BYTE and BIT.']],
  handler: bitposCommand,
};

/** Bits of a string, both inclusive; none when `first` is greater. */
interface BitRange {
  readonly first: number;
  readonly last: number;
}

/** Positions from the end are negative; what lies outside is cut off. `unit` bits each. */
function bitRange(start: number, end: number, lengthBytes: number, unit: number): BitRange {
  const length = (lengthBytes * 8) / unit;
  const first = start < 0 ? Math.max(0, length + start) : start;
  const last = Math.min(length - 1, end < 0 ? Math.max(0, length + end) : end);
  return { first: first * unit, last: last * unit + unit - 1 };
}

/** Bits in what argument `at` names, 8 if there is none; null after the error reply. */
function unitArgument(session: Session, request: Request, at: number): number | null {
  if (request.count <= at || request.is(at, 'byte')) return 8;
  if (request.is(at, 'bit')) return 1;
  session.reply.error(errors.SYNTAX);
  return null;
}

function bitcountCommand(session: Session, request: Request): void {
  const { reply } = session;
  const bytes = readableBits(session, request.arg(1));
  if (bytes === null) return;
  if (session.db.find(request.arg(1)) === 0) return reply.integer(0);
  if (request.count === 2) return reply.integer(countBits(bytes, 0, bytes.length * 8 - 1));
  if (request.count !== 4 && request.count !== 5) return reply.error(errors.SYNTAX);
  const start = integerArgument(session, request, 2);
  if (start === null) return;
  const end = integerArgument(session, request, 3);
  if (end === null) return;
  // Redis looks at this before the unit. BITPOS has no such rule: there both ends before the beginning mean the first byte.
  if (start < 0 && end < 0 && start > end) return reply.integer(0);
  const unit = unitArgument(session, request, 4);
  if (unit === null) return;
  const { first, last } = bitRange(start, end, bytes.length, unit);
  reply.integer(countBits(bytes, first, last));
}

function bitposCommand(session: Session, request: Request): void {
  const { reply } = session;
  const bit = integerArgument(session, request, 2);
  if (bit === null) return;
  if (bit !== 0 && bit !== 1) return reply.error('ERR The bit argument must be 1 or 0.');
  const bytes = readableBits(session, request.arg(1));
  if (bytes === null) return;
  if (session.db.find(request.arg(1)) === 0) return reply.integer(bit === 1 ? -1 : 0);
  if (request.count > 6) return reply.error(errors.SYNTAX);
  const start = request.count > 3 ? integerArgument(session, request, 3) : 0;
  if (start === null) return;
  const unit = unitArgument(session, request, 5);
  if (unit === null) return;
  const end = request.count > 4 ? integerArgument(session, request, 4) : -1;
  if (end === null) return;
  const { first, last } = bitRange(start, end, bytes.length, unit);
  if (first > last) return reply.integer(-1);
  const found = findBit(bytes, bit, first, last);
  // Without an end the string goes on in zeros for ever.
  reply.integer(found < 0 && bit === 0 && request.count < 5 ? last + 1 : found);
}
