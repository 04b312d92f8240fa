import fc from 'fast-check';
import { hashCommand, listCommand, match, setCommand } from './collections.js';
import { geoCommand, sortedSetCommand } from './ordered.js';
import { streamCommand } from './streams.js';
import { setting } from './settings.js';
import { bitmapCommand, farMs, hyperLogLogCommand, milliseconds, seconds, stringCommand } from './strings.js';
import { transactionCommand } from './transactions.js';
import { anyInteger, integer, maybe, oneOf, several, words, type Words } from './words.js';

/** A few keys of every type. */
const key = oneOf('k1', 'n1', 'b1', 'p1', 'l1', 'l2', 's1', 's2', 'h1', 'h2', 'a', 'b', 'g1', 'x1', 'other');

const sortable = oneOf('k1', 'l1', 'l2', 's1', 's2', 'h1', 'other');

const by = maybe(words('BY', oneOf('h1->*', '*', 'n*', 'weight_*')));
const get = words('GET', oneOf('#', 'h1->*', '*', 'k1', 'h*->m1', 'h1->'));
const limit = maybe(words('LIMIT', integer(-1, 3), integer(-1, 9)));

const genericCommand: Words = fc.oneof(
  words(oneOf('DEL', 'UNLINK', 'EXISTS', 'TOUCH'), several(key, 1, 3)),
  words('TYPE', key),
  words(oneOf('RENAME', 'RENAMENX'), key, key),
  words('COPY', key, key, maybe(words('REPLACE'))),
  words('COPY', key, key, 'DB', '1', maybe(words('REPLACE'))),
  words('MOVE', key, '1'),
  words('SWAPDB', '0', '1'),
  { weight: 2, arbitrary: words('PEXPIREAT', key, farMs, maybe(words(oneOf('NX', 'XX', 'GT', 'LT')))) },
  words('EXPIRE', key, seconds, maybe(words(oneOf('NX', 'XX', 'GT', 'LT')))),
  words('PEXPIRE', key, milliseconds, maybe(words(oneOf('NX', 'XX', 'GT', 'LT')))),
  words('EXPIREAT', key, oneOf('1', '-1', '0')),
  words('PERSIST', key),
  words(oneOf('PEXPIRETIME', 'EXPIRETIME', 'TTL', 'PTTL'), key),
  words('KEYS', oneOf('*', 'k*', '[a-h]?', '?')),
  words('DBSIZE'),
  words('OBJECT', oneOf('ENCODING', 'FREQ', 'IDLETIME', 'REFCOUNT'), key),
  words('SCAN', '0', match, 'COUNT', '5000'),
  words('SCAN', '0', 'TYPE', oneOf('string', 'list', 'hash', 'zset', 'stream', 'set'), 'COUNT', '5000'),
  words('RANDOMKEY'),
  words('PUBLISH', key, key),
  words('PUBSUB', 'NUMSUB', key),
  words('ECHO', key),
  words('DEBUG', 'RELOAD'),
  // Not on sorted sets, which change their encoding by it in Redis.
  words(
    'SORT',
    sortable,
    maybe(words('ALPHA')),
    maybe(words('DESC')),
    maybe(words('LIMIT', integer(0, 3), integer(0, 9))),
  ),
  words('SORT', sortable, 'ALPHA', 'STORE', 'l2'),
  { weight: 2, arbitrary: words('RPUSH', 'numbers', several(anyInteger, 1, 9)) },
  { weight: 2, arbitrary: words('HSET', 'h1', several(words(anyInteger, anyInteger), 1, 9)) },
  words(oneOf('SORT', 'SORT_RO'), 'numbers', by, several(get, 0, 3), maybe(words('DESC')), limit),
  words('SORT', 'numbers', by, several(get, 0, 2), limit, 'STORE', 'l1'),
  words('SORT', 'numbers', 'BY', oneOf('nosort', 'k1'), several(get, 0, 3), limit),
  words('SORT_RO', sortable, 'ALPHA', 'BY', 'nosort', 'GET', '#', 'LIMIT', '0', '0'),
);

/** Commands of each type; those of `keys` work on all of them. */
export const COMMANDS: Readonly<Record<string, Words>> = {
  strings: stringCommand,
  bitmaps: bitmapCommand,
  hyperloglogs: hyperLogLogCommand,
  lists: listCommand,
  sets: setCommand,
  hashes: hashCommand,
  'sorted-sets': sortedSetCommand,
  geo: geoCommand,
  streams: streamCommand,
  transactions: fc.oneof({ weight: 2, arbitrary: transactionCommand }, setting),
  keys: fc.oneof(
    { weight: 6, arbitrary: genericCommand },
    ...[stringCommand, bitmapCommand, hyperLogLogCommand, listCommand, setCommand],
    // Not geo: a score that is no place decodes to anything.
    ...[hashCommand, sortedSetCommand, streamCommand],
  ),
};

/** Commands whose first word is no key. */
export const NAMELESS: ReadonlySet<string> = new Set([
  ...['CONFIG', 'HELLO', 'OBJECT', 'KEYS', 'SCAN', 'SELECT', 'SWAPDB', 'DEBUG', 'PUBLISH', 'PUBSUB', 'ECHO'],
  ...[
    'BITOP',
    'PFDEBUG',
    'XGROUP',
    'XINFO',
    'XREAD',
    'XREADGROUP',
    'LMPOP',
    'ZMPOP',
    'BLMPOP',
    'BZMPOP',
    'WATCH',
  ],
]);

const garbage = oneOf(
  'abc',
  '',
  '-1',
  '0',
  '1e400',
  'nan',
  '9223372036854775808',
  '-9223372036854775809',
  '1.0',
  'k1',
  'l1',
);

/**
 * A time to wait of 0 has no end. Without their count the first reply at random, and to a cursor that no scan gave anything is right; ZRANK has learnt an
 * option since 7.0; ranges of names under the key `lex` mean nothing if the scores differ.
 */
const UNBROKEN = new Set([
  ...[
    'SPOP',
    'SRANDMEMBER',
    'HRANDFIELD',
    'ZRANDMEMBER',
    'SCAN',
    'SSCAN',
    'HSCAN',
    'ZSCAN',
    'ZRANK',
    'ZREVRANK',
  ],
  ...['lex', 'BLPOP', 'BRPOP', 'BLMOVE', 'BRPOPLPUSH', 'BLMPOP', 'BZPOPMIN', 'BZPOPMAX', 'BZMPOP', 'BLOCK'],
  ...['CONFIG', 'HELLO', 'RANDOMKEY', 'WAIT', 'DEBUG', 'PFDEBUG', 'GETREG'],
]);

/** A command as it is, or, one time in twelve, with a word put in, taken out or replaced: most of these are errors. */
export function sometimesBroken(command: Words): Words {
  const broken = fc
    .tuple(command, fc.nat(), garbage, fc.constantFrom('replace', 'remove', 'insert'))
    .map(([argv, pick, word, how]) => {
      if (argv.some((given) => UNBROKEN.has(given))) return argv;
      const at = 1 + (pick % Math.max(1, argv.length - 1));
      return [
        ...argv.slice(0, at),
        ...(how === 'remove' ? [] : [word]),
        ...argv.slice(how === 'insert' ? at : at + 1),
      ];
    });
  return fc.oneof({ weight: 11, arbitrary: command }, broken);
}
