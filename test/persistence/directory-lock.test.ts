import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { DirectoryInUseError, DirectoryLock } from '../../src/persistence/directory-lock.js';
import { removeDirectories, temporaryDirectory } from './redis-process.js';

afterAll(removeDirectories);

test('a directory is locked until it is released, and leaves nothing behind', async () => {
  const directory = temporaryDirectory();
  const lock = await DirectoryLock.take(directory);
  await expect(DirectoryLock.take(directory)).rejects.toThrow(DirectoryInUseError);
  await lock.release();
  expect(existsSync(join(directory, 'mredis.lock'))).toBe(false);
  await (await DirectoryLock.take(directory)).release();
});

test('a directory whose path is longer than a socket may have is locked too', async () => {
  const directory = join(temporaryDirectory(), 'x'.repeat(120), 'y'.repeat(120));
  mkdirSync(directory, { recursive: true });
  const lock = await DirectoryLock.take(directory);
  await expect(DirectoryLock.take(directory)).rejects.toThrow(DirectoryInUseError);
  await lock.release();
});

test('the lock of a process that was killed does not keep anybody out', async () => {
  const directory = temporaryDirectory();
  const path = JSON.stringify(join(directory, 'mredis.lock'));
  const script = `require('net').createServer().listen(${path}, () => console.log('ready'))`;
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  await expect(DirectoryLock.take(directory)).rejects.toThrow(DirectoryInUseError);
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(existsSync(join(directory, 'mredis.lock'))).toBe(true);
  await (await DirectoryLock.take(directory)).release();
});

test('of many that come at once, over a stale lock, exactly one gets the directory', async () => {
  const directory = temporaryDirectory();
  const path = join(directory, 'mredis.lock');
  const script = `require('net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`;
  const child = spawn(process.execPath, ['-e', script]);
  await once(child, 'exit');
  const results = await Promise.allSettled(Array.from({ length: 8 }, () => DirectoryLock.take(directory)));
  const taken = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  expect(taken).toHaveLength(1);
  await taken[0]?.release();
});

test('a plain file of that name keeps nobody out', async () => {
  const directory = temporaryDirectory();
  writeFileSync(join(directory, 'mredis.lock'), 'a file');
  // A plain file refuses connections as a dead socket does, and is replaced.
  const lock = await DirectoryLock.take(directory);
  await expect(DirectoryLock.take(directory)).rejects.toThrow(DirectoryInUseError);
  await lock.release();
});
