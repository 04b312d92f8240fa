import { Bytes } from '../../../bytes/bytes.js';
import { Type } from '../../../storage/representation.js';
import { hashGet } from '../../../storage/types/hash.js';
import { stringBytes } from '../../../storage/types/string.js';
import type { Session } from '../../clients/session.js';

const view = new Bytes(new Uint8Array(0));

/**
 * A pattern of SORT's BY and GET: `weight_*` is the string at the key in which the element stands for the star,
 * `object_*->field` a field of the hash there, `#` the element itself.
 */
export class SortPattern {
  private readonly prefix: string;
  private readonly suffix: string;
  /** Null for a string. */
  private readonly field: Bytes | null;
  /** Where there is no star, no key can be meant. */
  readonly hasStar: boolean;

  constructor(private readonly pattern: string) {
    const star = pattern.indexOf('*');
    const arrow = pattern.indexOf('->', star + 1);
    const hasField = star >= 0 && arrow >= 0 && arrow + 2 < pattern.length;
    this.hasStar = star >= 0;
    this.prefix = pattern.slice(0, Math.max(0, star));
    this.suffix = pattern.slice(star + 1, hasField ? arrow : undefined);
    this.field = hasField ? Bytes.from(pattern.slice(arrow + 2)) : null;
  }

  /** The value for an element, one character per byte, or null if there is none. */
  lookup(session: Session, element: string): string | null {
    if (this.pattern === '#') return element;
    if (!this.hasStar) return null;
    const { db } = session;
    const ref = session.read(Bytes.from(this.prefix + element + this.suffix));
    if (ref === 0) return null;
    if (this.field === null)
      return db.type(ref) === Type.STRING ? stringBytes(db, ref, view).toString() : null;
    if (db.type(ref) !== Type.HASH) return null;
    return hashGet(db, ref, this.field, view) ? view.toString() : null;
  }
}
