/**
 * Arguments that a command must refuse or be careful with, in every place of every data command: each line below is
 * run with too few and too many arguments, with each bad value in each marked place, and with keys of every other
 * type. Replies and what the keys hold afterwards are the same as those of redis-server.
 *
 * `{kind:value}` marks a place: `value` is a good one, `kind` names the list of BAD.
 */
import { type Line, compatSuite } from './compat.js';

const { transcript } = compatSuite();

const INTEGERS = [
  ...['', ' 1', '1 ', '+1', '01', '-0', '1.0', 'abc', '0x1', '-1', '0', '3000', '\u00001'],
  ...['9223372036854775807', '9223372036854775808', '-9223372036854775808', '-9223372036854775809'],
  ...['2147483648', '-2147483649', '4294967296', '99999999999999999999999'],
];
const FLOATS = [
  ...['nan', '-nan', 'inf', '-inf', '+inf', 'Infinity', '1e400', '-1e400', 'abc', '', ' 1', '1 ', '0x10'],
  ...[
    '1e-400',
    '.5',
    '5.',
    '-0',
    '9'.repeat(400),
    '1.0.0',
    '+1',
    '--1',
    '1e',
    '180.0001',
    '-85.06',
    '1e308',
    '1,5',
  ],
];
const BAD: Readonly<Record<string, readonly string[]>> = {
  i: INTEGERS,
  f: FLOATS,
  /** Offsets of bytes and of bits: nothing may grow beyond 512 MB. */
  o: ['abc', '-1', '536870912', '9223372036854775807', '4294967296', ''],
  b: ['abc', '-1', '4294967296', '9223372036854775807', '-9223372036854775808', ''],
  c: ['abc', '-1', '#', '#-1', '#abc', '4294967296', '#9223372036854775807', '#536870912', ''],
  /** Words. */
  t: ['', 'bogus', 'u0', 'u64', 'i65', 'x8', 'u', 'i', 'left', 'before', 'nx', 'gt', 'wrap', 'min', 'string'],
  /** Timeouts of blocking commands. */
  w: ['abc', '-1', 'nan', '', '-0.1', '0x10', ' 1'],
  /** Waits: Redis 7.0 lets the sum of the greatest integer and the time overflow. */
  m: INTEGERS.filter((value) => value !== '9223372036854775807'),
  /** Ranks: Redis 7.0 negates the least integer, which overflows. */
  k: INTEGERS.filter((value) => value !== '-9223372036854775808'),
  /** Ends of ranges of members. */
  x: ['a', '', '[', '(', '+', '-', '[a', '(b', '++', '-a'],
  /** Ids of stream entries. */
  d: [
    ...[
      'abc',
      '',
      '-',
      '+',
      '$',
      '>',
      '0',
      '0-0',
      '1-1',
      '1-',
      '-1',
      '1-1-1',
      '(1-1',
      '5-*',
      '1',
      '6-0',
      '01-01',
      ' 1',
      '+1',
      '1-+1',
      '1-\t2',
      '1--01',
      '1--1',
      '-01',
      ' -1',
      '1- -1',
      '1 ',
      '+ 1',
      '1--18446744073709551615',
      '1--18446744073709551616',
    ],
    ...['18446744073709551615', '18446744073709551616', '18446744073709551615-18446744073709551616', '0-1'],
  ],
};

/** Every key that a line may name, as it is before each line. */
const KEYS: Readonly<Record<string, readonly string[]>> = {
  s: ['SET', 'hello'],
  n: ['SET', '10'],
  bm: ['SET', '\u00ff\u000f\u0000'],
  l: ['RPUSH', '1', '2', '3'],
  l2: ['RPUSH', 'a', 'b'],
  st: ['SADD', 'a', 'b', 'c'],
  st2: ['SADD', 'b', 'd'],
  h: ['HSET', 'a', 'x', 'num', '10'],
  z: ['ZADD', '1', 'a', '2', 'b', '3', 'c'],
  g: ['GEOADD', '1', '2', 'p1', '2', '3', 'p2'],
  hl: ['PFADD', 'a', 'b'],
  hl2: ['PFADD', 'c'],
  x: ['XADD', '1-1', 'f', 'v'],
};
/** One of each type, and one that is not there. */
const OF_EACH_TYPE = ['s', 'l', 'st', 'h', 'z', 'x', 'none'];

const LINES: Readonly<Record<string, readonly string[]>> = {
  strings: [
    'APPEND s x',
    'GET s',
    'GETDEL s',
    'GETEX s EX {i:100}',
    'GETEX s PX {i:100000}',
    'GETEX s EXAT {i:4000000000}',
    'GETEX s PXAT {i:4000000000000}',
    'GETRANGE s {i:0} {i:3}',
    'SUBSTR s {i:0} {i:3}',
    'GETSET s v',
    'INCR n',
    'DECR n',
    'INCRBY n {i:5}',
    'DECRBY n {i:5}',
    'INCRBYFLOAT n {f:1.5}',
    'MGET s n',
    'SET s v EX {i:100}',
    'SET s v PX {i:100000}',
    'SET s v GET',
    'SETEX s {i:100} v',
    'PSETEX s {i:100000} v',
    'SETNX s v',
    'SETRANGE s {o:3} xx',
    'SETRANGE s {o:3} ""',
    'STRLEN s',
    'LCS s n',
    'LCS s n LEN',
    'LCS s n IDX MINMATCHLEN {i:1}',
  ],
  bitmaps: [
    'SETBIT bm {b:7} 1',
    'SETBIT bm 7 {i:1}',
    'GETBIT bm {i:7}',
    'BITCOUNT bm {i:0} {i:5}',
    'BITCOUNT bm {i:0} {i:5} BIT',
    'BITPOS bm {i:1}',
    'BITPOS bm 1 {i:0}',
    'BITPOS bm 1 {i:0} {i:5}',
    'BITPOS bm 1 {i:0} {i:5} BIT',
    'BITOP AND s bm n',
    'BITOP NOT s bm',
    'BITFIELD bm GET {t:u8} {i:0}',
    'BITFIELD bm SET {t:u8} {c:0} {i:5}',
    'BITFIELD bm INCRBY {t:i8} {c:#1} {i:5}',
    'BITFIELD bm OVERFLOW {t:SAT} INCRBY u8 0 {i:5}',
    'BITFIELD_RO bm GET {t:u8} {i:0}',
  ],
  keys: [
    'EXPIRE s {i:100}',
    'PEXPIRE s {i:100000}',
    'EXPIREAT s {i:4000000000}',
    'PEXPIREAT s {i:4000000000000}',
    'EXPIRE s {i:100} NX',
    'EXPIRE s 100 {t:NX}',
    'COPY s n DB {i:1}',
    'COPY s n REPLACE',
    'OBJECT ENCODING s',
    'RENAME s n',
    'RENAMENX s n',
    'SORT l LIMIT {i:0} {i:2}',
    'SORT_RO l LIMIT {i:0} {i:2}',
    'SORT l STORE s',
    'SORT h',
    'TOUCH s',
    'RESTORE q {i:0} x',
    'RESTORE q 0 x IDLETIME {i:1}',
    'RESTORE q 0 x FREQ {i:1}',
    'DEL s',
    'UNLINK s',
    'TYPE s',
    'PERSIST s',
    'TTL s',
    'EXISTS s',
    'OBJECT FREQ s',
  ],
  lists: [
    'LPUSH l a',
    'RPUSH l a',
    'LPUSHX l a',
    'RPUSHX l a',
    'LPOP l {i:1}',
    'RPOP l {i:1}',
    'LPOP l',
    'LLEN l',
    'LINDEX l {i:0}',
    'LRANGE l {i:0} {i:1}',
    'LSET l {i:0} v',
    'LREM l {i:1} 1',
    'LTRIM l {i:0} {i:1}',
    'LINSERT l {t:BEFORE} 1 x',
    'LPOS l 1 RANK {k:1}',
    'LPOS l 1 COUNT {i:1}',
    'LPOS l 1 MAXLEN {i:1}',
    'LPOS l 1 RANK {k:1} COUNT {i:0} MAXLEN {i:0}',
    'LMOVE l l {t:LEFT} {t:RIGHT}',
    'LMOVE l2 l LEFT RIGHT',
    'RPOPLPUSH l l2',
    'LMPOP {i:1} l LEFT',
    'LMPOP 1 l {t:LEFT}',
    'LMPOP 1 l LEFT COUNT {i:1}',
    'BLPOP l {w:1}',
    'BRPOP l {w:1}',
    'BLMOVE l l2 LEFT RIGHT {w:1}',
    'BRPOPLPUSH l l2 {w:1}',
    'BLMPOP {w:1} {i:1} l LEFT COUNT {i:1}',
    'BLMPOP x {i:1} l {t:LEFT} COUNT {i:1}',
    'BZMPOP x {i:1} z {t:MIN} COUNT {i:1}',
  ],
  sets: [
    'SADD st a',
    'SREM st a',
    'SCARD st',
    'SISMEMBER st a',
    'SMISMEMBER st a',
    'SMOVE st st2 a',
    'SMOVE st2 st zz',
    'SINTERCARD {i:1} st',
    'SINTERCARD 1 st LIMIT {i:1}',
    'SINTERSTORE s st st2',
    'SUNIONSTORE s st st2',
    'SDIFFSTORE s st st2',
  ],
  hashes: [
    'HSET h f v',
    'HSET h f v f2',
    'HSETNX h f v',
    'HMSET h f v',
    'HGET h a',
    'HMGET h a',
    'HGETALL h',
    'HDEL h a',
    'HLEN h',
    'HKEYS h',
    'HVALS h',
    'HEXISTS h a',
    'HSTRLEN h a',
    'HINCRBY h num {i:5}',
    'HINCRBY h a 1',
    'HINCRBYFLOAT h num {f:1.5}',
    'HINCRBYFLOAT h a 1',
  ],
  'sorted sets': [
    'ZADD z {f:1} m',
    'ZADD z NX {f:1} m',
    'ZADD z GT CH {f:1} a',
    'ZADD z INCR {f:1} a',
    'ZADD z XX INCR {f:1} a',
    'ZINCRBY z {f:1} a',
    'ZCARD z',
    'ZSCORE z a',
    'ZMSCORE z a',
    'ZREM z a',
    'ZCOUNT z {f:0} {f:5}',
    'ZCOUNT z ({f:0} ({f:5}',
    'ZLEXCOUNT z {x:-} {x:+}',
    'ZRANGE z {i:0} {i:1}',
    'ZRANGE z {i:0} {i:1} REV WITHSCORES',
    'ZRANGE z {f:0} {f:5} BYSCORE LIMIT {i:0} {i:2}',
    'ZRANGE z {x:-} {x:+} BYLEX LIMIT {i:0} {i:2}',
    'ZRANGE z 0 1 LIMIT {i:0} {i:1}',
    'ZRANGESTORE s z {i:0} {i:1}',
    'ZRANGESTORE s z {f:0} {f:5} BYSCORE',
    'ZREVRANGE z {i:0} {i:1}',
    'ZRANGEBYSCORE z {f:0} {f:5} LIMIT {i:0} {i:2}',
    'ZREVRANGEBYSCORE z {f:5} {f:0} LIMIT {i:0} {i:2}',
    'ZRANGEBYLEX z {x:-} {x:+} LIMIT {i:0} {i:2}',
    'ZREVRANGEBYLEX z {x:+} {x:-}',
    'ZREMRANGEBYRANK z {i:0} {i:0}',
    'ZREMRANGEBYSCORE z {f:0} {f:1}',
    'ZREMRANGEBYLEX z {x:-} {x:[a}',
    'ZPOPMIN z {i:1}',
    'ZPOPMAX z {i:1}',
    'ZPOPMIN z',
    'ZMPOP {i:1} z MIN',
    'ZMPOP 1 z {t:MIN}',
    'ZMPOP 1 z MIN COUNT {i:1}',
    'BZPOPMIN z {w:1}',
    'BZPOPMAX z {w:1}',
    'BZMPOP {w:1} {i:1} z MIN COUNT {i:1}',
    'ZUNION {i:1} z',
    'ZUNION 1 z WEIGHTS {f:1}',
    'ZUNION 2 z st WEIGHTS {f:1} {f:2} AGGREGATE {t:MAX} WITHSCORES',
    'ZINTER {i:1} z',
    'ZINTER 2 z st WITHSCORES',
    'ZDIFF {i:1} z',
    'ZDIFF 2 z st WITHSCORES',
    'ZINTERCARD {i:1} z',
    'ZINTERCARD 1 z LIMIT {i:1}',
    'ZUNIONSTORE s {i:1} z',
    'ZUNIONSTORE s 1 z WEIGHTS {f:1}',
    'ZINTERSTORE s {i:2} z st',
    'ZDIFFSTORE s {i:2} z st',
  ],
  geo: [
    'GEOADD g {f:1} {f:2} m',
    'GEOADD g NX CH {f:1} {f:2} p1',
    'GEOPOS g p1',
    'GEOHASH g p1',
    'GEODIST g p1 p2 {t:km}',
    'GEOSEARCH g FROMLONLAT {f:1} {f:2} BYRADIUS {f:500} {t:km} ASC',
    'GEOSEARCH g FROMLONLAT 1 2 BYBOX {f:500} {f:500} km ASC',
    'GEOSEARCH g FROMMEMBER p1 BYRADIUS 500 km ASC COUNT {i:1}',
    'GEOSEARCH g FROMMEMBER p1 BYRADIUS 500 km ASC COUNT {i:1} ANY',
    'GEOSEARCHSTORE s g FROMLONLAT 1 2 BYRADIUS {f:500} km',
    'GEORADIUS g {f:1} {f:2} {f:500} km ASC',
    'GEORADIUS g 1 2 500 km COUNT {i:1}',
    'GEORADIUS g 1 2 500 km STORE s',
    'GEORADIUSBYMEMBER g p1 {f:500} km ASC',
    'GEORADIUS_RO g 1 2 {f:500} {t:km} ASC',
  ],
  HyperLogLogs: ['PFADD hl a', 'PFCOUNT hl', 'PFMERGE hl hl2'],
  streams: [
    'XADD x {d:9-9} a b',
    'XADD x MAXLEN {i:1} 9-9 a b',
    'XADD x MAXLEN = {i:1} 9-9 a b',
    'XADD x MAXLEN ~ {i:1} LIMIT {i:1} 9-9 a b',
    'XADD x MINID {d:1-1} 9-9 a b',
    'XLEN x',
    'XRANGE x {d:-} {d:+}',
    'XRANGE x ({d:1-1} ({d:5-1}',
    'XRANGE x - + COUNT {i:1}',
    'XREVRANGE x {d:+} {d:-} COUNT {i:1}',
    'XDEL x {d:1-1}',
    'XTRIM x MAXLEN {i:1}',
    'XTRIM x MAXLEN ~ {i:1} LIMIT {i:1}',
    'XTRIM x MINID {d:1-1}',
    'XREAD STREAMS x {d:0-0}',
    'XREAD COUNT {i:1} STREAMS x 0',
    'XREAD COUNT 1 BLOCK {m:10} STREAMS x 0',
    'XGROUP CREATE x gr2 {d:0-0}',
    'XGROUP CREATE x gr2 0 ENTRIESREAD {i:1}',
    'XGROUP CREATE x gr 0',
    'XGROUP SETID x gr {d:0-0}',
    'XGROUP SETID x gr 0 ENTRIESREAD {i:1}',
    'XGROUP CREATECONSUMER x gr c',
    'XGROUP DELCONSUMER x gr c',
    'XGROUP DESTROY x gr',
    'XREADGROUP GROUP gr c STREAMS x {d:>}',
    'XREADGROUP GROUP gr c COUNT {i:1} STREAMS x >',
    'XREADGROUP GROUP gr c COUNT 1 BLOCK {m:10} NOACK STREAMS x >',
    'XACK x gr {d:1-1}',
    'XCLAIM x gr c 0 {d:1-1} FORCE JUSTID',
    'XPENDING x gr',
    'XSETID x {d:9-9}',
    'XSETID x 9-9 ENTRIESADDED {i:9}',
    'XSETID x 9-9 ENTRIESADDED 9 MAXDELETEDID {d:1-1}',
  ],
};

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
