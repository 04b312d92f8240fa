import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, cpSync, readFileSync, writeFileSync } from 'node:fs';
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

const AOF = ['--appendonly', 'yes', '--appendfilename', 'redis.aof', '--enable-debug-command', 'yes'];

const BIN = fileURLToPath(new URL('../../../bin/run.js', import.meta.url));

afterAll(removeDirectories);

function write(text: string): string {
  const path = join(temporaryDirectory(), 'redis.aof');
  writeFileSync(path, text, 'latin1');
  return path;
}

test('stats count by command, database, prefix, time and key', () => {
  const text =
    '#TS:1700000000\r\n' +
    resp('SET', 'user:1', 'a') +
    resp('INCR', 'hits') +
    resp('INCR', 'hits') +
    resp('SELECT', 1);
  const { status, result } = runJson(['stats', write(text)]);
  expect(status).toBe(0);
  expect(result).toMatchObject({
    commands: 4,
    byCommand: [{ name: 'INCR', commands: 2 }, { name: 'SET' }, { name: 'SELECT' }],
    byPrefix: [
      { name: '(none)', commands: 2 },
      { name: 'user:', commands: 1 },
    ],
    byTime: [{ name: '2023-11-14T22:00:00Z', commands: 4 }],
    busiestKeys: [{ name: 'hits', commands: 2 }, { name: 'user:1' }],
    approximate: false,
  });
});

test('diff tells added, removed and changed keys, whatever the order of commands', () => {
  const a = write(
    resp('SADD', 's', 1, 2, 3) +
      resp('SET', 'gone', 'x') +
      resp('SET', 'v', 1) +
      resp('SET', 't', 1, 'PXAT', 4102444800000),
  );
  const b = write(
    resp('SADD', 's', 3) +
      resp('SADD', 's', 2, 1) +
      resp('SET', 'v', 2) +
      resp('SET', 't', 1) +
      resp('SET', 'new', 1),
  );
  const { status, result } = runJson(['diff', a, b]);
  expect(status).toBe(1);
  const differences = (result['differences'] as { key: string; change: string }[]).map(
    ({ key, change }) => `${key} ${change}`,
  );
  expect(differences.sort()).toEqual(['gone removed', 'new added', 't expiry', 'v value']);
  expect(runAof(['diff', a, a]).status).toBe(0);
});

test('tail shows the last commands and follows a growing file', async () => {
  const path = write(resp('SET', 'a', 1) + resp('SET', 'b', 2));
  expect(runAof(['tail', path, '-n', '1']).stdout).toBe(`${resp('SET', 'a', 1).length}  db0  SET b 2\n`);
  const child = spawn(process.execPath, [BIN, 'aof', 'tail', path, '-f'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const half = resp('MULTI') + resp('DEL', 'a');
  appendFileSync(path, half);
  appendFileSync(path, resp('EXEC') + resp('SET', 'c', 3));
  while (!output.includes('SET c 3')) await once(child.stdout, 'data');
  child.kill('SIGTERM');
  await once(child, 'exit');
  expect(output.match(/DEL a/g)).toHaveLength(1);
}, 30_000);

(hasRedis() ? describe : describe.skip)('with redis-server', () => {
  async function filled(): Promise<{ directory: string; digest: string }> {
    const directory = temporaryDirectory();
    const redis = await RedisProcess.start(directory, ...AOF);
    for (let i = 0; i < 500; i++) {
      await redis.call('SET', `key:${i % 50}`, `value ${i}`);
      await redis.call('RPUSH', 'list', i);
      await redis.call('HSET', 'hash', `field:${i % 200}`, 'x'.repeat(i));
      await redis.call('ZADD', 'zset', i / 3, `member:${i % 300}`);
      await redis.call('SADD', 'set', i % 100, 'word');
    }
    await redis.call('PEXPIREAT', 'key:1', 4_102_444_800_000);
    await redis.client.select(5);
    await redis.call('SET', 'five', Buffer.from([0, 255]));
    const digest = await redis.digest();
    await redis.stop();
    return { directory, digest };
  }

  async function digestOf(directory: string, ...options: readonly string[]): Promise<string> {
    const redis = await RedisProcess.start(directory, '--enable-debug-command', 'yes', ...options);
    const digest = await redis.digest();
    await redis.stop();
    return digest;
  }

  test('tail follows through rewrites, also what was written just before one', async () => {
    const directory = temporaryDirectory();
    const redis = await RedisProcess.start(directory, ...AOF);
    await redis.call('SET', 'user:1', 'first');
    const child = spawn(process.execPath, [BIN, 'aof', 'tail', directory, '-f', '--key', 'user:*'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    while (!output.includes('user:1 first')) await once(child.stdout, 'data');
    for (let round = 0; round < 3; round++) {
      await redis.call('SET', `user:${round}`, `before ${round}`);
      await redis.call('SET', 'other', round);
      await redis.call('BGREWRITEAOF');
      const info = async (): Promise<string> => String(await redis.call('INFO', 'persistence'));
      while (/aof_rewrite_(in_progress|scheduled):1/.test(await info()));
      await redis.call('SET', `user:${round}`, `after ${round}`);
      while (!output.includes(`after ${round}`)) await once(child.stdout, 'data');
    }
    child.kill('SIGTERM');
    await once(child, 'exit');
    await redis.stop();
    const values = output.match(/(first|before \d|after \d)/g);
    const rounds = [0, 1, 2].flatMap((round) => [`before ${round}`, `after ${round}`]);
    expect(values).toEqual(['first', ...rounds]);
    expect(output).not.toContain('other');
  }, 60_000);

  test('expire times of hash fields survive rewrite, convert and import', () => {
    const source = write(
      resp('HSET', 'h', 'f', 1, 'g', 2) + resp('HPEXPIREAT', 'h', 4_102_444_800_000, 'FIELDS', 1, 'f'),
    );
    const out = temporaryDirectory();
    expect(runAof(['rewrite', source, '-o', join(out, 'rewrite')]).status).toBe(0);
    expect(runAof(['convert', source, '--to', 'rdb', '-o', join(out, 'h.rdb')]).status).toBe(0);
    const lines = runAof(['export', join(out, 'h.rdb')]).stdout;
    expect(runAof(['import', '-', '-o', join(out, 'i.rdb')], lines).status).toBe(0);
    for (const name of ['rewrite', 'h.rdb', 'i.rdb']) {
      expect([name, runAof(['diff', source, join(out, name)]).status]).toEqual([name, 0]);
    }
    const without = write(resp('HSET', 'h', 'f', 1, 'g', 2));
    expect(runAof(['diff', source, without]).status).toBe(1);
  }, 60_000);

  test('rewritten and converted files hold the same data', async () => {
    const { directory, digest } = await filled();
    const out = temporaryDirectory();
    const run = (...args: string[]): void => {
      const { status, stderr } = runAof(args);
      if (status !== 0) throw new Error(stderr);
    };
    run('rewrite', directory, '-o', join(out, 'multi-rdb'));
    run('rewrite', directory, '-o', join(out, 'multi-aof'), '--base', 'aof');
    run('convert', directory, '--to', 'rdb', '-o', join(out, 'rdb', 'dump.rdb'));
    run('convert', join(out, 'rdb', 'dump.rdb'), '--to', 'aof', '-o', join(out, 'single', 'redis.aof'));
    run('convert', join(out, 'single', 'redis.aof'), '--to', 'multi', '-o', join(out, 'multi'));
    expect(runJson(['diff', directory, join(out, 'multi')]).result).toMatchObject({ equal: true, keysA: 55 });
    for (const name of ['multi-rdb', 'multi-aof', 'single', 'multi']) {
      expect([name, await digestOf(join(out, name), ...AOF)]).toEqual([name, digest]);
    }
    expect(await digestOf(join(out, 'rdb'))).toBe(digest);
  }, 120_000);

  test('the original is not changed by anything that reads it', async () => {
    const { directory } = await filled();
    const copy = join(temporaryDirectory(), 'copy');
    cpSync(directory, copy, { recursive: true });
    runAof(['rewrite', directory, '-o', join(copy, '..', 'out')]);
    runAof(['repair', directory, '--salvage', '-o', join(copy, '..', 'saved')]);
    const file = join('appendonlydir', 'redis.aof.1.incr.aof');
    expect(readFileSync(join(directory, file)).equals(readFileSync(join(copy, file)))).toBe(true);
  }, 60_000);
});
