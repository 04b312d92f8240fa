import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Server } from '../../src/server/server.js';
import { RawConnection, until } from '../compat/targets.js';
import { bulk, bytewise, CASES } from '../protocol/request-cases.js';

const LONG = 'a'.repeat(64 * 1024 + 2);
/** Lines that never end; the parser's own tests have them too. */
const ENDLESS = [
  { name: 'an endless inline command', bytes: LONG, error: 'ERR Protocol error: too big inline request' },
  {
    name: 'an endless array header',
    bytes: `*${LONG}`,
    error: 'ERR Protocol error: too big mbulk count string',
  },
  {
    name: 'an endless bulk header',
    bytes: `*1\r\n$${LONG}`,
    error: 'ERR Protocol error: too big bulk count string',
  },
].map((each) => ({ ...each, requests: [] }));

describe.each(['auto', 'portable'] as const)('transport %s:', (transport) => {
  let server: Server;
  let port: number;
  let bystander: RawConnection;

  beforeAll(async () => {
    server = new Server({ port: 0, transport });
    port = await server.listen();
    bystander = await RawConnection.open(port);
    await bystander.call('SELECT', '1');
    await bystander.call('SET', 'untouched', 'value');
  });

  afterAll(async () => {
    bystander.close();
    await server.close();
  });

  /** Sends the pieces, each when the server has read the one before, then PING unless it is cut off; the replies. */
  async function conversation(pieces: readonly Buffer[], closes: boolean): Promise<string> {
    const socket = await new Promise<Socket>((resolve) => {
      const opened = connect({ port, host: '127.0.0.1', noDelay: true }, () => resolve(opened));
    });
    let received = '';
    let ended = false;
    socket.on('data', (data: Buffer) => (received += data.toString('latin1')));
    socket.on('close', () => (ended = true));
    socket.on('error', () => undefined);
    await immediately(() => server.connections.size === 2);
    let sent = server.bytesRead;
    for (const piece of pieces) {
      socket.write(piece);
      sent += piece.length;
      await immediately(() => server.bytesRead >= sent);
      // Once the server has made up its mind, more would only be answered by a reset.
      const closing = [...server.connections.values()].some((connection) => connection.waiting);
      if (closing || server.connections.size === 1) break;
    }
    if (!closes) {
      socket.write(bulk('ECHO', 'the end'));
      await immediately(() => received.endsWith('the end\r\n'));
      socket.destroy();
    }
    await immediately(() => ended);
    return received;
  }

  describe.each([...CASES, ...ENDLESS])('$name', ({ bytes, requests, error }) => {
    const input = Buffer.from(bytes, 'latin1');
    const closes = error !== undefined;

    test('is answered, whole and in any two pieces alike, and nobody else notices', async () => {
      const whole = await conversation([input], closes);
      const last = closes ? `-${error}\r\n` : '$7\r\nthe end\r\n';
      expect(whole.endsWith(last)).toBe(true);
      expect(whole.slice(0, -last.length) === '').toBe(requests.length === 0);
      const smallest = input.length < 5000 ? bytewise(input) : [input];
      expect(await conversation(smallest, closes)).toBe(whole);
      const step = input.length < 300 ? 1 : Math.ceil(input.length / 50);
      for (let at = 1; at < input.length; at += step) {
        expect(await conversation([input.subarray(0, at), input.subarray(at)], closes)).toBe(whole);
      }
      expect(await bystander.call('GET', 'untouched')).toBe('$5\r\nvalue\r\n');
      expect(await bystander.call('PING')).toBe('+PONG\r\n');
      await immediately(() => server.connections.size === 1);
    });
  });

  test('Thousands of half-open connections with half a request each cost what they sent and a buffer', async () => {
    const before = server.clientBytes;
    const sockets: Socket[] = [];
    for (let i = 0; i < 2000; i++) {
      const socket = connect({ port, host: '127.0.0.1' });
      socket.on('error', () => undefined);
      socket.write(`*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$536870912\r\n${i}`);
      sockets.push(socket);
      if (i % 100 === 99) await until(() => Promise.resolve(server.connections.size === i + 2));
    }
    await immediately(() => [...server.connections.values()].every(holdsSomething));
    expect(server.clientBytes - before).toBeLessThan(2000 * 300 * 1024);
    expect(await bystander.call('PING')).toBe('+PONG\r\n');
    for (const socket of sockets) socket.destroy();
    await until(() => Promise.resolve(server.connections.size === 1));
    expect(server.clientBytes).toBeLessThan(before + 1024 * 1024);
    expect(await bystander.call('EXISTS', 'k')).toBe(':0\r\n');
  }, 60_000);

  function holdsSomething(connection: { readonly session: { readonly id: number } }): boolean {
    const { session } = connection;
    return session.id === 1 || (server.connections.get(session.id)?.queryBufferBytes ?? 0) > 0;
  }
});

/** Polls in every turn of the event loop: the server is in this process. */
async function immediately(condition: () => boolean): Promise<void> {
  const deadlineMs = Date.now() + 10_000;
  while (!condition()) {
    if (Date.now() > deadlineMs) throw new Error('the condition did not come true');
    await new Promise((resolve) => setImmediate(resolve));
  }
}
