import type { Bytes } from '../../../bytes/bytes.js';
import { INT64_MAX } from '../../../bytes/integer.js';
import * as errors from '../../../protocol/errors.js';
import type { Request } from '../../../protocol/request.js';
import { setUnsignedAt, unsignedAt } from '../../../storage/types/bitmap.js';
import { int64Argument } from '../../arguments/arguments.js';
import { NotifyClass } from '../../pubsub/notifications.js';
import type { Session } from '../../clients/session.js';
import { type CommandSpec, Flag, key } from '../command.js';
import { bitOffsetArgument, readableBits, writableBits } from './bit.js';

export const bitfield: CommandSpec = {
  name: 'bitfield',
  group: 'bitmap',
  summary: 'Reads, sets and increments integers of any number of bits inside a string.',
  since: '3.2.0',
  complexity: 'O(1) for every operation.',
  syntax:
    'key [GET encoding offset | [OVERFLOW <WRAP | SAT | FAIL>] <SET encoding offset value | INCRBY encoding offset increment> ...]',
  arity: -2,
  flags: Flag.WRITE | Flag.DENYOOM,
  keys: [key('RW ACCESS UPDATE VARIABLE_FLAGS', 1, 'Its operations read and write.')],
  handler: (session, request) => {
    bitfieldCommand(session, request, false);
  },
};

export const bitfieldRo: CommandSpec = {
  name: 'bitfield_ro',
  group: 'bitmap',
  summary: 'Reads integers of any number of bits inside a string.',
  since: '6.0.0',
  complexity: 'O(1) for every operation.',
  syntax: 'key [GET <encoding offset> [GET <encoding offset> ...]]',
  arity: -2,
  flags: Flag.READONLY | Flag.FAST,
  keys: [key('RO ACCESS')],
  handler: (session, request) => {
    bitfieldCommand(session, request, true);
  },
};

/** What happens to a value that does not fit: it wraps around, stays at the limit, or nothing is changed. */
type Overflow = 'wrap' | 'sat' | 'fail';

interface Encoding {
  readonly signed: boolean;
  readonly bits: number;
}

interface Operation extends Encoding {
  readonly kind: 'get' | 'set' | 'incrby';
  readonly offset: number;
  readonly value: bigint;
  readonly overflow: Overflow;
}

const INVALID_TYPE =
  'ERR Invalid bitfield type. Use something like i16 u8. Note that u64 is not supported but i64 is.';

function encodingArgument(session: Session, request: Request, at: number): Encoding | null {
  const match = /^([iu])(0|[1-9]\d?)$/.exec(request.string(at));
  const signed = match?.[1] === 'i';
  const bits = Number(match?.[2] ?? 0);
  if (bits >= 1 && bits <= (signed ? 64 : 63)) return { signed, bits };
  session.reply.error(INVALID_TYPE);
  return null;
}

const KINDS = ['get', 'set', 'incrby'] as const;
const OVERFLOWS: readonly Overflow[] = ['wrap', 'sat', 'fail'];

function parseOperations(session: Session, request: Request): Operation[] | null {
  const operations: Operation[] = [];
  let overflow: Overflow = 'wrap';
  let at = 2;
  while (at < request.count) {
    const left = request.count - at - 1;
    if (request.is(at, 'overflow') && left >= 1) {
      const chosen = OVERFLOWS.find((name) => request.is(at + 1, name));
      if (chosen === undefined) return fail(session, 'ERR Invalid OVERFLOW type specified');
      overflow = chosen;
      at += 2;
      continue;
    }
    const kind = KINDS.find((name) => request.is(at, name));
    if (kind === undefined || left < (kind === 'get' ? 2 : 3)) return fail(session, errors.SYNTAX);
    const operation = parseOperation(session, request, at, kind, overflow);
    if (operation === null) return null;
    operations.push(operation);
    at += kind === 'get' ? 3 : 4;
  }
  return operations;
}

function parseOperation(
  session: Session,
  request: Request,
  at: number,
  kind: Operation['kind'],
  overflow: Overflow,
): Operation | null {
  const encoding = encodingArgument(session, request, at + 1);
  if (encoding === null) return null;
  const offset = bitOffsetArgument(session, request, at + 2, encoding.bits);
  if (offset === null) return null;
  const value = kind === 'get' ? 0n : int64Argument(session, request, at + 3);
  return value === null ? null : { ...encoding, kind, offset, value, overflow };
}

function fail(session: Session, error: string): null {
  session.reply.error(error);
  return null;
}

function bitfieldCommand(session: Session, request: Request, readOnly: boolean): void {
  const operations = parseOperations(session, request);
  if (operations === null) return;
  const { reply } = session;
  const writes = operations.filter((operation) => operation.kind !== 'get');
  const name = request.arg(1);
  let bytes: Bytes | null;
  let stretched = false;
  if (writes.length === 0) bytes = readableBits(session, name);
  else {
    if (readOnly) return reply.error('ERR BITFIELD_RO only supports the GET subcommand');
    const last = Math.max(...writes.map(({ offset, bits }) => offset + bits - 1));
    const writable = writableBits(session, name, last);
    bytes = writable?.bytes ?? null;
    stretched = writable?.stretched ?? false;
  }
  if (bytes === null) return;
  reply.array(operations.length);
  let changes = 0;
  for (const operation of operations) if (run(session, bytes, operation, stretched)) changes++;
  if (writes.length > 0 && changes > 0) session.changed(name, NotifyClass.STRING, 'setbit', changes);
}

/**
 * Runs one operation and replies with its result; true when it changed something. In a string that was stretched every
 * value that is written counts, none that is read or fails.
 */
function run(session: Session, bytes: Bytes, operation: Operation, stretched: boolean): boolean {
  const { reply } = session;
  const { kind, offset, bits, signed, value } = operation;
  const raw = unsignedAt(bytes, offset, bits);
  const before = signed ? BigInt.asIntN(bits, raw) : raw;
  if (kind === 'get') {
    reply.bigInteger(before);
    return false;
  }
  // A negative number given for an unsigned integer counts from 2^64 downwards.
  const wanted = kind === 'incrby' ? before + value : signed ? value : BigInt.asUintN(64, value);
  const after = fitted(wanted, operation);
  if (after === null) {
    reply.null();
    return false;
  }
  setUnsignedAt(bytes, offset, bits, after);
  reply.bigInteger(kind === 'set' ? before : after);
  return stretched || after !== before;
}

/** A value as it fits into its bits, or null where overflow is to fail. */
function fitted(value: bigint, { kind, signed, bits, overflow }: Operation): bigint | null {
  const max = signed ? INT64_MAX >> BigInt(64 - bits) : (1n << BigInt(bits)) - 1n;
  const min = signed ? -max - 1n : 0n;
  if (value >= min && value <= max) return value;
  if (overflow === 'fail') return null;
  // In Redis the distance of the least integers to the limit overflows, so that SET takes them for too large.
  const high = value > max || (kind === 'set' && max - value > INT64_MAX);
  if (overflow === 'sat') return high ? max : min;
  return signed ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value);
}
