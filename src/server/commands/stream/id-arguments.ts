import type { Bytes } from '../../../bytes/bytes.js';
import type { Request } from '../../../protocol/request.js';
import type { StreamId } from '../../../storage/types/stream-id.js';
import type { Session } from '../../clients/session.js';

const INVALID_ID = 'ERR Invalid stream ID specified as stream command argument';
const ID_BYTES_MAX = 127;
const DASH = 45;
const PLUS = 43;
const STAR = 42;
const PARENTHESIS = 40;
const WORD_MAX = 0xffff_ffff;

/** How an id was given. */
export const IdForm = { INVALID: 0, WHOLE: 1, WITHOUT_SEQUENCE: 2 } as const;
export type IdForm = (typeof IdForm)[keyof typeof IdForm];

/** Reads `ms` or `ms-seq`, or where `star` is allowed `ms-*`, which is WITHOUT_SEQUENCE. A missing `seq` is 0. */
export function parseId(bytes: Bytes, from: number, id: StreamId, star = false): IdForm {
  const { buffer, offset, length } = bytes;
  if (length > ID_BYTES_MAX) return IdForm.INVALID;
  let dash = from;
  while (dash < length && buffer[offset + dash] !== DASH) dash++;
  id.seqHigh = id.seqLow = 0;
  if (!id.parseMs(bytes, from, dash)) return IdForm.INVALID;
  if (dash === length) return IdForm.WHOLE;
  if (star && dash + 2 === length && buffer[offset + dash + 1] === STAR) return IdForm.WITHOUT_SEQUENCE;
  return id.parseSequence(bytes, dash + 1, length) ? IdForm.WHOLE : IdForm.INVALID;
}

/** An id; false after it has replied with the error. */
export function idArgument(session: Session, request: Request, at: number, id: StreamId): boolean {
  if (parseId(request.arg(at), 0, id) !== IdForm.INVALID) return true;
  session.reply.error(INVALID_ID);
  return false;
}

export function refuseId(session: Session): void {
  session.reply.error(INVALID_ID);
}

/**
 * An id that may also be `-` or `+`, and, where `end` is not null, one end of an interval: `(id` is the id behind or
 * before it. Without a sequence number the end of an interval is the last id of that time. False after an error.
 */
export function intervalArgument(
  session: Session,
  request: Request,
  at: number,
  id: StreamId,
  end: 'start' | 'end' | null,
): boolean {
  const bytes = request.arg(at);
  const first = bytes.buffer[bytes.offset];
  if (bytes.length === 1 && (first === DASH || first === PLUS)) {
    if (first === DASH) id.setMin();
    else id.setMax();
    return true;
  }
  const exclusive = end !== null && bytes.length > 1 && first === PARENTHESIS;
  const from = exclusive ? 1 : 0;
  if (parseId(bytes, from, id) === IdForm.INVALID) {
    refuseId(session);
    return false;
  }
  if (end === 'end' && !hasSequence(bytes)) id.seqHigh = id.seqLow = WORD_MAX;
  if (!exclusive || (end === 'start' ? id.increment() : id.decrement())) return true;
  session.reply.error(`ERR invalid ${end} ID for the interval`);
  return false;
}

function hasSequence({ buffer, offset, length }: Bytes): boolean {
  for (let i = 0; i < length; i++) if (buffer[offset + i] === DASH) return true;
  return false;
}
