import { describe, expect, test } from '@jest/globals';
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Server } from '../../src/server/server.js';
import { until } from '../compat/targets.js';
import { hasRedis, RedisProcess } from '../persistence/redis-process.js';
import { run, ServerDirectory } from './server-directory.js';

const servers = new ServerDirectory('mredis-persistence-', { appendonly: true, appendfsync: 'always' });

async function digest(server: Server): Promise<string> {
  const [reply = ''] = await run(server, 'DEBUG DIGEST');
  return reply.trim().slice(1);
}

/** The increment that is written to. */
function increment(): string {
  const folder = join(servers.path, 'appendonlydir');
  const names = readdirSync(folder).filter((name) => name.includes('.incr.'));
  return join(folder, names.sort().at(-1)!);
}

/** Values of every type and representation. */
const EVERYTHING = [
  'SET string hello',
  'SET number 42',
  'APPEND raw abc',
  'SET volatile x PX 100000000',
  ...Array.from({ length: 300 }, (_, i) => `RPUSH long-list element-${i}-${'x'.repeat(i)}`),
  'RPUSH list a b c',
  'SADD ints 1 2 3 70000',
  'SADD words a b c',
  ...Array.from({ length: 300 }, (_, i) => `SADD many member-${i}`),
  'HSET hash f v g w',
  ...Array.from({ length: 300 }, (_, i) => `HSET long-hash field-${i} value-${i}`),
  'ZADD zset 1 a 2.5 b -inf c',
  ...Array.from({ length: 300 }, (_, i) => `ZADD long-zset ${i / 7} member-${i}`),
  ...Array.from({ length: 250 }, (_, i) => `XADD stream ${i + 1}-1 field value-${i} other ${i}`),
  'XDEL stream 7-1',
  'XGROUP CREATE stream group 0',
  'XREADGROUP GROUP group consumer COUNT 5 STREAMS stream >',
  'XACK stream group 2-1',
  'XGROUP CREATECONSUMER stream group idle',
  'XADD emptied 5-1 f v',
  'XDEL emptied 5-1',
  'XGROUP CREATE emptied nobody $ ENTRIESREAD 1',
  'PFADD hll a b c d',
  'SETBIT bits 1000 1',
  'GEOADD geo 13.361389 38.115556 Palermo',
  'SELECT 5',
  'SET elsewhere 1',
];

test('everything is there again after a restart, from records and from a rewritten file', async () => {
  const first = await servers.start();
  await run(first, ...EVERYTHING);
  const before = await digest(first);
  await first.close();
  const second = await servers.start();
  expect(await digest(second)).toBe(before);
  await run(second, 'BGREWRITEAOF');
  await until(() => Promise.resolve(second.persistence.rewriting.count === 1));
  await run(second, 'SET after rewrite');
  const changed = await digest(second);
  await second.close();
  const third = await servers.start();
  expect(await digest(third)).toBe(changed);
});

test('SAVE and DEBUG RELOAD keep every value', async () => {
  const server = await servers.start({ appendonly: false });
  await run(server, ...EVERYTHING);
  const before = await digest(server);
  expect(await run(server, 'DEBUG RELOAD')).toEqual(['+OK\r\n']);
  expect(await digest(server)).toBe(before);
});

test('what changes during a background rewrite is in the increment, not in the base', async () => {
  const server = await servers.start({ appendfsync: 'everysec' });
  await run(server, ...Array.from({ length: 3000 }, (_, i) => `SET key:${i} before`));
  const [rewriting] = await run(server, 'BGREWRITEAOF');
  expect(rewriting).toBe('+Background append only file rewriting started\r\n');
  await run(
    server,
    ...Array.from({ length: 500 }, (_, i) => `SET key:${i * 5} after`),
    'DEL key:1',
    'RENAME key:2 renamed',
  );
  await until(() => Promise.resolve(server.persistence.rewriting.count === 1));
  const before = await digest(server);
  await server.close();
  expect(await digest(await servers.start())).toBe(before);
});

test('a record cut anywhere in the last ones is dropped, and every whole record is kept', async () => {
  const server = await servers.start({ 'aof-checksum': false });
  await run(server, ...Array.from({ length: 12 }, (_, i) => `SET key:${i} value`));
  await server.close();
  const whole = readFileSync(increment());
  const ends = recordEnds(whole);
  for (let length = whole.length - 1; length > ends[2]!; length--) {
    writeFileSync(increment(), whole.subarray(0, length));
    const again = await servers.start({ 'aof-checksum': false });
    // The first record is SELECT.
    expect(again.keyspace.size).toBe(ends.filter((end) => end <= length).length - 1);
    await again.close();
    const sound = Math.max(...ends.filter((end) => end <= length));
    expect(readFileSync(increment(), 'latin1')).toBe(whole.toString('latin1', 0, sound));
  }
});

/** Where each record of an AOF without annotations ends. */
function recordEnds(bytes: Buffer): number[] {
  const text = bytes.toString('latin1');
  const starts = [...text.matchAll(/\*\d+\r\n/g)].map(({ index }) => index);
  return [...starts.slice(1), text.length];
}

test('every flipped byte is found: the start is refused, or the end that it made unreadable is dropped aloud', async () => {
  const server = await servers.start();
  await run(server, ...Array.from({ length: 8 }, (_, i) => `SET key:${i} value:${i}`));
  await server.close();
  const sound = readFileSync(increment());
  const lastBatch = sound.lastIndexOf('*3');
  for (let at = 0; at < sound.length; at++) {
    const flipped = Buffer.from(sound);
    flipped[at]! ^= 1 << (at % 8);
    writeFileSync(increment(), flipped);
    const again = servers.create({ appendfsync: 'everysec' });
    const found = await again.persistence.start().then(
      () => at >= lastBatch && again.persistence.loading.truncated !== null,
      (error: unknown) => String(error).includes(' reading the append only file '),
    );
    expect([at, found]).toEqual([at, true]);
    await again.close();
  }
});

test('a second server on the same directory is refused, and the first goes on', async () => {
  const first = await servers.start();
  await expect(servers.start()).rejects.toThrow('another server uses the directory');
  expect(await run(first, 'SET still here')).toEqual(['+OK\r\n']);
});

test('a manifest that names a missing file stops the start', async () => {
  const server = await servers.start();
  await run(server, 'SET a b');
  await server.close();
  rmSync(increment());
  await expect(servers.start()).rejects.toThrow('No such file or directory');
});

test('relative times are written as absolute ones, random choices by their effect', async () => {
  const server = await servers.start({ 'aof-checksum': false });
  await run(
    server,
    'SET a b EX 100',
    'EXPIRE a 50',
    'SADD s 1 2 3',
    'SPOP s',
    'INCRBYFLOAT f 0.1',
    'GETEX a PX 70000',
  );
  await server.close();
  const text = readFileSync(increment(), 'latin1');
  expect(text).toMatch(/SET\r\n\$1\r\na\r\n\$1\r\nb\r\n\$4\r\nPXAT/);
  expect(text).toMatch(/PEXPIREAT/);
  expect(text).toMatch(/SREM/);
  expect(text).not.toMatch(/SPOP|INCRBYFLOAT|GETEX|\bEX\b/);
});

describe('beside a real redis-server', () => {
  if (!hasRedis()) {
    test.todo('needs redis-server');
    return;
  }

  test.each([true, false])('Redis serves our directory, we its; rdb preamble %s', async (preamble) => {
    const ours = await servers.start({ 'aof-use-rdb-preamble': preamble });
    await run(ours, ...EVERYTHING);
    await run(ours, 'BGREWRITEAOF');
    await until(() => Promise.resolve(ours.persistence.rewriting.count === 1));
    const base = readdirSync(join(servers.path, 'appendonlydir')).find((name) => name.includes('.base.'));
    expect(base).toBe(`redis.aof.2.base.${preamble ? 'rdb' : 'aof'}`);
    await run(ours, 'SET after rewrite', 'LPUSH list z');
    const before = await digest(ours);
    await ours.close();
    const copy = `${servers.path}-redis`;
    cpSync(servers.path, copy, { recursive: true });
    try {
      const redis = await RedisProcess.start(
        copy,
        ...['--appendonly', 'yes', '--appendfilename', 'redis.aof', '--enable-debug-command', 'yes'],
      );
      expect(await redis.digest()).toBe(before);
      await redis.call('SET', 'from', 'redis');
      await redis.call('BGREWRITEAOF');
      await until(async () =>
        String(await redis.call('INFO', 'persistence')).includes('aof_rewrite_in_progress:0'),
      );
      await redis.call('ZADD', 'zset', '7', 'late');
      const after = await redis.digest();
      await redis.call('DEBUG', 'SLEEP', '1.1');
      await redis.stop();
      rmSync(servers.path, { recursive: true, force: true });
      cpSync(copy, servers.path, { recursive: true });
      expect(await digest(await servers.start())).toBe(after);
    } finally {
      rmSync(copy, { recursive: true, force: true });
    }
  });
});
