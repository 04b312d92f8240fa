/** The type of a value, as TYPE tells it. */
export const Type = { STRING: 0, LIST: 1, SET: 2, ZSET: 3, HASH: 4, STREAM: 5 } as const;
export type Type = (typeof Type)[keyof typeof Type];

export const TYPE_NAMES = ['string', 'list', 'set', 'zset', 'hash', 'stream'] as const;

/**
 * How the bytes of a value are laid out: the first byte of every value that is not a plain string. The numbers live in
 * memory only; no file contains them.
 */
export const Representation = {
  /** A string that was edited in place, which OBJECT ENCODING calls raw however short it is. */
  STRING_RAW: 1,
  LIST_PACKED: 2,
  LIST_BLOCKS: 3,
  SET_INTS: 4,
  SET_PACKED: 5,
  SET_DICT: 6,
  HASH_PACKED: 7,
  HASH_DICT: 8,
  ZSET_PACKED: 9,
  ZSET_TREE: 10,
  STREAM: 11,
  /** A string of digits that nobody has looked at as an integer, which OBJECT ENCODING calls embstr. */
  STRING_EMBEDDED: 12,
} as const;
export type Representation = (typeof Representation)[keyof typeof Representation];

const { STRING, LIST, SET, ZSET, HASH, STREAM } = Type;
/** Indexed by `Representation`. */
export const TYPE_OF: readonly Type[] = [
  STRING,
  STRING,
  LIST,
  LIST,
  SET,
  SET,
  SET,
  HASH,
  HASH,
  ZSET,
  ZSET,
  STREAM,
  STRING,
];
