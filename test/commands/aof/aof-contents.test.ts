import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import {
  hasRedis,
  RedisProcess,
  removeDirectories,
  temporaryDirectory,
} from '../../persistence/redis-process.js';
import { runAof } from './aof-run.js';

afterAll(removeDirectories);

const AOF = ['--appendonly', 'yes', '--appendfilename', 'redis.aof'];

/** Everything that clients can see of a server's data, value by value, with expire times and consumer groups. */
async function contents(redis: RedisProcess): Promise<Record<string, unknown>> {
  const { client } = redis;
  const found: Record<string, unknown> = {};
  for (const db of [0, 3]) {
    await client.select(db);
    for (const key of (await client.keys('*')).sort()) {
      const type = await client.type(key);
      const expireAtMs = await client.call('PEXPIRETIME', key);
      found[`${db}:${key}`] = [type, expireAtMs, await valueOf(redis, type, key)];
    }
  }
  await client.select(0);
  return found;
}

async function valueOf(redis: RedisProcess, type: string, key: string): Promise<unknown> {
  const hex = (reply: unknown): unknown =>
    Buffer.isBuffer(reply) ? reply.toString('latin1') : Array.isArray(reply) ? reply.map(hex) : reply;
  const ask = async (...args: string[]): Promise<unknown> => hex(await redis.call(...args));
  switch (type) {
    case 'string':
      return ask('GET', key);
    case 'list':
      return ask('LRANGE', key, '0', '-1');
    case 'set':
      return ((await ask('SMEMBERS', key)) as string[]).sort();
    case 'zset':
      return ask('ZRANGE', key, '0', '-1', 'WITHSCORES');
    case 'hash': {
      const flat = (await ask('HGETALL', key)) as string[];
      return flat.flatMap((field, i) => (i % 2 === 0 ? [`${field}=${flat[i + 1]}`] : [])).sort();
    }
    default:
      return streamOf(await ask('XINFO', 'STREAM', key, 'FULL'));
  }
}

/** Without what no file of commands keeps: how the entries are packed, and when a consumer was last seen. */
function streamOf(info: unknown): unknown {
  if (!Array.isArray(info)) return info;
  const dropped = ['radix-tree-keys', 'radix-tree-nodes', 'seen-time', 'active-time'];
  return info
    .filter(
      (one, i) => !dropped.includes(String(one)) && !(i % 2 === 1 && dropped.includes(String(info[i - 1]))),
    )
    .map(streamOf);
}

async function fill({ client }: RedisProcess, from: number): Promise<void> {
  for (let i = from; i < from + 40; i++) {
    await client.set(`string:${i}`, Buffer.from([i, 0, 255, 13, 10, 34, 92]));
    await client.rpush('list', i, 'x'.repeat(i * 3));
    await client.sadd('ints', i);
    await client.sadd('members', `member ${i}`);
    await client.zadd('zset', i / 7, `member ${i}`, '+inf', 'most', '-1e-300', 'small');
    await client.hset('hash', `field ${i}`, i, Buffer.from([200, i]), 'binary');
    await client.xadd('stream', `${i + 1}-1`, 'n', i, 'other', 'y');
    if (i % 5 === 0) await client.call('PEXPIREAT', `string:${i}`, 4_102_444_800_000 + i);
  }
  await client.call('PEXPIREAT', 'list', 4_102_444_800_123);
  await client.xdel('stream', `${from + 3}-1`);
  await client.setrange('large', 100_000, `end ${from}`);
  await client.select(3);
  await client.multi().set('in database 3', from).hset('hash 3', 'a', 'b').exec();
  await client.select(0);
}

(hasRedis() ? describe : describe.skip)('with redis-server', () => {
  test('what rewrite, convert, import, restore and undo write is loaded with the same contents, value by value', async () => {
    const directory = temporaryDirectory();
    const source = await RedisProcess.start(directory, ...AOF);
    await fill(source, 0);
    await source.client.xgroup('CREATE', 'stream', 'group', '0');
    await source.call('XREADGROUP', 'GROUP', 'group', 'one', 'COUNT', '5', 'STREAMS', 'stream', '>');
    await source.call('BGREWRITEAOF');
    while (/aof_rewrite_(in_progress|scheduled):1/.test(await source.client.info('persistence')));
    await fill(source, 40);
    await source.call('XACK', 'stream', 'group', '1-1');
    await source.call('XREADGROUP', 'GROUP', 'group', 'two', 'COUNT', '5', 'STREAMS', 'stream', '>');
    const expected = await contents(source);
    await source.call('FLUSHALL');
    await source.stop();
    const out = temporaryDirectory();
    const before = join(out, 'undone');
    const run = (args: string[], input = ''): void => {
      const { status, stderr } = runAof(args, input);
      if (status !== 0) throw new Error(`${args.join(' ')}: ${status} ${stderr}`);
    };
    run(['undo', directory, 'flushall', '-o', before]);
    const exported = (format: string): string => runAof(['export', before, format]).stdout;
    const single = (name: string): string => join(out, name, name.endsWith('rdb') ? 'dump.rdb' : 'redis.aof');
    run(['rewrite', before, '-o', join(out, 'rewrite')]);
    run(['rewrite', before, '--base', 'aof', '-o', join(out, 'rewrite-base-aof')]);
    run(['rewrite', before, '--single', '-o', single('rewrite-single-rdb')]);
    run(['rewrite', before, '--single', '--base', 'aof', '-o', single('rewrite-single-aof')]);
    run(['convert', before, '--to', 'rdb', '-o', single('convert-rdb')]);
    run([
      'convert',
      single('convert-rdb'),
      '--to',
      'multi',
      '--appendfilename',
      'redis.aof',
      '-o',
      join(out, 'convert-multi'),
    ]);
    run(['convert', join(out, 'convert-multi'), '--to', 'aof', '-o', single('convert-aof')]);
    run(['import', '-', '-o', single('import-aof')], exported('--ndjson'));
    run(['import', '-', '-o', single('import-rdb')], exported('--commands'));
    run(['restore', before, '--to', '4102444800', '-o', join(out, 'restore')]);
    for (const name of [
      'undone',
      'rewrite',
      'rewrite-base-aof',
      'rewrite-single-rdb',
      'rewrite-single-aof',
      'convert-rdb',
      'convert-multi',
      'convert-aof',
      'import-aof',
      'import-rdb',
      'restore',
    ]) {
      const options = name.endsWith('rdb') ? [] : AOF;
      const redis = await RedisProcess.start(join(out, name), ...options);
      const found = await contents(redis);
      await redis.stop();
      expect([name, found]).toEqual([name, expected]);
    }
  }, 120_000);

  test('expire times of hash fields are kept, and who needs a newer Redis for them is told', () => {
    const out = temporaryDirectory();
    const file = join(out, 'lines');
    writeFileSync(file, 'HSET h a 1 b 2\nHPEXPIREAT h 4102444800000 FIELDS 1 a\n');
    const told = /Redis 7\.4 and newer/;
    expect(runAof(['import', file, '-o', join(out, 'a.aof')]).status).toBe(0);
    for (const args of [
      ['import', file, '-o', join(out, 'a.rdb')],
      ['convert', join(out, 'a.aof'), '--to', 'rdb', '-o', join(out, 'b.rdb')],
      ['rewrite', join(out, 'a.aof'), '-o', join(out, 'c')],
    ]) {
      const { status, stderr } = runAof(args);
      expect([args[0], status, stderr]).toEqual([args[0], 0, expect.stringMatching(told)]);
      expect(runAof(['diff', join(out, 'a.aof'), args.at(-1)!])).toMatchObject({ status: 0 });
    }
    const { stdout } = runAof(['history', join(out, 'c'), 'h']);
    expect(stdout).toContain('HPEXPIREAT h 4102444800000 FIELDS 1 a');
  }, 60_000);
});
