import { request, type Feed } from './feed.js';

/** What one row of docs/benchmarks-memory.md puts into a server. */
export interface MemoryRow {
  readonly id: string;
  readonly title: string;
  /** Resident memory beside redis's, at most. */
  readonly wanted: number;
  /** Keys or elements in full; a quick run takes a tenth. */
  readonly count: number;
  readonly fill: (feed: Feed, count: number) => Promise<void>;
}

const ELEMENTS = 10;

/** Eight digits, with a letter so that no server packs them as an integer. */
const member = (i: number): string => `m${String(i).padStart(7, '0')}`;
const key = (i: number): string => `key:${String(i).padStart(8, '0')}`;
const tens = <T>(make: (element: number) => T): T[] => Array.from({ length: ELEMENTS }, (_, i) => make(i));

/** Scattered and repeatable: the same pseudo-random numbers for both servers, in [0, 2^32). */
const scatter = (i: number): number => {
  let x = Math.imul(i + 1, 0x9e37_79b1);
  x = Math.imul(x ^ (x >>> 15), 0x85eb_ca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2_ae35);
  return (x ^ (x >>> 16)) >>> 0;
};

export const MEMORY_ROWS: readonly MemoryRow[] = [
  {
    id: 'pairs',
    title: '1M strings, 16 B + 32 B',
    wanted: 0.6,
    count: 1_000_000,
    fill: (feed, count) =>
      feed.send(count, (i) =>
        request('SET', `key:${String(i).padStart(12, '0')}`, `v${String(i).padStart(31, '0')}`),
      ),
  },
  {
    id: 'small-hashes',
    title: '100k hashes of 10 fields, 6 B + 8 B',
    wanted: 0.75,
    count: 100_000,
    fill: (feed, count) =>
      feed.send(count, (i) =>
        request('HSET', key(i), ...tens((n) => [`field${n}`, member(scatter(i) % 1e7)]).flat()),
      ),
  },
  {
    id: 'small-sets',
    title: '100k sets of 10 members, 8 B',
    wanted: 0.3,
    count: 100_000,
    fill: (feed, count) =>
      feed.send(count, (i) => request('SADD', key(i), ...tens((n) => member(i * ELEMENTS + n)))),
  },
  {
    id: 'small-lists',
    title: '100k lists of 10 elements, 8 B',
    wanted: 0.6,
    count: 100_000,
    fill: (feed, count) =>
      feed.send(count, (i) => request('RPUSH', key(i), ...tens((n) => member(i * ELEMENTS + n)))),
  },
  {
    id: 'small-zsets',
    title: '100k sorted sets of 10 members, 8 B, integer scores',
    wanted: 0.8,
    count: 100_000,
    fill: (feed, count) =>
      feed.send(count, (i) =>
        request('ZADD', key(i), ...tens((n) => [String(scatter(i + n) % 1000), member(i + n)]).flat()),
      ),
  },
  {
    id: 'large-hash',
    title: 'one hash of 1M fields, 12 B + 8 B',
    wanted: 0.65,
    count: 1_000_000,
    fill: (feed, count) => feed.send(count, (i) => request('HSET', 'hash', key(i), member(i))),
  },
  {
    id: 'large-set',
    title: 'one set of 1M members, 12 B',
    wanted: 0.65,
    count: 1_000_000,
    fill: (feed, count) => feed.send(count, (i) => request('SADD', 'set', key(i))),
  },
  {
    id: 'large-zset',
    title: 'one sorted set of 1M members, 12 B, random scores',
    wanted: 0.65,
    count: 1_000_000,
    fill: (feed, count) =>
      feed.send(count, (i) => request('ZADD', 'zset', String(scatter(i) / 1024), key(i))),
  },
  {
    id: 'large-list',
    title: 'one list of 1M elements, 16 B',
    wanted: 1.1,
    count: 1_000_000,
    fill: (feed, count) =>
      feed.send(count, (i) => request('RPUSH', 'list', `v${String(i).padStart(15, '0')}`)),
  },
  {
    id: 'stream',
    title: 'one stream of 1M entries of 3 fields',
    wanted: 1,
    count: 1_000_000,
    fill: (feed, count) =>
      feed.send(count, (i) =>
        request(
          ...['XADD', 'stream', `${1_700_000_000_000 + i}-0`],
          ...['user', member(scatter(i) % 1e6), 'event', 'viewed', 'page', member(scatter(-i) % 1e5)],
        ),
      ),
  },
  {
    id: 'churn',
    title: '200k strings and hashes after random growth, shrinking and the deletion of half',
    wanted: 1,
    count: 200_000,
    fill: churn,
  },
  {
    id: 'churn-deleted',
    title: '1M strings of 10 to 200 B of which a random nine tenths were deleted',
    wanted: 1,
    count: 1_000_000,
    fill: async (feed, count) => {
      await feed.send(count, (i) => request('SET', key(i), 'x'.repeat(10 + (scatter(i) % 190))));
      await feed.send(count, (i) => (scatter(i + 7) % 10 === 0 ? '' : request('UNLINK', key(i))));
    },
  },
  {
    id: 'churn-mixed',
    title: '1M strings of 10 to 500 B of which a random 99 % were deleted',
    wanted: 1,
    count: 1_000_000,
    fill: async (feed, count) => {
      await feed.send(count, (i) => request('SET', key(i), 'x'.repeat(10 + (scatter(i) % 490))));
      await feed.send(count, (i) => (scatter(i + 7) % 100 === 0 ? '' : request('UNLINK', key(i))));
    },
  },
  {
    id: 'churn-members',
    title: 'a set and a sorted set of 500k each of which a random three quarters were removed',
    wanted: 1,
    count: 500_000,
    fill: async (feed, count) => {
      await feed.send(count, (i) => request('SADD', 'set', key(i)));
      await feed.send(count, (i) => request('ZADD', 'zset', String(scatter(i) / 1024), key(i)));
      const removed = (i: number): boolean => scatter(i + 7) % 4 !== 0;
      await feed.send(count, (i) => (removed(i) ? request('SREM', 'set', key(i)) : ''));
      await feed.send(count, (i) => (removed(i) ? request('ZREM', 'zset', key(i)) : ''));
    },
  },
];

/** Strings grow by APPEND and hashes by HSET, round by round in random order; then they shrink, then half of them go. */
async function churn(feed: Feed, count: number): Promise<void> {
  const rounds = 12;
  const name = (i: number): string => `${i % 2 === 0 ? 'string' : 'hash'}:${i}`;
  await feed.send(count * rounds, (step) => {
    const i = scatter(step) % count;
    const round = scatter(step + 1) % rounds;
    return i % 2 === 0
      ? request('APPEND', name(i), member(step))
      : request('HSET', name(i), `field${round}`, member(step).repeat(1 + (scatter(step + 2) % 3)));
  });
  await feed.send(count * 3, (step) => {
    const i = scatter(step + 3) % count;
    return i % 2 === 0
      ? request('SET', name(i), 'x'.repeat(scatter(step) % 60))
      : request('HDEL', name(i), ...tens((n) => `field${(step + n) % 12}`).slice(0, 4));
  });
  await feed.send(count, (i) => (scatter(i + 5) % 2 === 0 ? '' : request('DEL', name(i))));
}
