import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Server } from '../../src/server/server.js';
import { RawConnection, until } from '../compat/targets.js';

describe.each(['auto', 'portable'] as const)('transport %s:', (transport) => {
  let server: Server;
  let port: number;
  let connections: RawConnection[];

  beforeEach(async () => {
    server = new Server({ port: 0, transport });
    port = await server.listen();
    connections = [];
  });

  afterEach(async () => {
    for (const connection of connections) connection.close();
    await server.close();
  });

  async function connect(): Promise<RawConnection> {
    const connection = await RawConnection.open(port);
    connections.push(connection);
    return connection;
  }

  async function blocked(...argv: string[]): Promise<RawConnection> {
    const connection = await connect();
    const before = server.blocking.count;
    connection.send(argv);
    await until(() => Promise.resolve(server.blocking.count > before));
    return connection;
  }

  test('A client that disappears while it waits leaves nothing behind, and its place to the next', async () => {
    const first = await blocked('BLPOP', 'a', 'b', '0');
    const second = await blocked('BLPOP', 'a', '100');
    expect(server.blocking.keys).toBe(2);
    first.close();
    await until(() => Promise.resolve(server.blocking.count === 1));
    expect(server.blocking.keys).toBe(1);
    const pusher = await connect();
    expect(await pusher.call('RPUSH', 'a', 'x')).toBe(':1\r\n');
    expect(await second.reply()).toBe('*2\r\n$1\r\na\r\n$1\r\nx\r\n');
    expect(server.blocking.count).toBe(0);
    expect(server.blocking.keys).toBe(0);
  });

  test('What a client sends while it waits runs after it was served, in order', async () => {
    const waiting = await blocked('BLPOP', 'a', '0');
    for (let i = 0; i < 2000; i++) waiting.send(['ECHO_IS_NOT_NEEDED', String(i)]);
    waiting.send(['LPUSH', 'done', 'x']);
    const pusher = await connect();
    await pusher.call('RPUSH', 'a', 'x');
    expect(await waiting.reply()).toBe('*2\r\n$1\r\na\r\n$1\r\nx\r\n');
    for (let i = 0; i < 2000; i++) expect(await waiting.reply()).toContain(`'${i}'`);
    expect(await waiting.reply()).toBe(':1\r\n');
  });

  test('A request cut in two by a wait is whole when the rest of it comes after', async () => {
    const waiting = await blocked('BLPOP', 'a', '0');
    const ahead = '*2\r\n$4\r\nECHO\r\n$5\r\nfirst\r\n*2\r\n$4\r\nECHO\r\n$6\r\nsec';
    waiting.sendRaw(ahead);
    const pusher = await connect();
    await until(async () => (await pusher.call('CLIENT', 'LIST')).includes(` qbuf=${ahead.length} `));
    await pusher.call('RPUSH', 'a', 'x');
    expect(await waiting.reply()).toBe('*2\r\n$1\r\na\r\n$1\r\nx\r\n');
    expect(await waiting.reply()).toBe('$5\r\nfirst\r\n');
    waiting.sendRaw('ond\r\n');
    expect(await waiting.reply()).toBe('$6\r\nsecond\r\n');
  });

  test('What comes after a wait goes into the buffer that what came before it has left', async () => {
    const waiting = await blocked('BLPOP', 'a', '0');
    waiting.send(['ECHO', 'ahead']);
    const pusher = await connect();
    await until(async () => (await pusher.call('CLIENT', 'LIST')).includes(' qbuf=25 '));
    await pusher.call('RPUSH', 'a', 'x');
    await waiting.reply();
    expect(await waiting.reply()).toBe('$5\r\nahead\r\n');
    // Another client uses the buffer that everybody shares.
    expect(await pusher.call('ECHO', 'of another')).toBe('$10\r\nof another\r\n');
    expect(await waiting.call('ECHO', 'after')).toBe('$5\r\nafter\r\n');
  });

  test('A pipeline of pops that must wait is served by a pipeline of pushes', async () => {
    const waiting = await connect();
    waiting.sendRaw('BLPOP a 0\r\n'.repeat(500));
    const pusher = await connect();
    pusher.sendRaw(Array.from({ length: 500 }, (_, i) => `RPUSH a ${i}\r\n`).join(''));
    for (let i = 0; i < 500; i++) {
      expect(await waiting.reply()).toBe(`*2\r\n$1\r\na\r\n$${String(i).length}\r\n${i}\r\n`);
    }
    expect(server.blocking.count).toBe(0);
  });

  test('The pusher that wakes a client gets its own replies whole and in order', async () => {
    const waiting = await blocked('BLPOP', 'a', '0');
    const pusher = await connect();
    const large = 'x'.repeat(900_000);
    pusher.send(['SET', 'large', large]);
    pusher.sendRaw('GET large\r\nRPUSH a 1\r\nGET large\r\n');
    expect(await pusher.reply()).toBe('+OK\r\n');
    expect(await pusher.reply()).toBe(`$900000\r\n${large}\r\n`);
    expect(await pusher.reply()).toBe(':1\r\n');
    expect(await pusher.reply()).toBe(`$900000\r\n${large}\r\n`);
    expect(await waiting.reply()).toBe('*2\r\n$1\r\na\r\n$1\r\n1\r\n');
  });

  test('A wait can be ended from outside, as a timeout or as an error', async () => {
    const first = await blocked('BLPOP', 'a', '0');
    const second = await blocked('BLMOVE', 'a', 'b', 'LEFT', 'LEFT', '0');
    const [one, two] = [...server.connections.values()].map(({ session }) => session);
    expect(server.blocking.unblock(one!, 'error')).toBe(true);
    expect(server.blocking.unblock(two!, 'timeout')).toBe(true);
    expect(server.blocking.unblock(two!, 'timeout')).toBe(false);
    expect(await first.reply()).toBe('-UNBLOCKED client unblocked via CLIENT UNBLOCK\r\n');
    expect(await second.reply()).toBe('*-1\r\n');
    expect(await second.call('PING')).toBe('+PONG\r\n');
  });

  test('A wait ends no earlier than its timeout, and without a push to help it', async () => {
    const waiting = await connect();
    const startMs = Date.now();
    expect(await waiting.call('BLPOP', 'a', '0.12')).toBe('*-1\r\n');
    expect(Date.now() - startMs).toBeGreaterThanOrEqual(119);
  });

  test('A thousand clients that wait for one key are served one push each', async () => {
    const waiting: RawConnection[] = [];
    for (let i = 0; i < 1000; i++) {
      const connection = await connect();
      connection.send(['BLPOP', 'a', '0']);
      waiting.push(connection);
      await until(() => Promise.resolve(server.blocking.count === i + 1));
    }
    const pusher = await connect();
    await pusher.call('RPUSH', 'a', ...Array.from({ length: 600 }, (_, i) => String(i)));
    for (let i = 0; i < 600; i++) expect(await waiting[i]!.reply()).toContain(`\r\n${i}\r\n`);
    expect(server.blocking.count).toBe(400);
  }, 30_000);

  test('What a blocking command did is written as the command without blocking', async () => {
    const written: string[] = [];
    server.propagation.add({
      append: (_database, buffer, start, end) => {
        written.push(
          buffer
            .toString('latin1', start, end)
            .replace(/\r\n/g, ' ')
            .replace(/[$*]\d+ /g, '')
            .trim(),
        );
      },
    });
    const first = await blocked('BLPOP', 'a', '0');
    const pusher = await connect();
    await pusher.call('RPUSH', 'a', '1', '2');
    await first.reply();
    const second = await blocked('BLMOVE', 'src', 'dst', 'LEFT', 'RIGHT', '0');
    await blocked('BLMPOP', '0', '1', 'dst', 'LEFT', 'COUNT', '5');
    await pusher.call('RPUSH', 'src', 'x');
    await second.reply();
    await blocked('BRPOPLPUSH', 'src', 'other', '0');
    await pusher.call('LPUSH', 'src', 'y');
    await pusher.call('BRPOP', 'a', '0');
    await pusher.call('BLPOP', 'nothing', '0.001');
    await pusher.call('LMPOP', '1', 'other', 'RIGHT', 'COUNT', '9');
    expect(written).toEqual([
      'RPUSH a 1 2',
      'LPOP a',
      'RPUSH src x',
      'LMOVE src dst LEFT RIGHT',
      'LPOP dst 1',
      'LPUSH src y',
      'RPOPLPUSH src other',
      'RPOP a',
      'RPOP other 1',
    ]);
  });

  test('CLIENT REPLY SKIP drops the reply that comes after a wait, and no other', async () => {
    const waiting = await connect();
    waiting.sendRaw('CLIENT REPLY SKIP\r\nBLPOP a 0\r\nECHO next\r\n');
    await until(() => Promise.resolve(server.blocking.count === 1));
    const pusher = await connect();
    await pusher.call('RPUSH', 'a', 'x');
    expect(await waiting.reply()).toBe('$4\r\nnext\r\n');
    waiting.sendRaw('CLIENT REPLY SKIP\r\nBLPOP a 0.001\r\nECHO after\r\n');
    expect(await waiting.reply()).toBe('$5\r\nafter\r\n');
  });

  test('What comes while a pause ends does not overtake the command that was paused', async () => {
    const paused = await connect();
    const other = await connect();
    await other.call('CLIENT', 'PAUSE', '60000', 'WRITE');
    paused.send(['SET', 'k', 'v']);
    await until(async () => (await other.call('INFO', 'clients')).includes('blocked_clients:1'));
    // Both arrive in one turn: the end of the pause, and what the paused client sends next.
    other.send(['CLIENT', 'UNPAUSE']);
    paused.send(['GET', 'k']);
    expect(await paused.reply()).toBe('+OK\r\n');
    expect(await paused.reply()).toBe('$1\r\nv\r\n');
  });

  test('While the server opens its sockets anew, what the client sends waits; in a transaction it cannot', async () => {
    const client = await connect();
    client.sendRaw('CONFIG SET bind 127.0.0.1\r\nECHO next\r\n');
    expect(await client.reply()).toBe('+OK\r\n');
    expect(await client.reply()).toBe('$4\r\nnext\r\n');
    client.sendRaw('MULTI\r\nCONFIG SET port 0 bind 127.0.0.2\r\nECHO next\r\nEXEC\r\n');
    for (const queued of ['+OK', '+QUEUED', '+QUEUED']) expect(await client.reply()).toBe(`${queued}\r\n`);
    expect(await client.reply()).toBe(
      "*2\r\n-ERR CONFIG SET failed (possibly related to argument 'port') - not inside a transaction\r\n$4\r\nnext\r\n",
    );
  });
});
