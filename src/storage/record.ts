import { REF_PAGE_SHIFT, REF_UNIT_MASK, Slab } from './slab.js';

/*
 * A record holds one key and its value:
 *
 *   word 0   bits 0-29 value length, bit 30 HAS_EXPIRE, bit 31 TYPED
 *   word 1   bits 0-7 key length (255: the long key length follows), bits 8-31 access: LRU clock, LFU counter or LRU node
 *   [word]   position in the database's expire table, if HAS_EXPIRE
 *   [word]   key length, if the byte above is 255
 *   key, value
 *
 * A plain string has no TYPED bit: its value is the string. Every other value starts with the byte of its
 * `Representation`. So a short string costs 8 bytes on top of key and value.
 */

export const HAS_EXPIRE = 0x4000_0000;
export const TYPED = 0x8000_0000 | 0;
const VALUE_LENGTH_MASK = 0x3fff_ffff;
/** In the byte of the key length: the length follows in a word of its own. */
export const KEY_LENGTH_LONG = 255;
/** The 24 bits of the access field. */
export const ACCESS_MASK = 0xff_ffff;

/** Longest value a record can hold, above the 512 MB that any request can carry. */
export const VALUE_BYTES_MAX = VALUE_LENGTH_MASK;

/** Reads and writes the parts of records in a slab. */
export class Records {
  constructor(readonly slab: Slab) {}

  /** Bytes a record needs. */
  static bytesNeeded(keyLength: number, valueLength: number, hasExpire: boolean): number {
    return 8 + (hasExpire ? 4 : 0) + (keyLength >= KEY_LENGTH_LONG ? 4 : 0) + keyLength + valueLength;
  }

  page8(ref: number): Uint8Array {
    return this.slab.pages8[ref >>> REF_PAGE_SHIFT]!;
  }

  pageView(ref: number): DataView {
    return this.slab.pageViews[ref >>> REF_PAGE_SHIFT]!;
  }

  /** Word 0: value length and the two flags. */
  head(ref: number): number {
    return this.slab.pages32[ref >>> REF_PAGE_SHIFT]![(ref & REF_UNIT_MASK) << 1]!;
  }

  setHead(ref: number, head: number): void {
    this.slab.pages32[ref >>> REF_PAGE_SHIFT]![(ref & REF_UNIT_MASK) << 1] = head;
  }

  valueLength(ref: number): number {
    return this.head(ref) & VALUE_LENGTH_MASK;
  }

  access(ref: number): number {
    return this.slab.pages32[ref >>> REF_PAGE_SHIFT]![((ref & REF_UNIT_MASK) << 1) + 1]! >>> 8;
  }

  setAccess(ref: number, access: number): void {
    const words = this.slab.pages32[ref >>> REF_PAGE_SHIFT]!;
    const at = ((ref & REF_UNIT_MASK) << 1) + 1;
    words[at] = (words[at]! & 0xff) | (access << 8);
  }

  keyLength(ref: number): number {
    const words = this.slab.pages32[ref >>> REF_PAGE_SHIFT]!;
    const at = (ref & REF_UNIT_MASK) << 1;
    const length = words[at + 1]! & 0xff;
    return length === KEY_LENGTH_LONG ? words[at + 2 + ((words[at]! >>> 30) & 1)]! : length;
  }

  /** Byte offset of the key inside its page. */
  keyStart(ref: number): number {
    const words = this.slab.pages32[ref >>> REF_PAGE_SHIFT]!;
    const at = (ref & REF_UNIT_MASK) << 1;
    const long = (words[at + 1]! & 0xff) === KEY_LENGTH_LONG ? 4 : 0;
    return (at << 2) + 8 + ((words[at]! >>> 28) & 4) + long;
  }

  /** Byte offset of the value inside its page. */
  valueStart(ref: number): number {
    const words = this.slab.pages32[ref >>> REF_PAGE_SHIFT]!;
    const at = (ref & REF_UNIT_MASK) << 1;
    const length = words[at + 1]! & 0xff;
    const start = (at << 2) + 8 + ((words[at]! >>> 28) & 4);
    return length === KEY_LENGTH_LONG
      ? start + 4 + words[at + 2 + ((words[at]! >>> 30) & 1)]!
      : start + length;
  }

  /** Position in the expire table; only where HAS_EXPIRE is set. */
  expirePosition(ref: number): number {
    return this.slab.pages32[ref >>> REF_PAGE_SHIFT]![((ref & REF_UNIT_MASK) << 1) + 2]!;
  }

  setExpirePosition(ref: number, position: number): void {
    this.slab.pages32[ref >>> REF_PAGE_SHIFT]![((ref & REF_UNIT_MASK) << 1) + 2] = position;
  }

  /** Writes the header of a new record; the key and the value are the caller's to write. */
  writeHeader(ref: number, keyLength: number, valueLength: number, flags: number, access: number): void {
    const words = this.slab.pages32[ref >>> REF_PAGE_SHIFT]!;
    const at = (ref & REF_UNIT_MASK) << 1;
    words[at] = valueLength | flags;
    if (keyLength < KEY_LENGTH_LONG) words[at + 1] = keyLength | (access << 8);
    else {
      words[at + 1] = KEY_LENGTH_LONG | (access << 8);
      words[at + 2 + ((flags >>> 30) & 1)] = keyLength;
    }
  }
}
