import type { Bytes } from '../../../bytes/bytes.js';
import { Type } from '../../../storage/representation.js';
import { hasFieldTimes } from '../../../storage/types/field-times.js';
import { expireFields } from '../../upkeep/field-expiry.js';
import type { Session } from '../../clients/session.js';
import { readTyped, WRONG_TYPE, writeTyped } from '../../arguments/typed-key.js';

/** The hash at `key` for reading, without fields whose time has passed; 0 if there is none, or WRONG_TYPE. */
export function readHash(session: Session, key: Bytes): number {
  return withoutExpired(session, key, readTyped(session, key, Type.HASH));
}

/** As `readHash`, for a command that may change it. */
export function writeHash(session: Session, key: Bytes): number {
  return withoutExpired(session, key, writeTyped(session, key, Type.HASH));
}

function withoutExpired(session: Session, key: Bytes, ref: number): number {
  if (ref === 0 || ref === WRONG_TYPE || !hasFieldTimes(session.db, ref)) return ref;
  return expireFields(session.server, session.db, key, ref);
}
