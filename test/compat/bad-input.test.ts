/**
 * Arguments that a command must refuse or be careful with, in every place of every data command: each line below is
 * run with too few and too many arguments, with each bad value in each marked place, and with keys of every other
 * type. Replies and what the keys hold afterwards are the same as those of redis-server.
 */
import { BAD, KEYS, LINES, OF_EACH_TYPE } from './bad-input-lines.js';
import { type Line, compatSuite } from './compat.js';

const { transcript } = compatSuite();

const MARK = /\{(\w):([^}]*)\}/;

/** The variants of a line: good, of wrong length, with one bad value, with one key of another type. */
function* variants(line: string): Generator<string[]> {
  const marked = line.split(' ').map((word) => (word === '""' ? '' : word));
  const good = marked.map((word) => word.replace(MARK, '$2'));
  yield good;
  for (let length = 1; length < good.length; length++) yield good.slice(0, length);
  yield [...good, 'extra'];
  for (const [at, word] of marked.entries()) {
    const kind = MARK.exec(word)?.[1];
    const others = kind === undefined ? (at > 0 && word in KEYS ? OF_EACH_TYPE : []) : BAD[kind]!;
    for (const other of others)
      yield good.with(at, kind === undefined ? other : word.replace(MARK, () => other));
  }
}

/** A variant between what makes its keys and what tells how they are afterwards. */
function steps(argv: readonly string[], blocking: boolean): Line[] {
  const named = [...new Set(argv.slice(1).filter((word) => word in KEYS))];
  return [
    ...named.map((name) => ['COPY', `base:${name}`, name, 'REPLACE']),
    ...(blocking ? [['MULTI'], argv, ['EXEC']] : [argv]),
    ['DEBUG', 'DIGEST-VALUE', ...named, 'none'],
    ['DEL', 'none', ...named],
  ];
}

for (const [group, lines] of Object.entries(LINES)) {
  const blocks = /^B[LRZ]|BLOCK/;
  transcript(`Bad arguments of commands on ${group}`, [
    ...Object.entries(KEYS).map(([name, [command, ...args]]) => [command!, `base:${name}`, ...args]),
    'XGROUP CREATE base:x gr 0',
    ...lines.flatMap((line) => [...variants(line)].flatMap((argv) => steps(argv, blocks.test(line)))),
  ]);
}

// Without a good count, whose reply is random.
transcript('Bad counts of random members', [
  'SADD st a',
  'HSET h a 1',
  'ZADD z 1 a',
  ...['abc', '', '1.0', '9223372036854775808', '-9223372036854775808', '-9223372036854775809', '0'].flatMap(
    (count) => [
      ...['SPOP st', 'SRANDMEMBER st', 'HRANDFIELD h', 'ZRANDMEMBER z', 'SRANDMEMBER none'].map((line) => [
        ...line.split(' '),
        count,
      ]),
      ['HRANDFIELD', 'h', count, 'WITHVALUES'],
      ['ZRANDMEMBER', 'z', count, 'WITHSCORES'],
    ],
  ),
  'HRANDFIELD h -4611686018427387905 WITHVALUES',
  'ZRANDMEMBER z -4611686018427387905 WITHSCORES',
  ...['SPOP', 'SRANDMEMBER', 'HRANDFIELD', 'ZRANDMEMBER']
    .flatMap((command) => [command, `${command} st 1 2 3`, `${command} h 1`, `${command} z 1 2`])
    .filter((line) => line !== 'HRANDFIELD h 1'),
]);
