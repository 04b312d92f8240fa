import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { Server } from '../../src/server/server.js';
import { until } from '../compat/targets.js';

const MIB = 1024 * 1024;
const KEYS = 60_000;
/** A twentieth of a processor is little on a machine that runs other tests as well. */
const PASS_MS_MAX = 30_000;

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
    // A pass may have begun, and ended, while keys were still deleted: less than 16 MiB of waste is then left alone.
    await until(() => Promise.resolve(server.keyspace.slab.reservedBytes < 17 * MIB), PASS_MS_MAX);
    expect(await info('active_defrag_hits')).toBeGreaterThan(100);
    for (let i = 7; i < KEYS; i += 50) expect(await redis.get(`key:${i}`)).toBe(value(i));
  }, 90_000);

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
    await until(() => Promise.resolve(server.keyspace.slab.reservedBytes < 6 * MIB), PASS_MS_MAX);
    await until(async () => (await info('active_defrag_running')) === 0, PASS_MS_MAX);
    expect(await redis.get('key:7')).toBe(value(7));
  }, 90_000);
});
