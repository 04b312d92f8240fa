import { Bytes } from '../../../bytes/bytes.js';
import { equalBytes } from '../../../bytes/hash.js';
import { xxh3Digest } from '../../../bytes/xxh3.js';
import type { Request } from '../../../protocol/request.js';
import { stringBytes } from '../../../storage/types/string.js';
import type { Session } from '../../clients/session.js';

/** What must hold of the string that is there: of its bytes, or of its digest, as DIGEST tells it. */
export type CompareCondition = 'ifeq' | 'ifne' | 'ifdeq' | 'ifdne';

const CONDITIONS: readonly string[] = ['ifeq', 'ifne', 'ifdeq', 'ifdne'] satisfies CompareCondition[];

const view = new Bytes(new Uint8Array(0));

export function isCompareCondition(word: string): word is CompareCondition {
  return CONDITIONS.includes(word);
}

/** True for the conditions that a missing key meets in SET: those that ask for a difference. */
export function isInequality(condition: CompareCondition): boolean {
  return condition === 'ifne' || condition === 'ifdne';
}

/** Whether the string in a record meets a condition on argument `at`; null after a reply that refuses the digest. */
export function meetsCondition(
  session: Session,
  ref: number,
  request: Request,
  condition: CompareCondition,
  at: number,
): boolean | null {
  const { buffer, offset, length } = stringBytes(session.db, ref, view);
  const given = request.arg(at);
  if (condition === 'ifeq' || condition === 'ifne') {
    const equal = length === given.length && equalBytes(buffer, offset, given.buffer, given.offset, length);
    return equal === (condition === 'ifeq');
  }
  const digest = request.word(at);
  if (!/^[0-9a-f]{16}$/.test(digest)) {
    session.reply.error('ERR must be exactly 16 hexadecimal characters');
    return null;
  }
  return (digest === xxh3Digest(buffer, offset, length)) === (condition === 'ifdeq');
}
