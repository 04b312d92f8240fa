import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Server } from '../../src/server/server.js';
import { RawConnection, until } from '../compat/targets.js';

const MALFORMED: readonly (readonly [bytes: string, error: string])[] = [
  ['*1\r\n$x\r\n', 'invalid bulk length'],
  ['*1\r\n$-5\r\n', 'invalid bulk length'],
  ['*1\r\n$999999999999\r\n', 'invalid bulk length'],
  ['*x\r\n', 'invalid multibulk length'],
  ['*9999999\r\n', 'invalid multibulk length'],
  ['*1\r\nfoo\r\n', "expected '$', got 'f'"],
  ['SET "k\r\n', 'unbalanced quotes in request'],
  [`SET ${'x'.repeat(70_000)}`, 'too big inline request'],
];

describe.each(['auto', 'portable'] as const)('transport %s:', (transport) => {
  let server: Server;
  let port: number;

  beforeEach(async () => {
    server = new Server({ port: 0, transport });
    port = await server.listen();
  });

  afterEach(async () => {
    await server.close();
  });

  async function expectAlive(): Promise<void> {
    const client = await RawConnection.open(port);
    expect(await client.call('PING')).toBe('+PONG\r\n');
    client.close();
  }

  function rawSocket(): Promise<Socket> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host: '127.0.0.1' }, () => resolve(socket));
      socket.on('error', reject);
    });
  }

  test('10,000 connections opened and closed leave nothing behind', async () => {
    const before = server.totalConnections;
    for (let round = 0; round < 100; round++) {
      const sockets = await Promise.all(Array.from({ length: 100 }, rawSocket));
      for (const socket of sockets) socket.destroy();
    }
    await until(() => Promise.resolve(server.connections.size === 0));
    expect(server.totalConnections - before).toBe(10_000);
    await expectAlive();
  }, 60_000);

  test('A reader that does not read is cut off by its limit, and its memory is given back', async () => {
    await server.configuration.set([['client-output-buffer-limit', 'normal 4mb 0 0']]);
    const filler = await RawConnection.open(port);
    await filler.call('SET', 'big', 'x'.repeat(1024 * 1024));
    const slow = await rawSocket();
    slow.on('error', () => undefined);
    slow.pause();
    const closed = new Promise((resolve) => slow.once('close', resolve));
    for (let i = 0; i < 200; i++) slow.write('GET big\r\n');
    await until(() => Promise.resolve(server.connections.size === 1));
    slow.resume();
    await closed;
    expect(server.clientBytes).toBeLessThan(4 * 1024 * 1024);
    filler.close();
    await expectAlive();
  }, 30_000);

  test('A subscriber that does not read is cut off, while others go on getting messages', async () => {
    await server.configuration.set([['client-output-buffer-limit', 'pubsub 2mb 0 0']]);
    const slow = await rawSocket();
    slow.on('error', () => undefined);
    slow.write('SUBSCRIBE c\r\n');
    await until(() => Promise.resolve(server.pubsub.channels.size === 1));
    slow.pause();
    const publisher = await RawConnection.open(port);
    const message = 'x'.repeat(512 * 1024);
    for (let i = 0; i < 50 && server.connections.size > 1; i++) await publisher.call('PUBLISH', 'c', message);
    await until(() => Promise.resolve(server.connections.size === 1));
    expect(await publisher.call('PUBLISH', 'c', 'x')).toBe(':0\r\n');
    slow.destroy();
    publisher.close();
  }, 30_000);

  test('A client that is killed in the middle of its pipeline leaves whole commands only', async () => {
    const victim = await rawSocket();
    victim.on('error', () => undefined);
    for (let i = 0; i < 5000; i++)
      victim.write(`*3\r\n$3\r\nSET\r\n$4\r\nk${String(i).padStart(3, '0')}\r\n$1\r\nv\r\n`);
    victim.write('*3\r\n$3\r\nSET\r\n$4\r\nhalf\r\n$5\r\nab');
    victim.destroy();
    await until(() => Promise.resolve(server.connections.size === 0));
    const client = await RawConnection.open(port);
    expect(await client.call('EXISTS', 'half')).toBe(':0\r\n');
    client.close();
  });

  test('A half-open connection, which is closed on one side only, is answered and closed', async () => {
    const socket = await new Promise<Socket>((resolve) => {
      const opened = connect({ port, host: '127.0.0.1', allowHalfOpen: true }, () => resolve(opened));
    });
    let received = '';
    socket.on('data', (data: Buffer) => (received += data.toString()));
    const ended = new Promise((resolve) => socket.once('close', resolve));
    socket.end('PING\r\n');
    socket.on('end', () => socket.destroy());
    await ended;
    expect(received).toBe('+PONG\r\n');
    await until(() => Promise.resolve(server.connections.size === 0));
  });

  test.each(MALFORMED.map(([bytes, error]) => [error, bytes] as const))(
    '%s: a client is told so, then its connection alone is closed',
    async (error, bytes) => {
      const splits = bytes.length > 1000 ? [0] : [...Array(bytes.length).keys()];
      for (const split of splits) {
        const client = await RawConnection.open(port);
        if (split > 0) {
          client.sendRaw(bytes.slice(0, split));
          await new Promise((resolve) => setImmediate(resolve));
        }
        client.sendRaw(bytes.slice(split));
        expect(await client.reply()).toBe(`-ERR Protocol error: ${error}\r\n`);
        expect(await client.reply()).toBe('(closed)');
      }
      await expectAlive();
    },
  );

  test('Before it has authenticated, a client may send no more than a password takes', async () => {
    await server.configuration.set([['requirepass', 'secret']]);
    for (const [bytes, error] of [
      ['*11\r\n', 'unauthenticated multibulk length'],
      ['*2\r\n$4\r\nAUTH\r\n$20000\r\n', 'unauthenticated bulk length'],
    ] as const) {
      const client = await RawConnection.open(port);
      client.sendRaw(bytes);
      expect(await client.reply()).toBe(`-ERR Protocol error: ${error}\r\n`);
    }
  });

  test('A client beyond maxclients is told so and closed', async () => {
    await server.configuration.set([['maxclients', '2']]);
    const held = [await RawConnection.open(port), await RawConnection.open(port)];
    await Promise.all(held.map((each) => each.call('PING')));
    const third = await RawConnection.open(port);
    expect(await third.reply()).toBe('-ERR max number of clients reached\r\n');
    expect(await third.reply()).toBe('(closed)');
    expect(server.rejectedConnections).toBe(1);
    for (const each of held) each.close();
  });

  test('A client that has been silent for the timeout is closed, a subscriber is not', async () => {
    await server.configuration.set([['timeout', '1']]);
    const idle = await RawConnection.open(port);
    const listening = await RawConnection.open(port);
    await listening.call('SUBSCRIBE', 'c');
    expect(await idle.call('PING')).toBe('+PONG\r\n');
    expect(await idle.reply()).toBe('(closed)');
    expect(server.connections.size).toBe(1);
    listening.close();
  });
});
