import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execFileSync } from 'node:child_process';
import { afterAll, describe, expect, test } from '@jest/globals';
import { Bytes } from '../../../src/bytes/bytes.js';
import { DumpWriter, isDumpPayload, readDumpPayload } from '../../../src/persistence/rdb/dump-payload.js';
import { RdbReader } from '../../../src/persistence/rdb/rdb-reader.js';
import { RdbWriter } from '../../../src/persistence/rdb/rdb-writer.js';
import { hasRedis, RedisProcess, removeDirectories, temporaryDirectory } from '../redis-process.js';
import { BufferSink, record, recordInParts } from './rdb-file.js';
import { Recorder } from './recorder.js';

const describeRedis = hasRedis() ? describe : describe.skip;

afterAll(removeDirectories);

/** Keys of every type and every encoding that redis-server 7.0 writes. */
async function fill(redis: RedisProcess): Promise<void> {
  const call = redis.call.bind(redis);
  for (const value of ['', '0', '-1', '127', '-129', '40000', '-2147483648', '2147483648', '007', 'text']) {
    await call('SET', `string:${value}`, value);
  }
  await call('SET', 'string:long', 'abcdefgh'.repeat(5000));
  await call(
    'SET',
    'string:noise',
    Buffer.from(Array.from({ length: 70_000 }, (_, i) => (i * i * 31 + (i >> 3)) & 255)),
  );
  await call('SET', 'string:huge', Buffer.alloc(1_500_000, 'xyz12'));
  await call('SET', Buffer.from([0, 255, 13, 10]), Buffer.from([255, 0, 10, 13]));
  await call('SET', 'expiring', 'soon', 'PXAT', 4_102_444_800_123);
  const numbers = [
    '0',
    '127',
    '128',
    '-1',
    '4095',
    '-4096',
    '4096',
    '32767',
    '-32768',
    '32768',
    '8388607',
    '-8388608',
    '8388608',
    '2147483647',
    '-2147483648',
    '2147483648',
    '9007199254740993',
    '-9223372036854775808',
    '9223372036854775807',
  ];
  await call('RPUSH', 'list:numbers', ...numbers);
  await call(
    'RPUSH',
    'list:lengths',
    ...[0, 1, 63, 64, 127, 128, 4095, 4096, 20_000].map((length) => 'z'.repeat(length)),
  );
  const many = Array.from({ length: 5000 }, (_, i) => `element:${i}:${'p'.repeat(i % 60)}`);
  await call('RPUSH', 'list:large', ...many);
  await call('SADD', 'set:small', ...many.slice(0, 20));
  await call('SADD', 'set:large', ...many);
  await call('SADD', 'set:int16', 1, 2, 3, -32768);
  await call('SADD', 'set:int32', 1, 2, 70_000);
  await call('SADD', 'set:int64', 1, 2, '9223372036854775807', '-9223372036854775808');
  await call('SADD', 'set:ints', ...Array.from({ length: 2000 }, (_, i) => i * 3));
  await call('HSET', 'hash:small', ...numbers, 'last');
  await call('HSET', 'hash:large', ...many.slice(0, 600));
  await call('HSET', 'hash:value', 'field', 'v'.repeat(100));
  const scores = ['-inf', '-1.5', '-0', '0', '1', '3.14159', '1e300', '5e-324', '9007199254740993', 'inf'];
  await call('ZADD', 'zset:small', ...scores.flatMap((score, i) => [score, `m${i}`]));
  await call('ZADD', 'zset:large', ...many.slice(0, 500).flatMap((member, i) => [i / 7, member]));
  await fillStreams(redis);
  await call('FUNCTION', 'LOAD', "#!lua name=mylib\nredis.register_function('f', function() return 1 end)");
  await call('SELECT', 9);
  await call('SET', 'in nine', 'yes');
  await call('SELECT', 0);
}

async function fillStreams(redis: RedisProcess): Promise<void> {
  const call = redis.call.bind(redis);
  for (let i = 1; i <= 350; i++) {
    await call('XADD', 'stream:large', `${1000 + i}-${i % 5}`, 'field', `v${i}`, 'number', i);
  }
  await call('XADD', 'stream:mixed', '1-1', 'a', '1', 'b', '2');
  await call('XADD', 'stream:mixed', '1-2', 'b', '2');
  await call('XADD', 'stream:mixed', '18446744073709551614-18446744073709551615', '7', '-8');
  await call('XDEL', 'stream:mixed', '1-2');
  await call('XGROUP', 'CREATE', 'stream:large', 'group', '0');
  await call('XGROUP', 'CREATE', 'stream:large', 'tail', '$');
  await call('XREADGROUP', 'GROUP', 'group', 'ann', 'COUNT', 5, 'STREAMS', 'stream:large', '>');
  await call('XREADGROUP', 'GROUP', 'group', 'bob', 'COUNT', 3, 'STREAMS', 'stream:large', '>');
  await call('XACK', 'stream:large', 'group', '1002-2');
  await call('XGROUP', 'CREATE', 'stream:empty', 'group', '$', 'MKSTREAM');
}

async function keysByCall(redis: RedisProcess): Promise<Set<string>> {
  const names = new Set<string>();
  for (const db of [0, 9]) {
    await redis.call('SELECT', db);
    for (const key of (await redis.call('KEYS', '*')) as Buffer[])
      names.add(`${db}:${key.toString('latin1')}`);
  }
  await redis.call('SELECT', 0);
  return names;
}

describeRedis('RDB files of redis-server', () => {
  test('every key of a file it saved is read, whichever way the chunks fall', async () => {
    const directory = temporaryDirectory();
    const redis = await RedisProcess.start(directory, '--enable-debug-command', 'yes');
    await fill(redis);
    await redis.call('SAVE');
    const names = await keysByCall(redis);
    const file = readFileSync(join(directory, 'dump.rdb'));
    const whole = record(file);
    expect(new Set(whole.keys.keys())).toEqual(names);
    expect(whole.auxFields.get('redis-ver')).toMatch(/^7\./);
    expect(whole.libraries).toHaveLength(1);
    expect(whole.keys.get('0:expiring')?.meta.expireAtMs).toBe(4_102_444_800_123);
    expect(whole.keys.get('0:list:numbers')?.value).toContain('-9223372036854775808');
    expect(whole.keys.get('0:zset:small')?.value).toContainEqual(['m7', 5e-324]);
    for (const part of [97, 65_537]) {
      expect(recordInParts(file, part).keys).toEqual(whole.keys);
    }
    await redis.stop();
  }, 60_000);

  test.each([
    { compression: true, checksum: true },
    { compression: false, checksum: false },
  ])(
    'a copy written with %j loads into redis-server with the same contents',
    async (options) => {
      const directory = temporaryDirectory();
      const redis = await RedisProcess.start(directory, '--enable-debug-command', 'yes');
      await fill(redis);
      await redis.call('SAVE');
      const digest = await redis.digest();
      await redis.stop();
      const path = join(directory, 'dump.rdb');
      const file = readFileSync(path);
      const sink = new BufferSink();
      const writer = new RdbWriter(sink, options);
      RdbReader.ofBytes(new Bytes(file), writer).read();
      writer.finish();
      expect(record(sink.bytes).keys).toEqual(record(file).keys);
      writeFileSync(path, sink.bytes);
      expect(execFileSync('redis-check-rdb', [path]).toString()).toContain('RDB looks OK');
      const again = await RedisProcess.start(
        directory,
        '--enable-debug-command',
        'yes',
        '--sanitize-dump-payload',
        'yes',
      );
      expect(await again.digest()).toBe(digest);
      expect(String(await again.call('XINFO', 'STREAM', 'stream:large', 'FULL'))).toContain('ann');
      await again.stop();
    },
    60_000,
  );

  test('DUMP payloads go both ways', async () => {
    const directory = temporaryDirectory();
    const redis = await RedisProcess.start(
      directory,
      '--enable-debug-command',
      'yes',
      '--sanitize-dump-payload',
      'yes',
    );
    await fill(redis);
    const digest = await redis.digest();
    const names = ((await redis.call('KEYS', '*')) as Buffer[]).filter(
      (name) => !name.equals(Buffer.from('expiring')),
    );
    for (const name of names) {
      const payload = new Bytes((await redis.call('DUMP', name)) as Buffer);
      expect(isDumpPayload(payload)).toBe(true);
      const writer = new DumpWriter();
      const meta = { expireAtMs: -1, idleSeconds: -1, frequency: -1 };
      readDumpPayload(payload, new Bytes(name), meta, writer);
      expect(await redis.call('RESTORE', name, 0, writer.payload(), 'REPLACE')).toEqual(Buffer.from('OK'));
    }
    expect(await redis.digest()).toBe(digest);
    await redis.stop();
  }, 60_000);

  test('LRU and LFU information is read and written', async () => {
    const directory = temporaryDirectory();
    const redis = await RedisProcess.start(directory, '--maxmemory-policy', 'allkeys-lfu');
    await redis.call('SET', 'key', 'value');
    await redis.call('SAVE');
    const file = readFileSync(join(directory, 'dump.rdb'));
    await redis.stop();
    const sink = new BufferSink();
    const writer = new RdbWriter(sink);
    const reader = RdbReader.ofBytes(new Bytes(file), writer);
    reader.read();
    writer.finish();
    expect(reader.checksumVerified).toBe(true);
    expect(record(sink.bytes).keys.get('0:key')?.meta).toEqual({
      expireAtMs: -1,
      idleSeconds: -1,
      frequency: 5,
    });
  }, 60_000);
});

test('a payload with a wrong checksum, a newer version or too few bytes is no DUMP payload', () => {
  const writer = new DumpWriter();
  const recorder = new Recorder();
  const meta = { expireAtMs: -1, idleSeconds: -1, frequency: -1 };
  writer.string(Bytes.from('ignored'), Bytes.from('value'), meta);
  const payload = writer.payload();
  readDumpPayload(new Bytes(payload), Bytes.from('key'), meta, recorder);
  expect(recorder.keys.get('0:key')?.value).toBe('value');
  for (let at = 0; at < payload.length; at++) {
    const altered = Buffer.from(payload);
    altered[at]! ^= 4;
    expect(isDumpPayload(new Bytes(altered))).toBe(false);
  }
  expect(isDumpPayload(new Bytes(payload.subarray(0, 9)))).toBe(false);
});
