/** Random commands of every type on mredis and on redis-server: the same replies, and the same data in the end. */
import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ServerComparison } from './comparison.js';
import { COMMANDS } from './keyspace.js';

/** 30,000 in all; `npm run fuzz` runs a million. */
const COMMANDS_PER_TYPE = 3000;

const hasRedis = spawnSync('redis-server', ['--version']).status === 0;
let servers: ServerComparison | null = null;

beforeAll(async () => {
  if (hasRedis) servers = await ServerComparison.start();
  else console.warn('no redis-server found: random commands are not compared');
}, 30_000);

afterAll(async () => {
  await servers?.stop();
});

test.each(Object.keys(COMMANDS))('random commands on %s do the same as on redis-server', async (type) => {
  expect(hasRedis || process.env['CI'] !== 'true').toBe(true);
  await servers?.compare(type, COMMANDS_PER_TYPE, 7);
});

type Row = readonly (readonly string[])[];

/** What random commands have found. */
const FOUND: readonly (readonly [string, Row])[] = [
  [
    'BITCOUNT counts nothing in a range that ends before it starts, whatever its unit',
    [
      ['SET', 'b1', 'abc'],
      ['BITCOUNT', 'b1', '-1', '-29', '19'],
      ['BITCOUNT', 'b1', '-29', '-1', '19'],
    ],
  ],
  [
    'ZSCAN gives the scores in a listpack with all their digits',
    [
      ['ZADD', 'a', '1e17', 'm1', '4e18', 'm2', '4611686018427387904', 'm3', '5e18', 'm4', '-1e18', 'm5'],
      ['ZADD', 'a', '1e300', 'm6', '0.1', 'm7', '123456789012345678', 'm8', 'inf', 'm9'],
      ['ZSCAN', 'a', '0', 'COUNT', '1000'],
      ['ZADD', 'a', '1', 'x'.repeat(70)],
      ['ZSCAN', 'a', '0', 'COUNT', '1000'],
    ],
  ],
  [
    'a score of -0 comes back from a file, whatever member makes its sorted set a skip list',
    [
      ['ZADD', 'a', '1', 'x'.repeat(70), '-0', 'm1', '2', 'm2'],
      ['ZADD', 'b', '-1', 'x'.repeat(70), '-0', 'm1', '2', 'm2'],
      ['DEBUG', 'RELOAD'],
      ['ZRANGE', 'a', '0', '-1', 'WITHSCORES'],
      ['ZRANGE', 'b', '0', '-1', 'WITHSCORES'],
    ],
  ],
  [
    'a score of -0 leaves with the sorted set that a skip list was only by a member that is gone',
    [
      ['ZADD', 'a', '-1', 'x'.repeat(70), '-0', 'm1', '2', 'm2'],
      ['ZREM', 'a', 'x'.repeat(70)],
      ['ZRANGE', 'a', '0', '-1', 'WITHSCORES'],
      ['DEBUG', 'RELOAD'],
      ['ZRANGE', 'a', '0', '-1', 'WITHSCORES'],
    ],
  ],
];

test.each(FOUND)('%s', async (_, row) => {
  expect((await servers?.difference(row)) ?? null).toBeNull();
});
