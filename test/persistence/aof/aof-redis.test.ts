import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { formatManifest, parseManifest } from '../../../src/persistence/aof/manifest.js';
import { hasRedis, RedisProcess, removeDirectories, temporaryDirectory } from '../redis-process.js';
import { checksummed, latin1, readAll, resp } from './aof-bytes.js';

const describeRedis = hasRedis() ? describe : describe.skip;
const AOF = ['--appendonly', 'yes', '--appendfsync', 'always', '--appendfilename', 'redis.aof'];

afterAll(removeDirectories);

/** Up to which offset redis-check-aof finds the file sound, and whether it finds it sound as a whole. */
function redisCheck(path: string): { soundTo: number; valid: boolean } {
  const { stdout, status } = spawnSync('redis-check-aof', [path], { encoding: 'latin1' });
  const soundTo = /ok_up_to=(\d+)/.exec(stdout)?.[1];
  return { soundTo: Number(soundTo ?? 0), valid: status === 0 };
}

/** The verdicts of both on these bytes, theirs first. */
function verdicts(path: string, bytes: Buffer): [unknown, unknown] {
  writeFileSync(path, bytes);
  const { reader } = readAll(bytes);
  return [redisCheck(path), { soundTo: reader.soundTo, valid: reader.damage === null }];
}

const SAMPLE = latin1(
  resp('SELECT', 0) +
    resp('SET', 'key', 'a value of 20 bytes.') +
    resp('MULTI') +
    resp('INCR', 'n') +
    resp('SET', 'binary', '\r\n*1\r\n$4\r\nPING\r\n') +
    resp('EXEC') +
    resp('DEL', 'key'),
);

describeRedis('AOF files and redis-check-aof', () => {
  test('a file cut at any byte is sound up to the same offset for both', () => {
    const path = join(temporaryDirectory(), 'cut.aof');
    for (let size = 0; size <= SAMPLE.length; size++) {
      const [theirs, ours] = verdicts(path, SAMPLE.subarray(0, size));
      expect([size, ours]).toEqual([size, theirs]);
    }
  }, 60_000);

  test('a file with any altered byte is sound up to the same offset for both', () => {
    const path = join(temporaryDirectory(), 'altered.aof');
    for (let at = 0; at < SAMPLE.length; at++) {
      const altered = Buffer.from(SAMPLE);
      altered[at] = altered[at] === 0x31 ? 0x37 : 0x31;
      const [theirs, ours] = verdicts(path, altered);
      expect([at, ours]).toEqual([at, theirs]);
    }
  }, 60_000);

  test('redis-server and redis-check-aof accept checksum annotations, inside a transaction and outside', async () => {
    const directory = temporaryDirectory();
    const path = join(directory, 'redis.aof');
    const inside =
      resp('MULTI') + resp('SET', 'a', '1') + '#CRC:00000000:0:0\r\n' + resp('INCR', 'a') + resp('EXEC');
    const bytes = checksummed(resp('SET', 'key', 'value'), inside, resp('SET', 'last', 'one'));
    writeFileSync(path, bytes);
    expect(redisCheck(path).valid).toBe(true);
    const redis = await RedisProcess.start(directory, ...AOF);
    expect(String(await redis.call('GET', 'a'))).toBe('2');
    expect(await redis.client.dbsize()).toBe(3);
    await redis.stop();
  }, 60_000);

  test('every record of a multi-part AOF is read, with a base of either format and timestamps', async () => {
    const directory = temporaryDirectory();
    const redis = await RedisProcess.start(
      directory,
      ...AOF,
      '--aof-timestamp-enabled',
      'yes',
      '--aof-use-rdb-preamble',
      'no',
    );
    await redis.call('SET', 'a', 1);
    await redis.client.multi().incr('a').incr('b').exec();
    await redis.call('BGREWRITEAOF');
    while (/aof_rewrite_in_progress:1|aof_rewrite_scheduled:1/.test(await redis.client.info('persistence')));
    await redis.call('SET', 'c', Buffer.from([0, 13, 10, 255]));
    await redis.stop();
    const files = join(directory, 'appendonlydir');
    const manifest = parseManifest(readFileSync(join(files, 'redis.aof.manifest')));
    expect(manifest.base?.name).toBe('redis.aof.2.base.aof');
    const base = readAll(readFileSync(join(files, manifest.base!.name)));
    expect(base.reader.damage).toBeNull();
    expect(base.records).toContainEqual(['SET', 'a', '2']);
    const increment = readAll(readFileSync(join(files, manifest.increments.at(-1)!.name)));
    expect(increment.records.at(-1)).toEqual(['SET', 'c', '\0\r\n\xff']);
    expect([...base.annotations, ...increment.annotations].at(-1)).toMatch(/^#TS:\d+\r\n$/);
  }, 60_000);

  test('a manifest for files with a space and a quote in their names is the one that Redis writes', async () => {
    const directory = temporaryDirectory();
    const redis = await RedisProcess.start(
      directory,
      '--appendonly',
      'yes',
      '--appendfilename',
      'my "aof" ü.aof',
    );
    await redis.call('SET', 'a', 1);
    await redis.stop();
    const files = join(directory, 'appendonlydir');
    const name = readdirSync(files).find((file) => file.endsWith('.manifest'));
    const bytes = readFileSync(join(files, name!));
    const manifest = parseManifest(bytes);
    expect(readdirSync(files)).toContain(manifest.base?.name);
    expect(formatManifest(manifest).equals(bytes)).toBe(true);
  }, 60_000);
});
