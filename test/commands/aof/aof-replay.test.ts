import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from '@jest/globals';
import { resp } from '../../persistence/aof/aof-bytes.js';
import {
  hasRedis,
  RedisProcess,
  removeDirectories,
  temporaryDirectory,
} from '../../persistence/redis-process.js';
import { runAof, runJson } from './aof-run.js';

afterAll(removeDirectories);

function write(text: string): string {
  const path = join(temporaryDirectory(), 'redis.aof');
  writeFileSync(path, text, 'latin1');
  return path;
}

test('a server that is not there, a place that is none and an address that is none are wrong usage', async () => {
  const path = write(resp('SET', 'a', 1));
  const gone = createServer().listen(0, '127.0.0.1');
  await once(gone, 'listening');
  const { port } = gone.address() as { port: number };
  gone.close();
  await once(gone, 'close');
  const refused = runAof(['replay', path, '--to', `127.0.0.1:${port}`]);
  expect(refused).toMatchObject({ status: 3, stdout: '' });
  expect(refused.stderr).toContain('Connection refused; nothing was sent');
  expect(runAof(['replay', path, '--to', 'a:b:c']).status).toBe(3);
  expect(runAof(['replay', path, '--to', `:${port}`, '--from', 'other.aof:1']).stderr).toContain(
    'there is no file other.aof in this AOF, only redis.aof',
  );
}, 30_000);

test('something that is no Redis server is told so', async () => {
  const web = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
  });
  await once(web.listen(0, '127.0.0.1'), 'listening');
  const { port } = web.address() as { port: number };
  const { code, output } = await interrupted(
    [write(resp('SET', 'a', 1)), '--to', `:${port}`],
    () => new Promise((resolve) => setImmediate(resolve, false)),
  );
  expect(code).toBe(3);
  expect(output).toContain('got "H" as reply type byte; nothing was sent');
  web.close();
}, 30_000);

(hasRedis() ? describe : describe.skip)('into redis-server', () => {
  async function server(...options: string[]): Promise<{ redis: RedisProcess; to: string }> {
    const redis = await RedisProcess.start(temporaryDirectory(), '--enable-debug-command', 'yes', ...options);
    return { redis, to: `127.0.0.1:${redis.port}` };
  }

  test('an RDB part and what follows it give the same data, database by database', async () => {
    const directory = temporaryDirectory();
    const aof = ['--appendonly', 'yes', '--appendfilename', 'redis.aof', '--enable-debug-command', 'yes'];
    const source = await RedisProcess.start(directory, ...aof);
    for (let i = 0; i < 300; i++) {
      await source.call('RPUSH', 'list', i);
      await source.call('HSET', 'hash', `f${i}`, Buffer.from([i % 256, 0, 255]));
      await source.call('XADD', 'stream', `${i + 1}-0`, 'n', i);
    }
    await source.call('XGROUP', 'CREATE', 'stream', 'group', '0');
    await source.call('XREADGROUP', 'GROUP', 'group', 'one', 'COUNT', '5', 'STREAMS', 'stream', '>');
    await source.call('BGREWRITEAOF');
    const rewriting = async (): Promise<boolean> =>
      /aof_rewrite_(in_progress|scheduled):1/.test(String(await source.call('INFO', 'persistence')));
    while (await rewriting());
    await source.client.select(3);
    await source.client.multi().sadd('set', 1, 2).set('k', 'v', 'PXAT', 4_102_444_800_000).exec();
    await source.client.select(0);
    await source.call('XACK', 'stream', 'group', '1-0');
    const digest = await source.digest();
    await source.stop();
    const { redis, to } = await server();
    const { status, result } = runJson(['replay', directory, '--to', to]);
    expect({ status, ...result }).toMatchObject({ status: 0, end: 'complete', errors: 0, unanswered: 0 });
    expect(await redis.digest()).toBe(digest);
    await redis.stop();
  }, 60_000);

  test('filters by key, type, database and time leave out what they say', async () => {
    const path = write(
      '#TS:1700000000\r\n' +
        resp('SET', 'user:1', 1) +
        resp('SADD', 'user:2', 'x') +
        resp('MULTI') +
        resp('SELECT', 2) +
        resp('SET', 'user:3', 1) +
        resp('SADD', 'other', 1) +
        resp('EXEC') +
        '#TS:1700000100\r\n' +
        resp('SET', 'late', 1),
    );
    const { redis, to } = await server();
    const played = (...filters: string[]): unknown => {
      const { status, result } = runJson(['replay', path, '--to', to, '--yes', ...filters]);
      expect(status).toBe(0);
      return result['commands'];
    };
    expect(played('--type', 'set')).toBe(2);
    expect(await redis.call('DBSIZE')).toBe(1);
    expect(played('--key', 'user:*')).toBe(3);
    expect(played('--db', '2')).toBe(3);
    expect(played('--since', '1700000050')).toBe(1);
    expect(played('--until', '1700000050', '--db', '0')).toBe(2);
    await redis.stop();
  }, 60_000);

  test('errors are counted and told with their offsets; the replay goes on unless it shall not', async () => {
    const first = resp('SET', 'a', 'text');
    const path = write(
      first + resp('LPUSH', 'a', 1) + resp('MULTI') + resp('INCR', 'a') + resp('EXEC') + resp('SET', 'b', 1),
    );
    const { redis, to } = await server();
    const { status, result } = runJson(['replay', path, '--to', to]);
    expect(status).toBe(1);
    expect(result).toMatchObject({ end: 'complete', commands: 4, errors: 2 });
    expect(result['firstErrors']).toMatchObject([
      { at: `redis.aof:${first.length} LPUSH`, message: expect.stringContaining('WRONGTYPE') },
      { at: expect.stringContaining('MULTI'), message: expect.stringContaining('not an integer') },
    ]);
    expect(String(await redis.call('GET', 'b'))).toBe('1');
    await redis.stop();
  }, 60_000);

  test('--stop-on-error sends nothing behind the command that failed, and goes on behind it', async () => {
    const path = write(resp('SET', 'a', 'x') + resp('INCR', 'a') + resp('SET', 'b', 1) + resp('SET', 'c', 1));
    const { redis, to } = await server();
    const { status, result } = runJson(['replay', path, '--to', to, '--stop-on-error']);
    expect(status).toBe(1);
    expect(result).toMatchObject({ end: 'error', commands: 2, errors: 1, unanswered: 0 });
    expect(await redis.call('EXISTS', 'b', 'c')).toBe(0);
    expect(runJson(['replay', path, '--to', to, '--from', String(result['resumeFrom'])]).status).toBe(0);
    expect(await redis.call('EXISTS', 'b', 'c')).toBe(2);
    await redis.stop();
  }, 60_000);

  test('a server that is full ends the replay; with more memory it goes on at what was refused', async () => {
    const writes = Array.from({ length: 12_000 }, (_, i) => resp('SET', `key:${i}`, 'x'.repeat(200)));
    const path = write(writes.join(''));
    const { redis, to } = await server('--maxmemory', '2mb');
    const full = runAof(['replay', path, '--to', to, '--yes']);
    expect(full.status).toBe(1);
    expect(full.stderr).toContain(`${to} refuses to go on: OOM command not allowed`);
    expect(full.stderr).toContain('Raise its maxmemory');
    const [, place] = /--from (\S+)/.exec(full.stdout)!;
    await redis.call('CONFIG', 'SET', 'maxmemory', '100mb');
    expect(runJson(['replay', path, '--to', to, '--from', place!])).toMatchObject({
      status: 0,
      result: { end: 'complete', errors: 0 },
    });
    expect(await redis.call('DBSIZE')).toBe(12_000);
    await redis.stop();
  }, 60_000);

  test('a replica is not written to, and can be told apart from a server that took a part', async () => {
    const path = write(resp('SET', 'a', 1) + resp('SET', 'b', 1));
    const { redis, to } = await server('--replicaof', '127.0.0.1 1');
    const { status, result } = runJson(['replay', path, '--to', to]);
    expect(status).toBe(1);
    expect(result).toMatchObject({ end: 'error', resumeFrom: 'redis.aof:rdb+0', unanswered: 0 });
    await redis.stop();
  }, 60_000);

  test('an unfinished end is left out and told, damage with records behind it is more than that', async () => {
    const whole = resp('SET', 'a', 1) + resp('SET', 'b', 1);
    const { redis, to } = await server();
    const cut = runAof(['replay', write(whole + resp('MULTI') + resp('SET', 'c', 1)), '--to', to]);
    expect(cut).toMatchObject({ status: 1, stdout: expect.stringContaining('Played 2 commands') });
    expect(cut.stderr).toContain('unfinished record or transaction');
    await redis.call('FLUSHALL');
    const damaged = runAof(['replay', write(`${whole}garbage${whole.repeat(9)}`), '--to', to]);
    expect(damaged.status).toBe(2);
    expect(damaged.stderr).toContain(`damaged at offset ${whole.length}`);
    await redis.stop();
  }, 60_000);

  test('a database that the server does not have ends the replay before anything lands elsewhere', async () => {
    const path = write(resp('SET', 'a', 1) + resp('SELECT', 40) + resp('SET', 'b', 1));
    const { redis, to } = await server();
    const { status, result } = runJson(['replay', path, '--to', to]);
    expect(status).toBe(1);
    expect(result).toMatchObject({ end: 'error', commands: 1 });
    expect(await redis.call('EXISTS', 'b')).toBe(0);
    await redis.stop();
  }, 60_000);

  test('a server that holds keys is not written to unasked', async () => {
    const path = write(resp('SET', 'a', 1));
    const { redis, to } = await server();
    await redis.call('SET', 'here', 1);
    expect(runAof(['replay', path, '--to', to])).toMatchObject({ status: 3, stdout: '' });
    expect(await redis.call('EXISTS', 'a')).toBe(0);
    await redis.stop();
  }, 60_000);

  test('SIGINT prints where to resume, and a replay resumed there plays the rest exactly once', async () => {
    const transaction = resp('MULTI') + resp('RPUSH', 'list', 'x') + resp('INCR', 'n') + resp('EXEC');
    const path = write(resp('SELECT', 1) + transaction.repeat(3000));
    const { redis, to } = await server();
    const bin = fileURLToPath(new URL('../../../bin/run.js', import.meta.url));
    const args = [bin, 'aof', 'replay', path, '--to', to, '--rate', '1000'];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    await redis.client.select(1);
    while (Number(await redis.call('LLEN', 'list')) < 100);
    child.kill('SIGINT');
    const [code] = (await once(child, 'close')) as [number];
    expect(code).toBe(130);
    const from = /To resume, type the same command with: --from (\S+)/.exec(output)?.[1];
    const before = Number(await redis.call('LLEN', 'list'));
    expect(before).toBeLessThan(3000);
    expect(runAof(['replay', path, '--to', to, '--from', String(from)]).status).toBe(0);
    expect(await redis.call('LLEN', 'list')).toBe(3000);
    expect(String(await redis.call('GET', 'n'))).toBe('3000');
    const inside = resp('SELECT', 1).length + resp('MULTI').length;
    const wrong = runAof(['replay', path, '--to', to, '--from', String(inside)]);
    expect(wrong).toMatchObject({ status: 3, stdout: '' });
    expect(wrong.stderr).toContain('inside a transaction');
    await redis.stop();
  }, 60_000);

  test('a replay that was ended inside the RDB part goes on there, and plays nothing twice', async () => {
    const directory = temporaryDirectory();
    const source = await RedisProcess.start(
      directory,
      '--appendonly',
      'yes',
      '--enable-debug-command',
      'yes',
    );
    for (let i = 0; i < 400; i++) await source.call('RPUSH', `list:${i}`, i, i + 1);
    await source.call('BGREWRITEAOF');
    const info = async (): Promise<string> => String(await source.call('INFO', 'persistence'));
    while (/aof_rewrite_(in_progress|scheduled):1/.test(await info()));
    await source.call('RPUSH', 'list:0', 'behind the RDB part');
    const digest = await source.digest();
    await source.stop();
    const { redis, to } = await server();
    const replayed = await interrupted([directory, '--to', to, '--rate', '200'], async () => {
      return Number(await redis.call('DBSIZE')) >= 50;
    });
    expect(replayed.code).toBe(130);
    const from = /To resume, type the same command with: --from (\S+)/.exec(replayed.output)?.[1];
    expect(from).toMatch(/\.base\.rdb:rdb\+\d+$/);
    expect(runAof(['replay', directory, '--to', to, '--from', String(from)]).status).toBe(0);
    expect(await redis.digest()).toBe(digest);
    await redis.stop();
  }, 60_000);

  test('a lost connection is told with the place up to which everything was answered', async () => {
    const path = write(resp('INCR', 'n').repeat(5000));
    const { redis, to } = await server();
    const lost = await interrupted(
      [path, '--to', to, '--rate', '1000'],
      async () => Number(await redis.call('GET', 'n')) >= 100,
      () => redis.stop(),
    );
    expect(lost.code).toBe(2);
    expect(lost.output).toContain(`The connection to ${to} was lost`);
    expect(lost.output).toMatch(/To resume, type the same command with: --from redis\.aof:\d+/);
  }, 60_000);

  test('a password is taken from the address or the environment; without it nothing is sent', async () => {
    const path = write(resp('SET', 'a', 1));
    const { redis, to } = await server('--requirepass', 'secret');
    const refused = runAof(['replay', path, '--to', to]);
    expect(refused).toMatchObject({ status: 3, stdout: '' });
    expect(refused.stderr).toContain('NOAUTH');
    expect(runAof(['replay', path, '--to', `redis://:wrong@${to}`]).stderr).toContain('WRONGPASS');
    expect(runAof(['replay', path, '--to', `redis://:secret@${to}`]).status).toBe(0);
    await redis.stop();
  }, 60_000);
});

/** Starts a replay, and does something (Ctrl-C, unless told otherwise) once `reached` says so. */
async function interrupted(
  args: readonly string[],
  reached: () => Promise<boolean>,
  act?: () => Promise<void>,
): Promise<{ code: number | null; output: string }> {
  const bin = fileURLToPath(new URL('../../../bin/run.js', import.meta.url));
  const child = spawn(process.execPath, [bin, 'aof', 'replay', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  while (child.exitCode === null && !(await reached()));
  if (act === undefined) child.kill('SIGINT');
  else await act();
  const code = child.exitCode ?? ((await once(child, 'close')) as [number | null])[0];
  return { code, output };
}
