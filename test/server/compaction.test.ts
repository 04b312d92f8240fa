import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { Server } from '../../src/server/server.js';
import { until } from '../compat/targets.js';

const MIB = 1024 * 1024;
const KEYS = 60_000;

let server: Server;
let redis: Redis;

beforeAll(async () => {
  server = new Server({ port: 0 });
  redis = new Redis(await server.listen());
});

afterAll(async () => {
  redis.disconnect();
  await server.close();
});

function value(i: number): string {
  return `${i}:`.padEnd(10 + ((i * 7919) % 900), 'x');
}

/** Runs a command for every key that `chosen` takes, in pipelines. */
async function forKeys(
  chosen: (i: number) => boolean,
  command: (i: number) => [string, ...string[]],
): Promise<void> {
  for (let from = 0; from < KEYS; from += 1000) {
    const keys = Array.from({ length: 1000 }, (_, i) => from + i).filter(chosen);
    await Promise.all(keys.map((i) => redis.call(...command(i))));
  }
}

async function info(field: string): Promise<number> {
  return Number(new RegExp(`${field}:(\\d+)`).exec(await redis.info())?.[1]);
}

describe('memory that deletions leave:', () => {
  test('it is given back in slices, while keys stay as they are', async () => {
    await forKeys(
      () => true,
      (i) => ['SET', `key:${i}`, value(i)],
    );
    expect(server.keyspace.slab.reservedBytes).toBeGreaterThan(25 * MIB);
    await forKeys(
      (i) => i % 50 !== 7,
      (i) => ['DEL', `key:${i}`],
    );
    await until(() => Promise.resolve(server.keyspace.slab.reservedBytes < 8 * MIB));
    expect(await info('active_defrag_hits')).toBeGreaterThan(100);
    for (let i = 7; i < KEYS; i += 50) expect(await redis.get(`key:${i}`)).toBe(value(i));
  });

  test('MEMORY PURGE does so however little there is to gain', async () => {
    await redis.flushall();
    await forKeys(
      (i) => i < 20_000,
      (i) => ['SET', `key:${i}`, value(i)],
    );
    await forKeys(
      (i) => i < 20_000 && i % 50 !== 7,
      (i) => ['DEL', `key:${i}`],
    );
    const before = server.keyspace.slab.reservedBytes;
    expect(before).toBeGreaterThan(6 * MIB);
    expect(await redis.call('MEMORY', 'PURGE')).toBe('OK');
    await until(() => Promise.resolve(server.keyspace.slab.reservedBytes < 6 * MIB));
    await until(async () => (await info('active_defrag_running')) === 0);
    expect(await redis.get('key:7')).toBe(value(7));
  });
});
