import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, jest, test } from '@jest/globals';
import { RawConnection, RedisTarget } from '../compat/targets.js';
import { describeWithRedis, withServer } from './bench/servers.js';
import { mredisCli } from './cli-process.js';
import { freePort } from '../free-port.js';
import { startRedis } from './redis-process.js';

// Every test starts a few processes, on a machine that may be busy.
jest.setTimeout(30_000);

describeWithRedis('mredis cli', () => {
  let server: RedisTarget;
  let connection: RawConnection;
  let port = '';
  beforeAll(async () => {
    server = await RedisTarget.start({});
    connection = await RawConnection.open(server.port);
    port = String(server.port);
  });
  afterAll(async () => {
    connection.close();
    await server.stop();
  });
  beforeEach(async () => {
    await connection.call('FLUSHALL');
  });

  test('--server takes host and port in one word', async () => {
    expect((await mredisCli(['--server', `127.0.0.1:${port}`, 'PING'])).stdout).toBe('PONG\n');
    expect(await mredisCli(['--server', '127.0.0.1:x', 'PING'])).toEqual({
      code: 1,
      stdout: '',
      stderr: "Invalid server address '127.0.0.1:x', expected host:port\n",
    });
  });

  test('--json makes objects of INFO and CLIENT LIST', async () => {
    await connection.call('SET', 'a', '1');
    const info = JSON.parse((await mredisCli(['-p', port, '--json', 'INFO'])).stdout) as Record<
      string,
      Record<string, unknown>
    >;
    expect(info['server']?.['redis_version']).toBe('7.0.15');
    expect(info['server']?.['tcp_port']).toBe(server.port);
    expect(info['keyspace']?.['db0']).toEqual({ keys: 1, expires: 0, avg_ttl: 0 });
    const clients = JSON.parse((await mredisCli(['-p', port, '--json', 'CLIENT', 'LIST'])).stdout) as unknown;
    expect(clients).toContainEqual(expect.objectContaining({ cmd: 'client|list', db: 0, resp: 3 }));
  });

  test('--rdb saves a snapshot whole, or no file at all', async () => {
    await connection.call('SET', 'a', '1');
    // Else a redis-server waits five seconds for other replicas.
    await connection.call('CONFIG', 'SET', 'repl-diskless-sync-delay', '0');
    const folder = mkdtempSync(join(tmpdir(), 'cli-rdb-'));
    const file = join(folder, 'dump.rdb');
    expect((await mredisCli(['-p', port, '--rdb', file])).code).toBe(0);
    expect(readFileSync(file).toString('latin1', 0, 5)).toBe('REDIS');
    expect(readFileSync(file)[readFileSync(file).length - 9]).toBe(0xff);
    const nowhere = await mredisCli(['-p', port, '--rdb', join(folder, 'no', 'dump.rdb')]);
    expect(nowhere.stderr).toMatch(/Error opening '.*dump.rdb': No such file or directory\n$/);
    expect(nowhere.code).toBe(1);
    const refusing = join(folder, 'refused.rdb');
    await withServer(
      (_, socket) => socket.write("-ERR unknown command 'SYNC'\r\n"),
      async (refusingPort) => {
        const refused = await mredisCli(['-p', String(refusingPort), '--rdb', refusing]);
        expect(refused.stderr).toContain("This server cannot send snapshots: ERR unknown command 'SYNC'\n");
        expect(refused.code).toBe(1);
      },
    );
    expect(existsSync(refusing)).toBe(false);
    rmSync(folder, { recursive: true });
  });

  test('a million bytes go in by stdin and out by stdout unchanged', async () => {
    const value = Buffer.from(Array.from({ length: 1_000_000 }, (_, i) => (i * 7) % 256));
    expect((await mredisCli(['-p', port, '-x', 'SET', 'big'], { stdin: value })).stdout).toBe('OK\n');
    const got = await mredisCli(['-p', port, '-D', '', 'GET', 'big']);
    expect(Buffer.from(got.stdout, 'latin1').equals(value)).toBe(true);
  });

  test('100,000 commands by --pipe', async () => {
    const stdin = Array.from(
      { length: 100_000 },
      (_, i) => `*3\r\n$3\r\nSET\r\n$6\r\n${100_000 + i}\r\n$1\r\nv\r\n`,
    ).join('');
    const result = await mredisCli(['-p', port, '--pipe'], { stdin });
    expect(result.stdout).toContain('errors: 0, replies: 100000\n');
    expect(await connection.call('DBSIZE')).toBe(':100000\r\n');
  });

  test('statistics and latencies are lines where there is no terminal', async () => {
    const statistics = await mredisCli(['-p', port, '--stat', '-i', '0.05'], { until: '(+1)' });
    expect(statistics.stdout).toMatch(/^------- data ------ -+ load -+ - child -\nkeys +mem +clients/);
    expect((await mredisCli(['-p', port, '--latency', '-i', '0.1'])).stdout).toMatch(
      /^\d+ \d+ \d+\.\d\d \d+\n$/,
    );
    expect((await mredisCli(['-p', port, '--latency', '--csv', '-i', '0.1'])).stdout).toMatch(
      /^\d+,\d+,\d+\.\d\d,\d+\n$/,
    );
    const history = await mredisCli(['-p', port, '--latency-history', '-i', '0.1'], { until: 'range' });
    expect(history.stdout).toMatch(
      /^min: \d+, max: \d+, avg: [\d.]+ \(\d+ samples\) -- 0\.\d\d seconds range\n/,
    );
  });

  test('without a terminal no control sequence is printed, in whatever mode', async () => {
    const results = [
      await mredisCli(['-p', port], { stdin: 'help\nhelp GET\nclear\npeek a\nprefixes\nPING\n' }),
      await mredisCli(['-p', port, '--bigkeys']),
      await mredisCli(['-p', port, '--no-raw', 'LOLWUT', 'VERSION', '1']),
    ];
    for (const { stdout, code } of results) {
      // eslint-disable-next-line no-control-regex -- an escape is what is looked for
      expect(stdout).not.toMatch(/\x1b/);
      expect(code).toBe(0);
    }
    expect(results[0]?.stdout).toContain('PONG\n');
  });
});

describeWithRedis('beside a redis-server', () => {
  test('a wrong password is said, and the command gets what the server answers', async () => {
    const port = await freePort();
    const server = await startRedis(port, '--requirepass', 'right');
    const right = await mredisCli(['-p', String(port), 'PING'], { env: { REDISCLI_AUTH: 'right' } });
    expect(right).toEqual({ code: 0, stdout: 'PONG\n', stderr: '' });
    const wrong = await mredisCli(['-p', String(port), '-e', 'PING'], { env: { REDISCLI_AUTH: 'wrong' } });
    expect(wrong.stderr).toBe(
      'AUTH failed: WRONGPASS invalid username-password pair or user is disabled.\nNOAUTH Authentication required.\n',
    );
    expect(wrong.code).toBe(1);
    const asked = await mredisCli(['-p', String(port), '--askpass', 'PING'], { stdin: 'right\n' });
    expect(asked.stdout).toBe('PONG\n');
    await server.stop();
  }, 30_000);

  test.each([
    ['no RESP', 'HTTP/1.1 400 Bad Request\r\n\r\n', 'Error: Protocol error, got "H" as reply type byte\n'],
    ['TLS', '\x15\x03\x01\x00\x02\x02\x0a', 'Error: Protocol error, got "\\x15" as reply type byte\n'],
  ])('a server that speaks %s gets a clear message', async (_, answer, message) => {
    await withServer(
      (_chunk, socket) => socket.write(Buffer.from(answer, 'latin1')),
      async (port) => {
        expect(await mredisCli(['-p', String(port), 'PING'])).toEqual({
          code: 1,
          stdout: '',
          stderr: message,
        });
      },
    );
  });
});

test('a server that hangs up in the middle of a reply gets a clear message', async () => {
  await withServer(
    (_chunk, socket) => socket.end('$100\r\nabc'),
    async (port) => {
      const result = await mredisCli(['-p', String(port), 'GET', 'a']);
      expect(result).toEqual({ code: 1, stdout: '', stderr: 'Error: Server closed the connection\n' });
    },
  );
});

test.each([
  [['-p', '99999', 'PING'], 'Invalid server port.\n'],
  [['--cluster', 'info'], "'--cluster' of redis-cli is not supported by mredis cli\n"],
  [['--quoted-input', 'ECHO', '"a'], 'Invalid quoted string\n'],
  [['-X', 'TAG', 'SET', 'a', 'b'], 'Using -X option but stdin tag not match.\n'],
  [
    ['--tls', '--cacert', '/nowhere', '-p', '1', 'PING'],
    'Could not connect to Redis at 127.0.0.1:1: No such file or directory\n',
  ],
])('%j: one line on stderr, exit code 1', async (argv, stderr) => {
  expect(await mredisCli(argv)).toEqual({ code: 1, stdout: '', stderr });
});

test('--help lists the options, -h without a value too', async () => {
  for (const argv of [['--help'], ['-p', '1', '-h']]) {
    const { stdout, code } = await mredisCli(argv);
    expect(stdout).toContain('--latency-history');
    expect(stdout).toMatch(/-p, --port=<port>/);
    expect(code).toBe(0);
  }
});
