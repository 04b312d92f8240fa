import { expect, test } from '@jest/globals';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Server } from '../../src/server/server.js';
import { until } from '../compat/targets.js';
import { run, ServerDirectory } from './server-directory.js';

const servers = new ServerDirectory('mredis-files-');

async function rewrite(server: Server): Promise<void> {
  await run(server, 'BGREWRITEAOF');
  const { rewriting } = server.persistence;
  await until(() => Promise.resolve(!rewriting.isRunning && !rewriting.scheduled));
  expect(rewriting.lastOk).toBe(true);
}

test('BGREWRITEAOF and DEBUG LOADAOF work on the files of an AOF that is switched off', async () => {
  const server = await servers.start();
  await run(server, 'SET kept 1');
  await rewrite(server);
  expect(await run(server, 'SET lost 1', 'DEBUG LOADAOF', 'EXISTS kept', 'EXISTS lost', 'SET a b')).toEqual([
    '+OK\r\n',
    '+OK\r\n',
    ':1\r\n',
    ':0\r\n',
    '+OK\r\n',
  ]);
});

test('keys that have expired are left out when an RDB file is loaded, and counted', async () => {
  const server = await servers.start();
  await run(server, 'DEBUG SET-ACTIVE-EXPIRE 0', 'SET a 1 PX 1', 'SET b 1 PX 1', 'SET c 1');
  await until(() => Promise.resolve(Date.now() > server.nowMs + 2));
  await run(server, 'SAVE');
  await server.close();
  const again = await servers.start();
  expect([again.persistence.loading.expiredKeys, again.persistence.loading.loadedKeys]).toEqual([2, 1]);
});

test('FLUSHALL with save points replaces the RDB file at once; without them it does not', async () => {
  const server = await servers.start({ save: [{ seconds: 3600, changes: 1 }] });
  await run(server, 'SET k v', 'SAVE', 'SET k w');
  expect(server.dirty).toBe(1);
  const full = statSync(join(servers.path, 'dump.rdb')).size;
  await run(server, 'FLUSHALL');
  expect(server.dirty).toBe(0);
  expect(statSync(join(servers.path, 'dump.rdb')).size).toBeLessThan(full);
  await run(server, 'SET k v');
  await server.configuration.set([['save', '']]);
  await run(server, 'SAVE', 'FLUSHALL');
  expect(statSync(join(servers.path, 'dump.rdb')).size).toBe(full);
});

test('a save that rdb-key-save-delay makes slow lets others in, and FLUSHALL ends it', async () => {
  const server = await servers.start({ 'rdb-key-save-delay': 1_000_000 });
  await run(server, 'DEBUG POPULATE 100', 'BGSAVE');
  const { saves } = server.persistence;
  expect(saves.isRunning).toBe(true);
  expect(await run(server, 'SET k v')).toEqual(['+OK\r\n']);
  await server.configuration.set([['rdb-key-save-delay', '0']]);
  await run(server, 'FLUSHALL');
  await until(() => Promise.resolve(!saves.isRunning && !saves.scheduled));
});

test('times of hash fields survive a rewrite to a base of commands', async () => {
  const server = await servers.start({
    appendonly: true,
    appendfsync: 'always',
    'aof-use-rdb-preamble': false,
  });
  const fields = Array.from({ length: 600 }, (_, i) => `field:${i} value:${i}`).join(' ');
  await run(
    server,
    ...['HSET small a 1 b 2 c 3', 'HPEXPIREAT small 33000000000000 FIELDS 2 a b'],
    ...[`HSET large ${fields}`, 'HPEXPIREAT large 33000000000001 FIELDS 3 field:0 field:300 field:599'],
    ...['HSET both x 1 y 2', 'HPEXPIREAT both 33000000000002 FIELDS 1 x', 'PEXPIREAT both 33000000000003'],
    ...['HSET gone x 1 y 2', 'HPEXPIREAT gone 1 FIELDS 1 x'],
  );
  await rewrite(server);
  await run(server, 'HSET small d 4', 'HPERSIST small FIELDS 1 b');
  const base = readdirSync(join(servers.path, 'appendonlydir')).find((name) => name.includes('.base.'))!;
  expect(base).toMatch(/\.base\.aof$/);
  expect(readFileSync(join(servers.path, 'appendonlydir', base), 'latin1')).toContain('HPEXPIREAT');
  const questions = [
    'DEBUG DIGEST',
    'HPEXPIRETIME small FIELDS 4 a b c d',
    'HPEXPIRETIME large FIELDS 4 field:0 field:1 field:300 field:599',
    'HPEXPIRETIME both FIELDS 2 x y',
    'PEXPIRETIME both',
    'HGETALL gone',
    'HLEN large',
  ];
  const before = await run(server, ...questions);
  expect(before[1]).toBe('*4\r\n:33000000000000\r\n:-1\r\n:-1\r\n:-1\r\n');
  expect(before[4]).toBe(':33000000000003\r\n');
  await server.close();
  expect(await run(await servers.start({ appendonly: true }), ...questions)).toEqual(before);
});
