import { type Reply, ReplyProtocolError } from './reply.js';

/** The bytes a reply may begin with. */
export const REPLY_TYPES = '+-:,(#_$!=*~>%|';

/** The value of a bulk string, a bulk error or a verbatim string, whose first four bytes name its format (`txt:`). */
export function bulkReply(type: 'bulk' | 'bulk-error' | 'verbatim', bytes: Buffer): Reply {
  if (type === 'bulk' || type === 'bulk-error') return { type, bytes };
  if (bytes.length < 4 || bytes[3] !== 58) throw new ReplyProtocolError('Bad verbatim string value');
  return { type, format: bytes.toString('latin1', 0, 3), bytes: bytes.subarray(4) };
}

/** The value that one line after its type byte holds. */
export function lineReply(type: string, line: Buffer): Reply {
  if (type === '+') return { type: 'simple', bytes: line };
  if (type === '-') return { type: 'error', bytes: line };
  const text = line.toString('latin1');
  switch (type) {
    case ':':
      return { type: 'integer', value: parseInteger(text) };
    case ',':
      return { type: 'double', value: parseDouble(text), text };
    case '(':
      if (!/^[+-]?\d+$/.test(text)) throw new ReplyProtocolError('Bad bignum value');
      return { type: 'big-number', value: BigInt(text.replace('+', '')) };
    case '#':
      if (text !== 't' && text !== 'f') throw new ReplyProtocolError('Bad bool value');
      return { type: 'boolean', value: text === 't' };
    default:
      if (text !== '') throw new ReplyProtocolError('Bad nil value');
      return { type: 'null' };
  }
}

const INT64_MAX = 2n ** 63n - 1n;
const INT64_MIN = -(2n ** 63n);

/** A signed 64-bit integer: a number where it is exact, a bigint beyond. */
function parseInteger(text: string): number | bigint {
  if (!/^[+-]?\d{1,20}$/.test(text)) throw new ReplyProtocolError('Bad integer value');
  const value = Number(text);
  if (Number.isSafeInteger(value)) return value === 0 ? 0 : value;
  const exact = BigInt(text.replace('+', ''));
  if (exact > INT64_MAX || exact < INT64_MIN) throw new ReplyProtocolError('Bad integer value');
  return exact;
}

function parseDouble(text: string): number {
  if (/^[+-]?inf$/i.test(text)) return text.startsWith('-') ? -Infinity : Infinity;
  if (/^-?nan$/i.test(text)) return NaN;
  if (!/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text)) {
    throw new ReplyProtocolError('Bad double value');
  }
  return Number(text);
}

/** A length or count; whether it is in range is for the caller to say. */
export function parseLength(line: Buffer, message: string): number {
  const text = line.toString('latin1');
  if (!/^-?\d{1,15}$/.test(text)) throw new ReplyProtocolError(message);
  return Number(text);
}
