import fc from 'fast-check';
import { listCommand } from './collections.js';
import { geoCommand, sortedSetCommand } from './ordered.js';
import { streamCommand } from './streams.js';
import { bitmapCommand, stringCommand } from './strings.js';
import { oneOf, several, words, type Words } from './words.js';

/** The reply of EXEC holds theirs: these must have an order, and no time in them. */
const NOT_IN_EXEC = new Set([
  'XINFO',
  'XPENDING',
  'ZSCAN',
  'ZRANDMEMBER',
  'TTL',
  'PTTL',
  'EXPIRETIME',
  'PEXPIRETIME',
]);
const ordered = fc
  .oneof(stringCommand, bitmapCommand, listCommand, sortedSetCommand, geoCommand, streamCommand)
  .filter((argv) => !NOT_IN_EXEC.has(argv[0]!));

/** Commands in MULTI, blocking ones among them, under keys that are watched and change or do not. */
export const transactionCommand: Words = fc.oneof(
  { weight: 20, arbitrary: ordered },
  { weight: 3, arbitrary: words('MULTI') },
  { weight: 3, arbitrary: words('EXEC') },
  words('DISCARD'),
  words('WATCH', several(oneOf('k1', 'l1', 'a', 'x1', 'b1'), 1, 3)),
  words('UNWATCH'),
  words(oneOf('FLUSHDB', 'FLUSHALL', 'PING', 'DBSIZE')),
  words('SWAPDB', '0', '1'),
  words('SELECT', oneOf('0', '1')),
);
