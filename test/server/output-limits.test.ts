import { connect, type Socket } from 'node:net';
import { once } from 'node:events';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { Server } from '../../src/server/server.js';
import { RawConnection, until } from '../compat/targets.js';

const MB = 1024 * 1024;

let server: Server;
let control: RawConnection;

beforeEach(async () => {
  server = new Server({ port: 0, 'enable-debug-command': 'yes' });
  await server.listen();
  control = await RawConnection.open(server.port);
});

afterEach(async () => {
  control.close();
  await server.close();
});

async function limitNormal(bytes: number): Promise<void> {
  await control.call('CONFIG', 'SET', 'client-output-buffer-limit', `normal ${bytes} 0 0`);
}

async function longList(): Promise<void> {
  for (let i = 0; i < 150; i++) await control.call('RPUSH', 'list', 'x'.repeat(1000));
}

test('A reply beyond the hard limit is not sent: its client is closed', async () => {
  await longList();
  await limitNormal(100_000);
  const client = await RawConnection.open(server.port);
  expect(await client.call('LRANGE', 'list', '0', '-1')).toBe('(closed)');
  expect(await control.call('LRANGE', 'list', '0', '50')).toMatch(/^\*51\r\n/);
  expect(server.connections.size).toBe(1);
  const stats = await control.call('INFO', 'stats');
  expect(stats).toContain('client_output_buffer_limit_disconnections:1\r\n');
});

test('Replies that fit into 16 KB pass whatever the limit', async () => {
  await control.call('SET', 'k', 'x'.repeat(16_000));
  await limitNormal(1);
  expect(await control.call('GET', 'k')).toMatch(/^\$16000\r\n/);
});

test('The replies of a pipeline count together', async () => {
  await control.call('SET', 'k', 'x'.repeat(10_000));
  await limitNormal(100_000);
  const client = await RawConnection.open(server.port);
  client.sendRaw('GET k\r\n'.repeat(15));
  expect(await client.reply()).toBe('(closed)');
});

test.each([150, 15_000])(
  'A transaction is run to its end though its reply of %i kB is too much',
  async (count) => {
    await longList();
    await control.call('CONFIG', 'SET', 'maxmemory', '0');
    await limitNormal(100_000);
    const client = await RawConnection.open(server.port);
    await client.call('MULTI');
    for (let i = 0; i < count / 150; i++) client.send(['LRANGE', 'list', '0', '-1']);
    client.send(['KEYS', '*']);
    client.send(['SET', 'after', '1']);
    client.send(['EXEC']);
    await until(() => Promise.resolve(server.connections.size === 1));
    expect(await control.call('GET', 'after')).toBe('$1\r\n1\r\n');
    expect(await control.call('PING')).toBe('+PONG\r\n');
  },
);

test('Elements are repeated without end only for a client that a limit stops', async () => {
  await control.call('HSET', 'h', 'f', 'v');
  await control.call('SADD', 's', 'm');
  await control.call('ZADD', 'z', '1', 'm');
  expect(await control.call('HRANDFIELD', 'h', '-999999999')).toBe('-ERR value is out of range\r\n');
  await limitNormal(MB);
  for (const [command, key] of [
    ['HRANDFIELD', 'h'],
    ['SRANDMEMBER', 's'],
    ['ZRANDMEMBER', 'z'],
  ] as const) {
    const client = await RawConnection.open(server.port);
    expect(await client.call(command, key, '-999999999')).toBe('(closed)');
  }
  expect(await control.call('PING')).toBe('+PONG\r\n');
});

test('A list of keys of more than the limit is not gathered', async () => {
  await control.call('DEBUG', 'POPULATE', '40000', 'k'.repeat(100));
  await limitNormal(MB);
  const client = await RawConnection.open(server.port);
  expect(await client.call('KEYS', '*')).toBe('(closed)');
  expect(await control.call('DBSIZE')).toBe(':40000\r\n');
});

test('A message beyond the hard limit closes its subscriber, not its publisher', async () => {
  await control.call('CONFIG', 'SET', 'client-output-buffer-limit', 'pubsub 100000 0 0');
  const subscriber = await RawConnection.open(server.port);
  await subscriber.call('SUBSCRIBE', 'c');
  expect(await control.call('PUBLISH', 'c', 'x'.repeat(200_000))).toBe(':1\r\n');
  expect(await subscriber.reply('any')).toBe('(closed)');
  expect(await control.call('PUBLISH', 'c', 'x')).toBe(':0\r\n');
});

test('Who does not authenticate and does not read is closed early', async () => {
  await control.call('CONFIG', 'SET', 'requirepass', 'secret');
  const socket: Socket = connect(server.port, '127.0.0.1');
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  socket.pause();
  const asking = setInterval(() => socket.write('SET x 5\r\n'.repeat(20_000)), 1);
  await until(() => Promise.resolve(server.connections.size === 1));
  clearInterval(asking);
  expect(await control.call('AUTH', 'secret')).toBe('+OK\r\n');
  socket.destroy();
});

test('A client that its output limit closes does not push out another one', async () => {
  await control.call('CONFIG', 'SET', 'maxmemory-clients', String(10 * MB));
  await limitNormal(3 * MB);
  await control.call('SETRANGE', 'k', String(4 * MB), 'v');
  const asking = await RawConnection.open(server.port);
  await asking.call('CLIENT', 'SETNAME', 'asking');
  asking.sendRaw(`*1\r\n$${6 * MB}\r\n${'v'.repeat(6 * MB)}`);
  await until(
    async () =>
      Number(/ qbuf=(\d+) .*cmd=client\|setname/.exec(await control.call('CLIENT', 'LIST'))?.[1]) >= 6 * MB,
  );
  const readers = [await RawConnection.open(server.port), await RawConnection.open(server.port)];
  for (const reader of readers) reader.send(['GET', 'k']);
  for (const reader of readers) expect(await reader.reply()).toBe('(closed)');
  expect(await control.call('CLIENT', 'LIST')).toContain('name=asking ');
  asking.close();
});
