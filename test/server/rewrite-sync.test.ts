/** A rewrite syncs the file that it closes in a thread first: meanwhile others are served, and anything may come. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { disk } from '../../src/persistence/disk.js';
import { Server } from '../../src/server/server.js';
import { RawConnection, until } from '../compat/targets.js';

type Ended = (error: NodeJS.ErrnoException | null) => void;

const originals = { ...disk };
let folder: string;
let server: Server;
let client: RawConnection;
/** Syncs in threads that have begun and end when the test says so. */
let syncs: Ended[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rewrite-'));
  syncs = [];
  await start();
});

afterEach(async () => {
  Object.assign(disk, originals);
  for (const ended of syncs.splice(0)) ended(null);
  client.close();
  await server.close();
  rmSync(folder, { recursive: true });
});

async function start(): Promise<void> {
  server = new Server({ port: 0, dir: folder, appendonly: true, appendfsync: 'no' });
  await server.persistence.start();
  client = await RawConnection.open(await server.listen());
}

async function restart(): Promise<void> {
  client.close();
  await server.close();
  await start();
}

async function info(field: string): Promise<string> {
  const text = await client.call('INFO', 'persistence');
  return new RegExp(`${field}:(\\S+)`).exec(text)![1]!;
}

/** Has more to be synced than may be synced at once, and begins a rewrite whose sync waits for the test. */
async function beginRewrite(): Promise<void> {
  disk.fdatasync = ((_fd: number, ended: Ended) => {
    syncs.push(ended);
  }) as typeof disk.fdatasync;
  for (let i = 0; i < 200; i++) await client.call('APPEND', 'text', 'x'.repeat(1000));
  expect(await client.call('BGREWRITEAOF')).toMatch(/^\+Background append only file rewriting started/);
  await until(() => Promise.resolve(syncs.length > 0));
}

function endSyncs(error: Error | null): void {
  Object.assign(disk, originals);
  for (const ended of syncs.splice(0)) ended(error);
}

async function rewriteEnded(): Promise<void> {
  await until(async () => (await info('aof_rewrite_in_progress')) === '0');
}

test('while the file is synced, writes are served and the rewrite is in progress', async () => {
  await beginRewrite();
  expect(await info('aof_rewrite_in_progress')).toBe('1');
  expect(await info('aof_current_rewrite_time_sec')).toBe('0');
  expect(await client.call('BGREWRITEAOF')).toBe(
    '-ERR Background append only file rewriting already in progress\r\n',
  );
  expect(await client.call('BGSAVE')).toMatch(/^-ERR /);
  expect(await client.call('INCR', 'n')).toBe(':1\r\n');
  endSyncs(null);
  await rewriteEnded();
  expect(await client.call('INCR', 'n')).toBe(':2\r\n');
  expect(await info('aof_last_bgrewrite_status')).toBe('ok');
  await restart();
  expect(await client.call('GET', 'n')).toBe('$1\r\n2\r\n');
  expect(await client.call('STRLEN', 'text')).toBe(':200000\r\n');
});

test('closing the file waits for the sync of little: all of the rest was synced in threads', async () => {
  await beginRewrite();
  const unsynced: number[] = [];
  const fdatasyncSync = jest.fn((fd: number) => {
    unsynced.push(server.persistence.log.unsyncedBytes);
    originals.fdatasyncSync(fd);
  });
  endSyncs(null);
  disk.fdatasyncSync = fdatasyncSync;
  await rewriteEnded();
  for (const bytes of unsynced) expect(bytes).toBeLessThan(64 * 1024 + 1000);
});

test('a sync that fails is a rewrite that fails; the files in use stay, and the next rewrite succeeds', async () => {
  await beginRewrite();
  await client.call('SET', 'a', '1');
  endSyncs(Object.assign(new Error('EIO: i/o error'), { code: 'EIO' }));
  await rewriteEnded();
  expect(await info('aof_last_bgrewrite_status')).toBe('err');
  // What the sync was for may be missing: the server rewrites by itself until that succeeds.
  await until(async () => (await info('aof_last_bgrewrite_status')) === 'ok');
  await until(async () => (await client.call('SET', 'a', '2')) === '+OK\r\n');
  await restart();
  expect(await client.call('GET', 'a')).toBe('$1\r\n2\r\n');
  expect(await client.call('STRLEN', 'text')).toBe(':200000\r\n');
}, 60_000);

test('a server that is closed meanwhile has all of its data', async () => {
  await beginRewrite();
  await client.call('SET', 'a', '1');
  client.close();
  await server.close();
  endSyncs(null);
  await start();
  expect(await client.call('GET', 'a')).toBe('$1\r\n1\r\n');
  expect(await client.call('STRLEN', 'text')).toBe(':200000\r\n');
});

test('appendonly off and on again meanwhile ends this rewrite, and another one follows', async () => {
  await beginRewrite();
  expect(await client.call('CONFIG', 'SET', 'appendonly', 'no')).toBe('+OK\r\n');
  await client.call('SET', 'a', '1');
  expect(await client.call('CONFIG', 'SET', 'appendonly', 'yes')).toBe('+OK\r\n');
  endSyncs(null);
  await until(
    async () => (await info('aof_last_bgrewrite_status')) === 'ok' && (await info('aof_rewrites')) !== '0',
  );
  await rewriteEnded();
  await restart();
  expect(await client.call('GET', 'a')).toBe('$1\r\n1\r\n');
  expect(await client.call('STRLEN', 'text')).toBe(':200000\r\n');
});

test('FLUSHALL meanwhile ends this rewrite, and another one follows', async () => {
  await beginRewrite();
  expect(await client.call('FLUSHALL')).toBe('+OK\r\n');
  await client.call('SET', 'a', '1');
  endSyncs(null);
  await until(async () => (await info('aof_rewrites')) !== '0');
  await rewriteEnded();
  await restart();
  expect(await client.call('DBSIZE')).toBe(':1\r\n');
});
