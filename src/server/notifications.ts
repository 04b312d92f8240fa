/** Classes of keyspace events: the letters of `notify-keyspace-events`. */
export const NotifyClass = {
  KEYSPACE: 1 << 0, // K
  KEYEVENT: 1 << 1, // E
  GENERIC: 1 << 2, // g
  STRING: 1 << 3, // $
  LIST: 1 << 4, // l
  SET: 1 << 5, // s
  HASH: 1 << 6, // h
  ZSET: 1 << 7, // z
  EXPIRED: 1 << 8, // x
  EVICTED: 1 << 9, // e
  STREAM: 1 << 10, // t
  KEY_MISS: 1 << 11, // m
  LOADED: 1 << 12, // l in modules only
  MODULE: 1 << 13, // d
  NEW: 1 << 14, // n
} as const;
export type NotifyClass = (typeof NotifyClass)[keyof typeof NotifyClass];
