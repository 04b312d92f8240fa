import type { Bytes } from '../../bytes/bytes.js';
import * as errors from '../../protocol/errors.js';
import type { Type } from '../../storage/representation.js';
import type { Session } from '../clients/session.js';

/** In place of a ref: the key holds another type, and the error has been replied. No record ever has this ref. */
export const WRONG_TYPE = -1;

/** The live record of `key` for reading, 0 if there is none, or WRONG_TYPE. */
export function readTyped(session: Session, key: Bytes, type: Type): number {
  return checked(session, session.read(key), type);
}

/** The live record of `key` for changing it, 0 if there is none, or WRONG_TYPE. */
export function writeTyped(session: Session, key: Bytes, type: Type): number {
  return checked(session, session.write(key), type);
}

function checked(session: Session, ref: number, type: Type): number {
  if (ref === 0 || session.db.type(ref) === type) return ref;
  session.reply.error(errors.WRONGTYPE);
  return WRONG_TYPE;
}
