import { afterEach, describe, expect, test } from '@jest/globals';
import type { ConfigValues } from '../../src/server/config/directives.js';
import { Server } from '../../src/server/server.js';
import { RawConnection, until } from '../compat/targets.js';

const OOM = "-OOM command not allowed when used memory > 'maxmemory'.\r\n";
const VALUE = 'v'.repeat(1000);

let server: Server | null = null;
const open: RawConnection[] = [];

async function start(config: Partial<ConfigValues>): Promise<RawConnection> {
  server = new Server({ ...config, port: 0 });
  const connection = await RawConnection.open(await server.listen());
  open.push(connection);
  return connection;
}

afterEach(async () => {
  for (const connection of open.splice(0)) connection.close();
  await server?.close();
});

/** Sets k0, k1, … until there were `count` of them or one was refused; its reply. */
async function fill(connection: RawConnection, count: number, ...options: string[]): Promise<string> {
  let reply = '';
  for (let i = 0; i < count && !reply.startsWith('-'); i++) {
    reply = await connection.call('SET', `k${i}`, VALUE, ...options);
  }
  return reply;
}

const MIB = 1024 * 1024;

describe('maxmemory', () => {
  test('noeviction refuses what needs memory; reads and removals pass, and make room', async () => {
    const connection = await start({ maxmemory: 2 * MIB });
    expect(await fill(connection, 5000)).toBe(OOM);
    // Meanwhile the index may finish growing, and give back its old table.
    await until(async () => {
      await connection.call('SET', 'more', VALUE.repeat(64));
      return (await connection.call('APPEND', 'k0', 'x')) === OOM;
    });
    expect(await connection.call('STRLEN', 'k1')).toBe(':1000\r\n');
    expect(await connection.call('EXPIRE', 'k0', '100')).toBe(':1\r\n');
    for (let i = 0; i < 200; i++) await connection.call('DEL', `k${i}`);
    expect(await connection.call('SET', 'k0', 'v')).toBe('+OK\r\n');
  });

  test('a transaction is refused while it is queued, or when it would run', async () => {
    const connection = await start({ maxmemory: 2 * MIB });
    await connection.call('MULTI');
    await connection.call('SET', 'late', 'v');
    const other = await RawConnection.open(server!.port);
    open.push(other);
    await fill(other, 5000);
    expect(await connection.call('GET', 'k0')).toBe(OOM);
    expect(await connection.call('EXEC')).toBe(
      `-EXECABORT Transaction discarded because of: ${OOM.slice(1)}`,
    );
    expect(await connection.call('EXISTS', 'late')).toBe(':0\r\n');
    await connection.call('MULTI');
    expect(await connection.call('GET', 'k0')).toBe(OOM);
    expect(await connection.call('EXEC')).toBe(
      '-EXECABORT Transaction discarded because of previous errors.\r\n',
    );
  });

  test.each(['allkeys-lru', 'allkeys-lfu', 'allkeys-random'] as const)(
    '%s keeps the limit',
    async (policy) => {
      const connection = await start({ maxmemory: 2 * MIB, 'maxmemory-policy': policy });
      expect(await fill(connection, 5000)).toBe('+OK\r\n');
      expect(server!.memoryLimit.usedBytes).toBeLessThan(2 * MIB + 4096);
      expect(server!.keyspace.evictedKeys).toBeGreaterThan(2500);
      expect(server!.keyspace.size + server!.keyspace.evictedKeys).toBe(5000);
    },
  );

  test.each(['volatile-lru', 'volatile-lfu', 'volatile-random', 'volatile-ttl'] as const)(
    '%s evicts only keys with an expiry, then refuses',
    async (policy) => {
      const connection = await start({ maxmemory: 2 * MIB, 'maxmemory-policy': policy });
      expect(await fill(connection, 5000, 'EX', '1000')).toBe('+OK\r\n');
      expect(server!.memoryLimit.usedBytes).toBeLessThan(2 * MIB + 4096);
      expect(await fill(connection, 5000)).toBe(OOM);
      expect(server!.keyspace.databases[0]!.expires.size).toBe(0);
    },
  );

  test('a limit that is lowered takes effect', async () => {
    const connection = await start({ maxmemory: 0, 'maxmemory-policy': 'allkeys-lru' });
    await fill(connection, 3000);
    expect(await connection.call('CONFIG', 'SET', 'maxmemory', '1mb')).toBe('+OK\r\n');
    // Eviction takes its time in turns; every command asks for room again.
    for (let i = 0; i < 200; i++) await connection.call('PING');
    expect(server!.memoryLimit.usedBytes).toBeLessThan(MIB + 4096);
  });
});

describe('max-keys-per-shard', () => {
  test('removes the least recently used key of a shard as soon as there is one too many', async () => {
    const connection = await start({ shards: 1, 'max-keys-per-shard': 100 });
    for (let i = 0; i < 100; i++) await connection.call('SET', `k${i}`, 'v');
    await connection.call('GET', 'k0');
    await connection.call('SET', 'k100', 'v');
    await connection.call('MSET', 'k101', 'v', 'k102', 'v');
    expect(await connection.call('DBSIZE')).toBe(':100\r\n');
    expect(await connection.call('EXISTS', 'k0', 'k4')).toBe(':2\r\n');
    expect(await connection.call('EXISTS', 'k1', 'k2', 'k3')).toBe(':0\r\n');
    expect(server!.keyspace.evictedKeys).toBe(3);
  });
});
