import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { Server } from '../../src/server/server.js';

const ELEMENTS = 3000;
/** What an entry in the index of a database costs. */
const INDEX_BYTES = 8;

let server: Server;
let redis: Redis;

beforeAll(async () => {
  server = new Server({ port: 0 });
  redis = new Redis(await server.listen());
  // From then on the shard of the index has a table.
  await redis.set('k', '');
});

beforeEach(() => redis.del('k'));

afterAll(async () => {
  redis.disconnect();
  await server.close();
});

const ADDING: Readonly<Record<string, (i: number) => [string, ...string[]]>> = {
  hash: (i) => ['HSET', 'k', `field:${i}`, 'v'.repeat(i % 50)],
  set: (i) => ['SADD', 'k', `member:${i}`],
  'sorted set': (i) => ['ZADD', 'k', String(i % 17), `member:${i}`],
  list: (i) => ['RPUSH', 'k', `element:${i}`],
  stream: (i) => ['XADD', 'k', `${i + 1}-0`, 'field', `value:${i}`],
  string: (i) => ['APPEND', 'k', `part:${i}`],
};

describe('MEMORY USAGE:', () => {
  test.each(Object.entries(ADDING))('a large %s counts with all it owns', async (_, add) => {
    const before = server.keyspace.slab.liveBytes;
    await Promise.all(Array.from({ length: ELEMENTS }, (__, i) => redis.call(...add(i))));
    const grown = server.keyspace.slab.liveBytes - before;
    expect(await redis.call('MEMORY', 'USAGE', 'k', 'SAMPLES', '0')).toBe(grown + INDEX_BYTES);
    const sampled = Number(await redis.call('MEMORY', 'USAGE', 'k'));
    expect(Math.abs(sampled - grown)).toBeLessThan(grown / 2);
  });

  test('expire times of fields count', async () => {
    await redis.hset('k', Object.fromEntries(Array.from({ length: 600 }, (_, i) => [`field:${i}`, 'v'])));
    const before = Number(await redis.call('MEMORY', 'USAGE', 'k', 'SAMPLES', '0'));
    const { liveBytes } = server.keyspace.slab;
    for (let i = 0; i < 600; i++) await redis.call('HEXPIRE', 'k', '100', 'FIELDS', '1', `field:${i}`);
    const after = Number(await redis.call('MEMORY', 'USAGE', 'k', 'SAMPLES', '0'));
    expect(after - before).toBe(server.keyspace.slab.liveBytes - liveBytes);
  });
});
