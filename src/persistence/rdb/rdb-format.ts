/** Newest version that is read: Redis 7.4 writes it. */
export const RDB_VERSION_READ_MAX = 12;
/** Version that is written: Redis 7.0 and everything after it load it. */
export const RDB_VERSION_WRITTEN = 10;
/** From this version on, Redis 7.4's, files have a place for the expire times of hash fields. */
export const RDB_VERSION_FIELD_EXPIRES = 12;
/** First version that ends with a checksum. */
export const RDB_VERSION_CHECKSUM = 5;

/** The byte before a key: type of the value and how it is encoded. */
export const RdbType = {
  STRING: 0,
  LIST: 1,
  SET: 2,
  ZSET: 3,
  HASH: 4,
  ZSET_2: 5,
  MODULE: 6,
  MODULE_2: 7,
  HASH_ZIPMAP: 9,
  LIST_ZIPLIST: 10,
  SET_INTSET: 11,
  ZSET_ZIPLIST: 12,
  HASH_ZIPLIST: 13,
  LIST_QUICKLIST: 14,
  STREAM_LISTPACKS: 15,
  HASH_LISTPACK: 16,
  ZSET_LISTPACK: 17,
  LIST_QUICKLIST_2: 18,
  STREAM_LISTPACKS_2: 19,
  SET_LISTPACK: 20,
  STREAM_LISTPACKS_3: 21,
  HASH_METADATA_PRE_GA: 22,
  HASH_LISTPACK_EX_PRE_GA: 23,
  HASH_METADATA: 24,
  HASH_LISTPACK_EX: 25,
} as const;

/** Bytes that stand where a type could, and say something else. */
export const RdbOpcode = {
  SLOT_INFO: 244,
  FUNCTION2: 245,
  FUNCTION_PRE_GA: 246,
  MODULE_AUX: 247,
  IDLE: 248,
  FREQ: 249,
  AUX: 250,
  RESIZEDB: 251,
  EXPIRETIME_MS: 252,
  EXPIRETIME: 253,
  SELECTDB: 254,
  EOF: 255,
} as const;

/** Special string encodings: what follows a length byte of 0b11xxxxxx. */
export const RdbEncoding = { INT8: 0, INT16: 1, INT32: 2, LZF: 3 } as const;

/** How a node of a quicklist (version 2) holds its elements. */
export const QuicklistContainer = { PLAIN: 1, PACKED: 2 } as const;

/** Flags of an entry inside a listpack of a stream. */
export const StreamItemFlag = { DELETED: 1, SAME_FIELDS: 2 } as const;

/** What is wrong with an RDB file or a DUMP payload. */
export type RdbDamage = 'cut' | 'corrupt' | 'checksum' | 'unsupported';

/** A file or payload that cannot be read: which byte, and whether it was cut, altered or is of a kind not known here. */
export class RdbError extends Error {
  constructor(
    readonly damage: RdbDamage,
    /** Offset in the file of the byte that was being read. */
    readonly offset: number,
    reason: string,
  ) {
    super(reason);
    this.name = 'RdbError';
  }
}
