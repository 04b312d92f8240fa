import { createServer, type Server as NetServer, type Socket } from 'node:net';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { ConfigValues } from '../../src/server/config/directives.js';
import { Server } from '../../src/server/server.js';
import { RawConnection, until } from '../compat/targets.js';
import {
  hasRedis,
  RedisProcess,
  removeDirectories,
  temporaryDirectory,
} from '../persistence/redis-process.js';

const TIMEOUT_MS = 60_000;

let closing: (() => unknown)[] = [];
beforeEach(() => {
  closing = [];
});

afterEach(async () => {
  for (const close of closing.reverse()) await close();
  removeDirectories();
});

interface Peer {
  readonly port: number;
  readonly connection: RawConnection;
  readonly call: (...argv: string[]) => Promise<string>;
}

async function connectTo(port: number): Promise<RawConnection> {
  const connection = await RawConnection.open(port);
  closing.push(() => connection.close());
  return connection;
}

async function peer(port: number): Promise<Peer> {
  const connection = await connectTo(port);
  return { port, connection, call: (...argv) => connection.call(...argv) };
}

async function mredis(options: Partial<ConfigValues> = {}): Promise<Peer & { server: Server }> {
  const server = new Server({ port: 0, 'enable-debug-command': 'yes', ...options });
  const port = await server.listen();
  closing.push(() => server.close());
  return { server, ...(await peer(port)) };
}

async function redis(): Promise<Peer> {
  const started = await RedisProcess.start(
    temporaryDirectory(),
    ...['--enable-debug-command', 'yes', '--maxmemory', '1gb'],
  );
  closing.push(() => started.stop());
  return peer(started.port);
}

const OK = '+OK\r\n';
const NIL = '$-1\r\n';

/** A port on which `onSocket` answers. */
async function impostor(onSocket: (socket: Socket) => void): Promise<number> {
  const sockets: Socket[] = [];
  const listener: NetServer = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
    onSocket(socket);
  }).listen(0, '127.0.0.1');
  await once(listener, 'listening');
  closing.push(async () => {
    for (const socket of sockets) socket.destroy();
    listener.close();
    await once(listener, 'close');
  });
  const address = listener.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** A port behind which the server on `port` is, but only when `open` has been called. */
async function gateTo(port: number): Promise<{ port: number; open: () => void }> {
  const { connect } = await import('node:net');
  const waiting: Socket[] = [];
  const join = (socket: Socket): void => {
    const onward = connect(port, '127.0.0.1');
    closing.push(() => onward.destroy());
    onward.on('error', () => undefined);
    socket.pipe(onward).pipe(socket);
  };
  let isOpen = false;
  const gate = await impostor((socket) => {
    if (isOpen) join(socket);
    else waiting.push(socket);
  });
  return {
    port: gate,
    open: () => {
      isOpen = true;
      for (const socket of waiting.splice(0)) join(socket);
    },
  };
}

async function fill({ call }: Peer): Promise<void> {
  await call('SET', 'string', 'value');
  await call('SET', 'number', '12345');
  await call('SET', 'long', 'x'.repeat(300_000));
  await call('RPUSH', 'list', ...Array.from({ length: 1000 }, (_, i) => `element ${i}`));
  await call('SADD', 'integers', '1', '2', '3');
  await call('SADD', 'set', ...Array.from({ length: 1000 }, (_, i) => `member ${i}`));
  await call('ZADD', 'zset', ...Array.from({ length: 500 }, (_, i) => [String(i / 7), `m${i}`]).flat());
  await call('HSET', 'hash', ...Array.from({ length: 500 }, (_, i) => [`f${i}`, `v${i}`]).flat());
  await call('XADD', 'stream', '1-1', 'a', 'b');
  await call('XGROUP', 'CREATE', 'stream', 'g', '0');
  await call('XREADGROUP', 'GROUP', 'g', 'c', 'STREAMS', 'stream', '>');
}

const FILLED = ['string', 'number', 'long', 'list', 'integers', 'set', 'zset', 'hash', 'stream'];

const redisThere = hasRedis();
const withRedis = redisThere ? describe : describe.skip;

async function digestOf({ call }: Peer): Promise<string> {
  return call('DEBUG', 'DIGEST-VALUE', ...FILLED);
}

function behaviour(from: () => Promise<Peer>, to: () => Promise<Peer>): void {
  test(
    'values of every type arrive, with their times to live, and are gone here',
    async () => {
      const source = await from();
      const target = await to();
      await fill(source);
      await source.call('PEXPIRE', 'list', '100000');
      const digests = await digestOf(source);
      for (const key of FILLED) {
        expect(await source.call('MIGRATE', '127.0.0.1', String(target.port), key, '9', '5000')).toBe(OK);
        expect(await source.call('EXISTS', key)).toBe(':0\r\n');
      }
      await target.call('SELECT', '9');
      expect(await digestOf(target)).toBe(digests);
      const ttl = Number((await target.call('PTTL', 'list')).slice(1));
      expect(ttl).toBeGreaterThan(50_000);
      expect(ttl).toBeLessThanOrEqual(100_000);
      expect(await target.call('PTTL', 'set')).toBe(':-1\r\n');
      expect(await source.call('MIGRATE', '127.0.0.1', String(target.port), 'set', '9', '5000')).toBe(
        '+NOKEY\r\n',
      );
    },
    TIMEOUT_MS,
  );

  test(
    'COPY keeps, REPLACE overwrites, without it a key that is there is an error',
    async () => {
      const source = await from();
      const target = await to();
      const migrate = (...options: string[]): Promise<string> =>
        source.call('MIGRATE', '127.0.0.1', String(target.port), 'k', '0', '5000', ...options);
      await source.call('SET', 'k', 'new');
      await target.call('SET', 'k', 'old');
      expect(await migrate('COPY')).toBe(
        '-ERR Target instance replied with error: BUSYKEY Target key name already exists.\r\n',
      );
      expect(await migrate()).toContain('BUSYKEY');
      expect(await target.call('GET', 'k')).toBe('$3\r\nold\r\n');
      expect(await migrate('copy', 'replace')).toBe(OK);
      expect(await target.call('GET', 'k')).toBe('$3\r\nnew\r\n');
      expect(await source.call('GET', 'k')).toBe('$3\r\nnew\r\n');
      expect(await migrate('REPLACE')).toBe(OK);
      expect(await source.call('GET', 'k')).toBe(NIL);
    },
    TIMEOUT_MS,
  );

  test(
    'many keys at once: those that exist move, those that the target refuses stay',
    async () => {
      const source = await from();
      const target = await to();
      const keys = Array.from({ length: 3000 }, (_, i) => `key:${i}`);
      await source.call('MSET', ...keys.flatMap((key) => [key, `value of ${key} ${'x'.repeat(300)}`]));
      await target.call('MSET', 'key:7', 'there', 'key:2999', 'there');
      const migrate = (): Promise<string> =>
        source.call('MIGRATE', '127.0.0.1', String(target.port), '', '0', '5000', 'KEYS', 'none', ...keys);
      expect(await migrate()).toContain('Target instance replied with error: BUSYKEY');
      expect(await source.call('DBSIZE')).toBe(':2\r\n');
      expect(await source.call('EXISTS', 'key:7', 'key:2999')).toBe(':2\r\n');
      expect(await target.call('DBSIZE')).toBe(':3000\r\n');
      await target.call('DEL', 'key:7', 'key:2999');
      expect(await migrate()).toBe(OK);
      expect(await migrate()).toBe('+NOKEY\r\n');
    },
    TIMEOUT_MS,
  );

  test(
    'AUTH and AUTH2 log in; a refusal and a missing database are told',
    async () => {
      const source = await from();
      const target = await to();
      const migrate = (database: string, ...options: string[]): Promise<string> =>
        source.call('MIGRATE', '127.0.0.1', String(target.port), 'k', database, '5000', ...options);
      await target.call('CONFIG', 'SET', 'requirepass', 'secret');
      await target.call('AUTH', 'secret');
      await source.call('SET', 'k', 'v');
      expect(await migrate('0')).toBe(
        '-ERR Target instance replied with error: NOAUTH Authentication required.\r\n',
      );
      expect(await migrate('0', 'AUTH', 'wrong')).toBe(
        '-ERR Target instance replied with error: WRONGPASS invalid username-password pair or user is disabled.\r\n',
      );
      expect(await migrate('99', 'AUTH', 'secret')).toBe(
        '-ERR Target instance replied with error: ERR DB index is out of range\r\n',
      );
      expect(await source.call('EXISTS', 'k')).toBe(':1\r\n');
      expect(await migrate('0', 'COPY', 'REPLACE', 'AUTH', 'secret')).toBe(OK);
      expect(await migrate('0', 'REPLACE', 'AUTH2', 'default', 'secret')).toBe(OK);
      expect(await target.call('GET', 'k')).toBe('$1\r\nv\r\n');
    },
    TIMEOUT_MS,
  );

  test(
    'the connection is kept for the next time, and a dead one is replaced',
    async () => {
      const source = await from();
      const target = await to();
      const cached = async (): Promise<string | undefined> =>
        /migrate_cached_sockets:(\d+)/.exec(await source.call('INFO', 'stats'))?.[1];
      const move = async (): Promise<string> => {
        await source.call('SET', 'k', 'v');
        return source.call('MIGRATE', '127.0.0.1', String(target.port), 'k', '3', '5000', 'REPLACE');
      };
      expect(await cached()).toBe('0');
      expect(await move()).toBe(OK);
      expect(await cached()).toBe('1');
      expect(await move()).toBe(OK);
      await target.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
      expect(await move()).toBe(OK);
      expect(await cached()).toBe('1');
      await target.call('SELECT', '3');
      expect(await target.call('DBSIZE')).toBe(':1\r\n');
    },
    TIMEOUT_MS,
  );

  test(
    'a target that falls silent is a timeout, and one that hangs up an error; the key stays',
    async () => {
      const source = await from();
      const silent = await impostor(() => undefined);
      const rude = await impostor((socket) => socket.destroy());
      await source.call('SET', 'k', 'v');
      const read = '-IOERR error or timeout reading to target instance\r\n';
      expect(await source.call('MIGRATE', '127.0.0.1', String(silent), 'k', '0', '300')).toBe(read);
      expect(await source.call('MIGRATE', '127.0.0.1', String(rude), 'k', '0', '300')).toContain('-IOERR');
      await source.call('SET', 'large', 'x'.repeat(20_000_000));
      expect(await source.call('MIGRATE', '127.0.0.1', String(silent), 'k', '0', '300')).toBe(read);
      expect(await source.call('EXISTS', 'k', 'large')).toBe(':2\r\n');
    },
    TIMEOUT_MS,
  );

  test(
    'keys that the target had acknowledged before it went away are gone, the others stay',
    async () => {
      const source = await from();
      const halting = await impostor((socket) => {
        socket.once('data', () => {
          socket.write('+OK\r\n');
          socket.once('data', () => undefined);
          setTimeout(() => socket.end('+OK\r\n+OK\r\n'), 50);
        });
      });
      await source.call('MSET', 'a', '1', 'b', '2', 'c', '3');
      expect(
        await source.call('MIGRATE', '127.0.0.1', String(halting), '', '0', '2000', 'KEYS', 'a', 'b', 'c'),
      ).toBe('-IOERR error or timeout reading to target instance\r\n');
      expect(await source.call('EXISTS', 'a', 'b')).toBe(':0\r\n');
      expect(await source.call('EXISTS', 'c')).toBe(':1\r\n');
    },
    TIMEOUT_MS,
  );
}

/** The same behaviour is asked of redis-server, so that the tests themselves are known to be right. */
withRedis('MIGRATE from redis-server to mredis:', () => {
  behaviour(redis, mredis);
});

withRedis('MIGRATE from mredis to redis-server:', () => {
  behaviour(mredis, redis);
});

describe('MIGRATE from mredis to mredis:', () => {
  behaviour(mredis, mredis);

  test('hash fields keep their times to live', async () => {
    const source = await mredis();
    const target = await mredis();
    await source.call('HSET', 'h', 'f', 'v', 'g', 'w');
    await source.call('HPEXPIRE', 'h', '100000', 'FIELDS', '1', 'f');
    expect(await source.call('MIGRATE', '127.0.0.1', String(target.port), 'h', '0', '5000')).toBe(OK);
    expect(await target.call('HTTL', 'h', 'FIELDS', '2', 'f', 'g')).toMatch(/^\*2\r\n:(100|9\d)\r\n:-1\r\n$/);
  });
});

describe('While a key is on its way:', () => {
  async function moving(): Promise<{
    source: Peer & { server: Server };
    target: Peer & { server: Server };
    open: () => void;
  }> {
    const source = await mredis();
    const target = await mredis();
    const gate = await gateTo(target.port);
    await source.call('SET', 'k', 'old');
    await source.call('SET', 'other', 'x');
    source.connection.send(['MIGRATE', '127.0.0.1', String(gate.port), 'k', '0', '10000']);
    await blocked(source.server, 1);
    return { source, target, open: gate.open };
  }

  async function blocked(server: Server, clients: number): Promise<void> {
    const info = await connectTo(server.port);
    await until(async () => (await info.call('INFO', 'clients')).includes(`blocked_clients:${clients}\r`));
  }

  test('others are served, and its readers see it', async () => {
    const { source, target, open } = await moving();
    const other = await connectTo(source.port);
    expect(await other.call('GET', 'k')).toBe('$3\r\nold\r\n');
    expect(await other.call('APPEND', 'other', 'y')).toBe(':2\r\n');
    expect(await other.call('MULTI')).toBe(OK);
    expect(await other.call('APPEND', 'other', 'z')).toBe('+QUEUED\r\n');
    expect(await other.call('EXEC')).toBe('*1\r\n:3\r\n');
    open();
    expect(await source.connection.reply()).toBe(OK);
    expect(await other.call('GET', 'k')).toBe(NIL);
    expect(await target.call('GET', 'k')).toBe('$3\r\nold\r\n');
  });

  test('who writes to it waits until it has gone; nothing written is lost', async () => {
    const { source, target, open } = await moving();
    const writer = await connectTo(source.port);
    const transaction = await connectTo(source.port);
    const flusher = await connectTo(source.port);
    writer.send(['APPEND', 'k', 'more']);
    writer.send(['GET', 'k']);
    await blocked(source.server, 2);
    await transaction.call('MULTI');
    await transaction.call('APPEND', 'k', '!');
    await transaction.call('GET', 'k');
    transaction.send(['EXEC']);
    await blocked(source.server, 3);
    flusher.send(['SWAPDB', '0', '1']);
    await blocked(source.server, 4);
    open();
    expect(await source.connection.reply()).toBe(OK);
    expect(await writer.reply()).toBe(':4\r\n');
    expect(await writer.reply()).toMatch(/^\$[45]\r\nmore!?\r\n$|^\$-1\r\n$/);
    expect(await transaction.reply()).toBe('*2\r\n:5\r\n$5\r\nmore!\r\n');
    expect(await flusher.reply()).toBe(OK);
    expect(await target.call('GET', 'k')).toBe('$3\r\nold\r\n');
    await source.call('SELECT', '1');
    expect(await source.call('GET', 'k')).toBe('$5\r\nmore!\r\n');
  });

  test('an element that a waiting client moves into it is moved after it has gone', async () => {
    const source = await mredis();
    const target = await mredis();
    const gate = await gateTo(target.port);
    await source.call('RPUSH', 'k', 'old');
    const mover = await connectTo(source.port);
    mover.send(['BLMOVE', 'from', 'k', 'LEFT', 'RIGHT', '0']);
    await blocked(source.server, 1);
    source.connection.send(['MIGRATE', '127.0.0.1', String(gate.port), 'k', '0', '10000']);
    await blocked(source.server, 2);
    const pusher = await connectTo(source.port);
    expect(await pusher.call('RPUSH', 'from', 'element')).toBe(':1\r\n');
    expect(await pusher.call('LRANGE', 'from', '0', '-1')).toBe('*1\r\n$7\r\nelement\r\n');
    gate.open();
    expect(await source.connection.reply()).toBe(OK);
    expect(await mover.reply()).toBe('$7\r\nelement\r\n');
    expect(await source.call('LRANGE', 'k', '0', '-1')).toBe('*1\r\n$7\r\nelement\r\n');
    expect(await target.call('LRANGE', 'k', '0', '-1')).toBe('*1\r\n$3\r\nold\r\n');
  });

  test('it moves though the client that asked has gone, and a held client that goes is forgotten', async () => {
    const { source, target, open } = await moving();
    const writer = await connectTo(source.port);
    writer.send(['APPEND', 'k', 'more']);
    await blocked(source.server, 2);
    source.connection.close();
    writer.close();
    await blocked(source.server, 0);
    open();
    const reader = await connectTo(source.port);
    await until(async () => (await reader.call('EXISTS', 'k')) === ':0\r\n');
    expect(await target.call('GET', 'k')).toBe('$3\r\nold\r\n');
  });

  test('a second MIGRATE of it waits for the first, and finds no key', async () => {
    const { source, target, open } = await moving();
    const second = await connectTo(source.port);
    second.send(['MIGRATE', '127.0.0.1', String(target.port), 'k', '0', '10000']);
    await blocked(source.server, 2);
    open();
    expect(await source.connection.reply()).toBe(OK);
    expect(await second.reply()).toBe('+NOKEY\r\n');
  });

  test('MIGRATE inside a transaction is refused and moves nothing', async () => {
    const source = await mredis();
    const target = await mredis();
    await source.call('SET', 'k', 'v');
    await source.call('MULTI');
    await source.call('MIGRATE', '127.0.0.1', String(target.port), 'k', '0', '1000');
    expect(await source.call('EXEC')).toBe(
      '*1\r\n-ERR MIGRATE is not allowed inside a transaction or a script\r\n',
    );
    expect(await source.call('EXISTS', 'k')).toBe(':1\r\n');
  });

  test('the server can be closed', async () => {
    const { source } = await moving();
    await source.server.close();
    expect(await source.connection.reply()).toBe('(closed)');
  });
});

describe('What MIGRATE leaves behind:', () => {
  test('one DEL of the keys that moved, and an idle connection for ten seconds', async () => {
    const source = await mredis();
    const target = await mredis();
    const written: string[] = [];
    source.server.propagation.add({
      append: (database, buffer, start, end) => {
        written.push(`${database} ${buffer.toString('latin1', start, end)}`);
      },
    });
    await source.call('SELECT', '2');
    await source.call('MSET', 'a', '1', 'b', '2');
    await target.call('SET', 'b', 'there');
    written.length = 0;
    const migrate = (...options: string[]): Promise<string> =>
      source.call('MIGRATE', '127.0.0.1', String(target.port), '', '0', '1000', ...options, 'KEYS', 'a', 'b');
    expect(await migrate('COPY', 'REPLACE')).toBe(OK);
    expect(written).toEqual([]);
    await target.call('DEL', 'a');
    expect(await migrate()).toContain('BUSYKEY');
    expect(written).toEqual(['2 *2\r\n$3\r\nDEL\r\n$1\r\na\r\n']);
    expect(source.server.migrations.targets.size).toBe(1);
    source.server.migrations.targets.closeIdle(source.server.nowMs + 9_000);
    expect(source.server.migrations.targets.size).toBe(1);
    source.server.migrations.targets.closeIdle(source.server.nowMs + 11_000);
    expect(source.server.migrations.targets.size).toBe(0);
  });

  test('passwords are not shown in the slow log', async () => {
    const source = await mredis({ 'slowlog-log-slower-than': 0 });
    await source.call('MIGRATE', '127.0.0.1', '1', 'none', '0', '10', 'AUTH2', 'somebody', 'secret');
    const log = await source.call('SLOWLOG', 'GET', '5');
    expect(log).toContain('(redacted)');
    expect(log).not.toContain('secret');
  });
});
