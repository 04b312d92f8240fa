import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { createServer } from '../../src/index.js';
import { RawConnection } from '../compat/targets.js';

test('createServer takes a free port and serves until it is closed', async () => {
  const server = await createServer();
  expect(server.port).toBeGreaterThan(0);
  const client = await RawConnection.open(server.port);
  expect(await client.call('SET', 'k', 'v')).toBe('+OK\r\n');
  expect(server.keys).toBe(1);
  await server.close();
  expect(await client.reply()).toBe('(closed)');
  await expect(RawConnection.open(server.port)).rejects.toThrow('ECONNREFUSED');
  await server.close();
});

test('Servers of one process share nothing', async () => {
  const [one, two] = await Promise.all([createServer(), createServer()]);
  const first = await RawConnection.open(one.port);
  const second = await RawConnection.open(two.port);
  await first.call('SET', 'k', 'v');
  expect(await second.call('GET', 'k')).toBe('$-1\r\n');
  await first.call('CONFIG', 'SET', 'maxclients', '7');
  expect(await second.call('CONFIG', 'GET', 'maxclients')).toContain('10000');
  await Promise.all([one.close(), two.close()]);
});

test('Directives are taken by their names, and a bad one is named', async () => {
  const server = await createServer({
    requirepass: 'secret',
    directives: { maxmemory: '100mb', appendonly: false },
  });
  const client = await RawConnection.open(server.port);
  expect(await client.call('GET', 'k')).toBe('-NOAUTH Authentication required.\r\n');
  expect(await client.call('AUTH', 'secret')).toBe('+OK\r\n');
  expect(await client.call('CONFIG', 'GET', 'maxmemory')).toContain('104857600');
  expect(server.url).toBe(`redis://:secret@127.0.0.1:${server.port}`);
  await server.close();
  await expect(createServer({ directives: { nonsense: 1 } })).rejects.toThrow('nonsense');
  await expect(createServer({ directives: { maxclients: 'many' } })).rejects.toThrow('maxclients many');
});

test('A port that is taken rejects, and leaves nothing open', async () => {
  const server = await createServer();
  await expect(createServer({ port: server.port })).rejects.toThrow('EADDRINUSE');
  await server.close();
});

test('A Unix socket has the permissions asked for, and goes with the server', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'mredis-'));
  const path = join(folder, 'socket');
  const server = await createServer({ unixsocket: path, directives: { unixsocketperm: '700' } });
  expect(statSync(path).mode & 0o777).toBe(0o700);
  const reply = await new Promise<string>((resolve, reject) => {
    const socket = createConnection(path, () => socket.write('CLIENT INFO\r\n'));
    socket.once('data', (data) => {
      socket.destroy();
      resolve(data.toString());
    });
    socket.once('error', reject);
  });
  expect(reply).toContain(`addr=${path}:0`);
  await server.close();
  expect(statSync(path, { throwIfNoEntry: false })).toBeUndefined();
  rmSync(folder, { recursive: true });
});

test('A program whose server is closed ends by itself', () => {
  const program = `
    const { createServer } = await import('./src/index.ts');
    const server = await createServer();
    const { connect } = await import('node:net');
    const socket = connect(server.port, () => socket.write('PING\\r\\n'));
    socket.on('error', () => undefined);
    await new Promise((resolve) => socket.once('data', resolve));
    await server.close();
  `;
  const result = spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], {
    timeout: 30_000,
    encoding: 'utf8',
  });
  expect(result.stderr.replace(/^\(node.*\n/gm, '')).toBe('');
  expect(result.status).toBe(0);
}, 40_000);
