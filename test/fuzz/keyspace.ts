import fc from 'fast-check';
import { hashCommand, listCommand, setCommand } from './collections.js';
import { geoCommand, sortedSetCommand } from './ordered.js';
import { streamCommand } from './streams.js';
import { bitmapCommand, farMs, hyperLogLogCommand, stringCommand } from './strings.js';
import { integer, maybe, oneOf, several, words, type Words } from './words.js';

/** A few keys of every type. */
const key = oneOf('k1', 'n1', 'b1', 'p1', 'l1', 'l2', 's1', 's2', 'h1', 'h2', 'a', 'b', 'g1', 'x1', 'other');

const genericCommand: Words = fc.oneof(
  words(oneOf('DEL', 'UNLINK', 'EXISTS', 'TOUCH'), several(key, 1, 3)),
  words('TYPE', key),
  words(oneOf('RENAME', 'RENAMENX'), key, key),
  words('COPY', key, key, maybe(words('REPLACE'))),
  words('COPY', key, key, 'DB', '1', maybe(words('REPLACE'))),
  words('MOVE', key, '1'),
  words('SWAPDB', '0', '1'),
  { weight: 2, arbitrary: words('PEXPIREAT', key, farMs, maybe(words(oneOf('NX', 'XX', 'GT', 'LT')))) },
  words('EXPIREAT', key, oneOf('1', '-1', '0')),
  words('PERSIST', key),
  words(oneOf('PEXPIRETIME', 'EXPIRETIME'), key),
  words('KEYS', oneOf('*', 'k*', '[a-h]?', '?')),
  words('DBSIZE'),
  words('OBJECT', oneOf('ENCODING', 'REFCOUNT'), key),
  words(
    'SORT',
    key,
    maybe(words('ALPHA')),
    maybe(words('DESC')),
    maybe(words('LIMIT', integer(0, 3), integer(0, 9))),
  ),
  words('SORT', key, 'ALPHA', 'STORE', 'l2'),
  words('SORT_RO', key, 'ALPHA', 'BY', 'nosort', 'GET', '#', 'LIMIT', '0', '0'),
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
  keys: fc.oneof(
    { weight: 6, arbitrary: genericCommand },
    ...[stringCommand, bitmapCommand, hyperLogLogCommand, listCommand, setCommand],
    ...[hashCommand, sortedSetCommand, geoCommand, streamCommand],
  ),
};

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

/** A command as it is, or, one time in twelve, with a word put in, taken out or replaced: most of these are errors. */
export function sometimesBroken(command: Words): Words {
  const broken = fc
    .tuple(command, fc.nat(), garbage, fc.constantFrom('replace', 'remove', 'insert'))
    .map(([argv, pick, word, how]) => {
      const at = 1 + (pick % Math.max(1, argv.length - 1));
      return [
        ...argv.slice(0, at),
        ...(how === 'remove' ? [] : [word]),
        ...argv.slice(how === 'insert' ? at : at + 1),
      ];
    });
  return fc.oneof({ weight: 11, arbitrary: command }, broken);
}
