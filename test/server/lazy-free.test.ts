import { afterEach, describe, expect, test } from '@jest/globals';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ConfigValues } from '../../src/server/config/directives.js';
import { Server } from '../../src/server/server.js';
import { RawConnection, until } from '../compat/targets.js';

const FIELDS = 60_000;

let server: Server;
let connection: RawConnection;
let directory: string | null = null;

async function start(config: Partial<ConfigValues> = {}): Promise<void> {
  server = new Server({ port: 0, ...config });
  connection = await RawConnection.open(await server.listen());
}

afterEach(async () => {
  connection.close();
  await server.close();
  if (directory !== null) rmSync(directory, { recursive: true, force: true });
  directory = null;
});

async function fill(key: string, fields = FIELDS): Promise<void> {
  for (let i = 0; i < fields; i += 1000) {
    const pairs = Array.from({ length: Math.min(1000, fields - i) }, (_, j) => [
      `field:${i + j}`,
      `value:${j}`,
    ]);
    await connection.call('HSET', key, ...pairs.flat());
  }
}

async function info(field: string): Promise<number> {
  const text = await connection.call('INFO', 'everything');
  return Number(new RegExp(`^${field}:(\\d+)`, 'm').exec(text)?.[1]);
}

async function nothingPending(): Promise<void> {
  await until(async () => (await info('lazyfree_pending_objects')) === 0);
}

/** What several commands reply that come in one batch, so that no turn of the event loop is between them. */
async function batch(...lines: readonly string[]): Promise<string[]> {
  const requests = lines.map((line) => line.split(' '));
  const bytes = requests.map((argv) => [
    `*${argv.length}`,
    ...argv.flatMap((arg) => [`$${arg.length}`, arg]),
    '',
  ]);
  connection.sendRaw(bytes.map((parts) => parts.join('\r\n')).join(''));
  const replies: string[] = [];
  for (const line of lines) replies.push(await connection.reply('reply', line));
  return replies;
}

function number(reply: string, field: string): number {
  return Number(new RegExp(`^${field}:(\\d+)`, 'm').exec(reply)?.[1]);
}

describe('a large value that is removed', () => {
  test.each(['UNLINK large', 'DEL large', 'SET large x', 'RENAME small large', 'PEXPIRE large -1'])(
    'is pending after %s, and its memory comes back',
    async (line) => {
      await start();
      await connection.call('HSET', 'small', 'f', 'v');
      const before = await info('used_memory_dataset');
      await fill('large');
      const [reply, during] = await batch(line, 'INFO memory');
      expect(reply).toMatch(/^(:1|\+OK)\r\n$/);
      expect(number(during!, 'lazyfree_pending_objects')).toBe(1);
      await nothingPending();
      expect(await info('lazyfreed_objects')).toBe(1);
      expect(await info('used_memory_dataset')).toBeLessThan(before + 100_000);
      await connection.call('CONFIG', 'RESETSTAT');
      expect(await info('lazyfreed_objects')).toBe(0);
    },
  );

  test('of some hundred elements is pending only where that is asked for', async () => {
    await start();
    const pending = async (line: string): Promise<number> => {
      await fill('some', 500);
      const [, reply] = await batch(line, 'INFO memory');
      await nothingPending();
      return number(reply!, 'lazyfree_pending_objects');
    };
    expect(await pending('DEL some')).toBe(0);
    expect(await pending('UNLINK some')).toBe(1);
    expect(await pending('SET some x')).toBe(0);
    expect(await pending('PEXPIRE some -1')).toBe(0);
    for (const directive of ['user-del', 'server-del', 'expire']) {
      await connection.call('CONFIG', 'SET', `lazyfree-lazy-${directive}`, 'yes');
    }
    await connection.call('DEL', 'some');
    expect(await pending('DEL some')).toBe(1);
    expect(await pending('SET some x')).toBe(1);
    await connection.call('DEL', 'some');
    expect(await pending('PEXPIRE some -1')).toBe(1);
  });

  test('is written to the append-only file as an UNLINK where it goes lazily', async () => {
    directory = mkdtempSync(join(tmpdir(), 'mredis-lazy-'));
    await start({
      dir: directory,
      appendonly: true,
      'lazyfree-lazy-expire': true,
      'lazyfree-lazy-server-del': true,
    });
    await connection.call('SET', 'expired', 'x', 'PX', '1');
    await until(async () => (await connection.call('GET', 'expired')) === '$-1\r\n');
    await connection.call('SADD', 'popped', 'a', 'b');
    await connection.call('SPOP', 'popped', '2');
    await connection.call('SET', 'ended', 'x');
    await connection.call('EXPIREAT', 'ended', '1');
    connection.close();
    await server.close();
    const log = readFileSync(join(directory, 'appendonlydir', 'redis.aof.1.incr.aof'), 'latin1');
    for (const key of ['expired', 'popped', 'ended']) {
      expect(log).toContain(`*2\r\n$6\r\nUNLINK\r\n$${key.length}\r\n${key}\r\n`);
    }
  });

  test('goes with FLUSHALL while it is pending, and the server goes on', async () => {
    await start();
    const before = await info('used_memory_dataset');
    await fill('large');
    await fill('other');
    const replies = await batch('UNLINK large', 'SELECT 1', 'SET k v', 'FLUSHALL', 'INFO memory', 'SELECT 0');
    expect(replies[3]).toBe('+OK\r\n');
    expect(number(replies[4]!, 'lazyfree_pending_objects')).toBe(0);
    await fill('large');
    expect(await connection.call('HLEN', 'large')).toBe(`:${FIELDS}\r\n`);
    await batch('UNLINK large', 'DBSIZE');
    await nothingPending();
    expect(await info('used_memory_dataset')).toBeLessThan(before + 100_000);
  });

  test('does not keep a server from closing while it is pending', async () => {
    await start();
    await fill('large');
    const [, during] = await batch('UNLINK large', 'INFO memory');
    expect(number(during!, 'lazyfree_pending_objects')).toBe(1);
    await expect(server.close()).resolves.toBeUndefined();
  });
});

describe('FLUSHDB', () => {
  test('answers at once, and gives back the memory of many keys', async () => {
    await start();
    await batch('SELECT 1', 'SET kept v', 'SELECT 0');
    const before = await info('used_memory_dataset');
    for (let i = 0; i < 20_000; i += 1000) {
      await batch(...Array.from({ length: 1000 }, (_, j) => `SET key:${i + j} value`));
    }
    await fill('large');
    const [reply, during, size] = await batch('FLUSHDB', 'INFO memory', 'DBSIZE');
    expect([reply, size]).toEqual(['+OK\r\n', ':0\r\n']);
    expect(number(during!, 'lazyfree_pending_objects')).toBe(20_001);
    await nothingPending();
    expect(await info('lazyfreed_objects')).toBe(20_001);
    expect(await info('used_memory_dataset')).toBeLessThan(before + 100_000);
    await batch('SELECT 1');
    expect(await connection.call('GET', 'kept')).toBe('$1\r\nv\r\n');
  });
});

describe('maxmemory', () => {
  test.each(['allkeys-lru', 'noeviction'])(
    'takes what is pending before anything else goes: %s',
    async (policy) => {
      await start({ 'maxmemory-policy': policy as ConfigValues['maxmemory-policy'] });
      for (let i = 0; i < 1000; i++) await connection.call('SET', `key:${i}`, 'v'.repeat(1000));
      const limit = Math.round((await info('used_memory')) * 1.2);
      await fill('large', 5 * FIELDS);
      expect(await info('used_memory')).toBeGreaterThan(3 * limit);
      const replies = await batch(
        'UNLINK large',
        `CONFIG SET maxmemory ${limit}`,
        'SET more x',
        'SET again x',
      );
      expect(replies).toEqual([':1\r\n', '+OK\r\n', '+OK\r\n', '+OK\r\n']);
      await nothingPending();
      expect(await info('evicted_keys')).toBe(0);
      expect(await connection.call('DBSIZE')).toBe(':1002\r\n');
    },
  );

  test('is kept when the value that is evicted is a large one', async () => {
    await start({ 'maxmemory-policy': 'volatile-ttl' });
    await fill('large', 5 * FIELDS);
    await connection.call('EXPIRE', 'large', '1000');
    for (let i = 0; i < 500; i++) await connection.call('SET', `key:${i}`, 'v'.repeat(1000));
    await connection.call('CONFIG', 'SET', 'maxmemory', '4mb');
    await nothingPending();
    expect(await connection.call('SET', 'more', 'x')).toBe('+OK\r\n');
    expect(await info('evicted_keys')).toBe(1);
    expect(await connection.call('DBSIZE')).toBe(':501\r\n');
  });
});
