import { mkdirSync, mkdtempSync, rmdirSync, rmSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { RawConnection, until } from '../compat/targets.js';
import { MredisProcess } from '../persistence/mredis-process.js';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'mredis-'));
});

afterEach(() => {
  rmSync(directory, { recursive: true });
});

/** A server with a key that only a save can keep. */
async function unsaved(...options: readonly string[]): Promise<MredisProcess> {
  const server = await MredisProcess.start(directory, '--appendonly', 'no', '--save', '3600 1', ...options);
  const client = await RawConnection.open(server.port);
  await client.call('SET', 'k', 'v');
  client.close();
  return server;
}

test('A signal does not end a server whose data cannot be saved; when it can be, the next one does', async () => {
  const server = await unsaved();
  // The file cannot take the place of a directory.
  mkdirSync(join(directory, 'dump.rdb'));
  server.process.kill('SIGTERM');
  await until(() => Promise.resolve(server.log.includes("Error trying to save the DB, can't exit")));
  const client = await RawConnection.open(server.port);
  expect(await client.call('SHUTDOWN')).toBe('-ERR Errors trying to SHUTDOWN. Check logs.\r\n');
  expect(await client.call('SET', 'k', 'w')).toBe('+OK\r\n');
  client.close();
  rmdirSync(join(directory, 'dump.rdb'));
  const ended = once(server.process, 'exit');
  server.process.kill('SIGTERM');
  expect(await ended).toEqual([0, null]);
}, 60_000);

test('shutdown-on-sigterm says whether a signal saves, and whether it ends the server whatever happens', async () => {
  for (const word of ['nosave', 'force']) {
    const server = await unsaved('--shutdown-on-sigterm', word);
    mkdirSync(join(directory, 'dump.rdb'));
    const ended = once(server.process, 'exit');
    server.process.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
    rmdirSync(join(directory, 'dump.rdb'));
  }
}, 60_000);
