import { compatSuite, type Line } from './compat.js';

const { transcript } = compatSuite();

const LIST = 'RPUSH list a';

/** PFADD of some numbers, several in each line. */
function counted(key: string, from: number, count: number, perLine: number): Line[] {
  return Array.from({ length: count / perLine }, (_, line) => [
    'PFADD',
    key,
    ...Array.from({ length: perLine }, (_, i) => `element:${from + line * perLine + i}`),
  ]);
}

transcript('PFADD, PFCOUNT and what they leave in the string', [
  'PFADD h',
  'PFADD h',
  'GET h',
  'PFCOUNT h',
  'OBJECT ENCODING h',
  'PFADD h a b c',
  'PFADD h a b c',
  'GET h',
  'PFCOUNT h',
  'GET h',
  ['PFADD', 'h', ''],
  'PFCOUNT h',
  'PFCOUNT none',
  'PFCOUNT none nowhere h',
  'EXPIRE h 100',
  'PFADD h more',
  'TTL h',
  ...counted('h', 0, 300, 1),
  'GET h',
  'PFDEBUG DECODE h',
  'PFCOUNT h',
  'PFADD',
  'PFCOUNT',
]);

transcript('sparse registers grow run by run as in Redis, then become dense', [
  ...counted('h', 0, 4000, 10).flatMap((line, i): Line[] =>
    i % 40 === 0 ? [line, 'PFDEBUG ENCODING h', 'PFCOUNT h', 'GET h'] : [line],
  ),
  'PFDEBUG ENCODING h',
  'PFCOUNT h',
  'GET h',
  'STRLEN h',
  ...counted('h', 4000, 4000, 500),
  'PFCOUNT h',
  'GET h',
]);

transcript('PFMERGE and counting several', [
  ...counted('a', 0, 300, 50),
  ...counted('b', 200, 300, 50),
  ...counted('big', 0, 20_000, 1000),
  'PFCOUNT a b',
  'PFCOUNT a b big',
  'PFMERGE ab a b',
  'PFCOUNT ab',
  'GET ab',
  'PFDEBUG ENCODING ab',
  'PFMERGE a b',
  'PFCOUNT a',
  'PFMERGE a big',
  'PFDEBUG ENCODING a',
  'PFCOUNT a',
  'PFMERGE new',
  'PFCOUNT new',
  'GET new',
  'PFMERGE none nowhere',
  'PFCOUNT none',
  'GET none',
  'PFMERGE',
]);

transcript('PFDEBUG', [
  'PFDEBUG ENCODING none',
  'PFADD h a b c d e f',
  'PFDEBUG DECODE h',
  'PFDEBUG ENCODING h',
  'PFDEBUG TODENSE h',
  'PFDEBUG TODENSE h',
  'PFDEBUG ENCODING h',
  'PFDEBUG DECODE h',
  'PFDEBUG GETREG h',
  'PFDEBUG NOPE h',
  'PFDEBUG ENCODING',
  'PFADD g a',
  'PFDEBUG GETREG g',
  'PFDEBUG ENCODING g',
  'PFSELFTEST',
]);

transcript('what is no HyperLogLog is refused', [
  LIST,
  'SET s hello',
  'SET short HYLL',
  ['SET', 'huge', `HYLL\x01\x00\x00\x00\xff\xff\xff\xff\xff\xff\xff\x7f\x7f\xff`],
  'PFCOUNT huge',
  'PFCOUNT huge none',
  ['SET', 'dense', `HYLL\x00${'\x00'.repeat(11)}`],
  ['SET', 'unknown', `HYLL\x02${'\x00'.repeat(20)}`],
  ['SET', 'empty', `HYLL\x01${'\x00'.repeat(11)}`],
  ['SET', 'half', `HYLL\x01${'\x00'.repeat(10)}\x80\x7f`],
  ['SET', 'over', `HYLL\x01${'\x00'.repeat(10)}\x80${'\x7f\xff'.repeat(3)}\xff`],
  ...['list', 's', 'short', 'dense', 'unknown', 'empty', 'half', 'over', 'none'].flatMap((name): Line[] => [
    `PFCOUNT ${name}`,
    `PFCOUNT ${name} none`,
    `PFDEBUG ENCODING ${name}`,
    `PFDEBUG DECODE ${name}`,
    `PFDEBUG GETREG ${name}`,
    `PFMERGE dest ${name}`,
    `PFADD ${name} x y z`,
    `PFMERGE ${name} none`,
  ]),
]);
