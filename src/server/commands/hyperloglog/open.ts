import type { Bytes } from '../../../bytes/bytes.js';
import * as errors from '../../../protocol/errors.js';
import { Type } from '../../../storage/representation.js';
import { isHyperLogLog } from '../../../storage/types/hyperloglog.js';
import { stringBytes } from '../../../storage/types/string.js';
import type { Session } from '../../clients/session.js';

export const CORRUPT = 'INVALIDOBJ Corrupted HLL object detected';
const NO_HYPERLOGLOG = 'WRONGTYPE Key is not a valid HyperLogLog string value.';

/** The bytes of the HyperLogLog in a record, `view` untouched for `ref` 0; null after the error reply. */
export function hyperLogLog(session: Session, ref: number, view: Bytes): Bytes | null {
  if (ref === 0) return view;
  if (session.db.type(ref) !== Type.STRING) {
    session.reply.error(errors.WRONGTYPE);
    return null;
  }
  const bytes = stringBytes(session.db, ref, view);
  if (isHyperLogLog(bytes)) return bytes;
  session.reply.error(NO_HYPERLOGLOG);
  return null;
}
