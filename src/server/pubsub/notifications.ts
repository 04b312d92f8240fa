import type { Kind } from '../config/config-values.js';

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

/** What `A` stands for: everything but key misses and new keys, which would drown the rest. */
const LETTERS_ALL = 'g$lshzxetd';
const LETTERS: Readonly<Record<string, number>> = {
  g: NotifyClass.GENERIC,
  $: NotifyClass.STRING,
  l: NotifyClass.LIST,
  s: NotifyClass.SET,
  h: NotifyClass.HASH,
  z: NotifyClass.ZSET,
  x: NotifyClass.EXPIRED,
  e: NotifyClass.EVICTED,
  t: NotifyClass.STREAM,
  d: NotifyClass.MODULE,
  n: NotifyClass.NEW,
  K: NotifyClass.KEYSPACE,
  E: NotifyClass.KEYEVENT,
  m: NotifyClass.KEY_MISS,
};
const ALL = Array.from(LETTERS_ALL).reduce((flags, letter) => flags | LETTERS[letter]!, 0);

/** The directive `notify-keyspace-events`: a sum of `NotifyClass`. */
export function notifyClasses(): Kind<number> {
  return {
    initial: 0,
    parse: (text) => {
      let value = 0;
      for (const letter of text) {
        const flags = letter === 'A' ? ALL : LETTERS[letter];
        if (flags === undefined) return { error: "Invalid event class character. Use 'Ag$lshzxeKEtmdn'." };
        value |= flags;
      }
      return { value };
    },
    print: printClasses,
  };
}

/** Letters in Redis's order, `A` where all of its classes are on (Redis then leaves `n` out). */
function printClasses(flags: number): string {
  const rest = (flags & ALL) === ALL ? 'KEm' : `${LETTERS_ALL}nKEm`;
  let letters = (flags & ALL) === ALL ? 'A' : '';
  for (const letter of rest) if ((flags & LETTERS[letter]!) !== 0) letters += letter;
  return letters;
}
