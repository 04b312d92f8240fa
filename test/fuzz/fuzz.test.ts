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
];

test.each(FOUND)('%s', async (_, row) => {
  expect((await servers?.difference(row)) ?? null).toBeNull();
});
