/** One comparison of mredis with redis-server: a row of docs/benchmarks.md. */
export interface Row {
  readonly id: string;
  readonly title: string;
  readonly group: string;
  /** Flags of `mredis bench compare`. */
  readonly flags: readonly string[];
  /** The least proportion to redis's throughput that we want. */
  readonly target: number;
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
];
