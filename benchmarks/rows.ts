import type { ServerOptions } from './servers.js';

/** One comparison of mredis with redis-server, or with itself: a row of docs/benchmarks.md. */
export interface Row {
  readonly id: string;
  readonly title: string;
  readonly group: string;
  /** Flags of `mredis bench compare`, or of `mredis bench` where a run needs a fresh server. */
  readonly flags: readonly string[];
  /** The least proportion to redis's throughput that we want. */
  readonly target: number;
  /** A command of one's own in place of a test. */
  readonly command?: readonly string[];
  /** What is there before: this command for each of `keys` key numbers. */
  readonly fill?: { readonly command: readonly string[]; readonly keys: number };
  /** Each run is so many requests on a fresh server: what grows or is consumed is measured from the same state. */
  readonly freshRequests?: number;
  /** The command has run a while on each fresh server, which was emptied then: without it the start of a server shows. */
  readonly warmed?: boolean;
  /** Command line options of both servers. */
  readonly options?: ServerOptions;
  /** mredis with these options takes the place of redis. */
  readonly against?: ServerOptions;
}

const MILLION = ['--keys', '1000000'];

const strings = (test: string, pipeline: number, target: number): Row => ({
  id: `${test}-p${pipeline}`,
  title: `${test.toUpperCase()} 3 B, 1M random keys, P=${pipeline}`,
  group: 'Strings',
  flags: ['--tests', test, '--pipeline', String(pipeline), ...MILLION],
  target,
});

const large = (test: string, bytes: number, size: string, keys: number, target: number): Row => ({
  id: `${test}-${bytes}`,
  title: `${test.toUpperCase()} ${size}, ${keys / 1000}k random keys, P=16`,
  group: 'Large values',
  flags: ['--tests', test, '--pipeline', '16', '--data-size', String(bytes), '--keys', String(keys)],
  target,
});

const types = (test: string, title: string, pipeline: number, keys = false): Row => ({
  id: test.replace('_', '-'),
  title: `${title}, P=${pipeline}`,
  group: 'Other commands',
  flags: ['--tests', test, '--pipeline', String(pipeline), ...(keys ? ['--keys', '100000'] : [])],
  target: 1,
});

const APPENDING = ['--appendonly', 'yes', '--auto-aof-rewrite-percentage', '0'];

const durable = (policy: string, pipeline: number, target: number): Row => ({
  id: `${policy}-p${pipeline}`,
  title: `SET 3 B, 1M random keys, appendfsync ${policy}, P=${pipeline}`,
  group: 'Append-only file',
  flags: ['--tests', 'set', '--pipeline', String(pipeline), ...MILLION],
  target,
  options: [...APPENDING, '--appendfsync', policy],
});

const checksums = (policy: string, pipeline: number): Row => ({
  ...durable(policy, pipeline, 0.9),
  id: `checksum-${policy}-p${pipeline}`,
  title: `SET 3 B, appendfsync ${policy}, P=${pipeline}`,
  group: 'Checksums in the append-only file: mredis without them, and with them',
  against: [...APPENDING, '--appendfsync', policy, '--aof-checksum', 'no'],
});

const aggregate = (
  id: string,
  title: string,
  target: number,
  command: string,
  fill?: string,
  keys = 1_000_000,
): Row => ({
  id,
  title: `${title}, P=16`,
  group: 'Large aggregates',
  flags: ['--pipeline', '16', '--keys', String(keys), '--data-size', '16'],
  target,
  command: command.split(' '),
  ...(fill === undefined ? {} : { fill: { command: fill.split(' '), keys } }),
});
/** Of so many key numbers a million drawn at random are nearly all different. */
const NEVER_TWICE = 1_000_000_000;
/** The same on servers that have run the command before, and on cold ones. */
const onFreshServers = (row: Row, freshRequests: number): Row[] => [
  { ...row, freshRequests, warmed: true },
  { ...row, id: `${row.id}-cold`, title: `${row.title}, first on a new server`, freshRequests },
];

const FILL_ZSET = 'ZADD zset __key__ member:__key__';
const FILL_HASH = 'HSET hash field:__key__ __data__';
const TEN_FIELDS = Array.from({ length: 10 }, (_, i) => `field${i} __data__`).join(' ');

/** Every throughput that is promised, in the order of the document. */
export const ROWS: readonly Row[] = [
  strings('set', 1, 1),
  strings('get', 1, 1),
  strings('set', 16, 1.5),
  strings('get', 16, 1.5),
  strings('set', 64, 2),
  strings('get', 64, 2),
  types('incr', 'INCR of one key', 16),
  types('lpush', 'LPUSH', 16),
  types('lpop', 'LPOP', 16),
  types('sadd', 'SADD, 100k members', 16, true),
  types('hset', 'HSET, 100k fields', 16, true),
  types('zadd', 'ZADD, 100k members', 16, true),
  types('lrange_100', 'LRANGE of 100', 1),
  types('mset', 'MSET of 10', 1, true),
  large('set', 1024, '1 KiB', 100_000, 1.1),
  large('get', 1024, '1 KiB', 100_000, 1.1),
  large('set', 16_384, '16 KiB', 10_000, 1),
  large('get', 16_384, '16 KiB', 10_000, 1),
  {
    id: 'connections-1000',
    title: 'GET 3 B over 1,000 connections, P=1',
    group: 'Connections',
    flags: ['--tests', 'get', '--connections', '1000', ...MILLION],
    target: 1,
  },
  durable('everysec', 1, 1),
  durable('everysec', 16, 1.3),
  durable('everysec', 64, 1.8),
  durable('always', 1, 1),
  durable('always', 16, 1),
  durable('always', 64, 1.5),
  checksums('everysec', 16),
  checksums('everysec', 64),
  checksums('always', 16),
  ...onFreshServers(
    aggregate(
      'zadd-new',
      'ZADD of 1M new members',
      1.3,
      'ZADD zset __rand_int__ m:__rand_int__',
      undefined,
      NEVER_TWICE,
    ),
    1_000_000,
  ),
  aggregate('zrank', 'ZRANK in 1M', 1.3, 'ZRANK zset member:__key__', FILL_ZSET),
  ...onFreshServers(aggregate('zpopmin', 'ZPOPMIN from 1M', 1.3, 'ZPOPMIN zset', FILL_ZSET), 500_000),
  aggregate('hset-1m', 'HSET in a hash of 1M', 1.3, FILL_HASH, FILL_HASH),
  aggregate('hget-1m', 'HGET in a hash of 1M', 1.3, 'HGET hash field:__key__', FILL_HASH),
  aggregate(
    'sismember-1m',
    'SISMEMBER in a set of 1M',
    1.3,
    'SISMEMBER set member:__key__',
    'SADD set member:__key__',
  ),
  ...onFreshServers(
    aggregate(
      'xadd',
      'XADD of 3 fields, 1M new',
      1.3,
      'XADD stream * a __data__ b __key__ c 3',
      undefined,
      NEVER_TWICE,
    ),
    1_000_000,
  ),
  aggregate('zrange-1m', 'ZRANGE of 10 in the middle of 1M', 1, 'ZRANGE zset 500000 500009', FILL_ZSET),
  aggregate(
    'zrangebyscore-1m',
    'ZRANGEBYSCORE LIMIT 0 10 in 1M',
    1,
    'ZRANGEBYSCORE zset __key__ +inf LIMIT 0 10',
    FILL_ZSET,
  ),
  aggregate('lrange-1m', 'LRANGE of the first 100 of 1M', 1, 'LRANGE list 0 99', 'RPUSH list __data__'),
  aggregate(
    'hset-10',
    'HSET of 10 fields, 100k hashes',
    1,
    `HSET hash:__key__ ${TEN_FIELDS}`,
    undefined,
    100_000,
  ),
];
