/**
 * The `*-max-*` directives that decide what OBJECT ENCODING reports. How values are really laid out has limits of its
 * own, which clients cannot see.
 */
export class EncodingLimits {
  /** hash-max-listpack-entries */
  hashEntriesMax = 512;
  /** hash-max-listpack-value */
  hashValueBytesMax = 64;
  /** set-max-intset-entries */
  setIntsMax = 512;
  /** zset-max-listpack-entries */
  zsetEntriesMax = 128;
  /** zset-max-listpack-value */
  zsetValueBytesMax = 64;
}
