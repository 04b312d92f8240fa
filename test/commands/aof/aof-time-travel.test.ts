import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { resp } from '../../persistence/aof/aof-bytes.js';
import {
  hasRedis,
  RedisProcess,
  removeDirectories,
  temporaryDirectory,
} from '../../persistence/redis-process.js';
import { runAof, runJson } from './aof-run.js';

const describeRedis = hasRedis() ? describe : describe.skip;

afterAll(removeDirectories);

const LOG =
  resp('SELECT', 0) +
  '#TS:1700000000\r\n' +
  resp('SET', 'user:1', 'ann') +
  resp('SET', 'user:2', 'bob') +
  '#TS:1700000100\r\n' +
  resp('MULTI') +
  resp('DEL', 'user:1') +
  resp('INCR', 'deleted') +
  resp('EXEC') +
  '#TS:1700000200\r\n' +
  resp('FLUSHALL') +
  resp('SELECT', 3) +
  resp('SET', 'after', '\xff\0');

function log(): string {
  const path = join(temporaryDirectory(), 'redis.aof');
  writeFileSync(path, LOG, 'latin1');
  return path;
}

test('history tells every command that touched a key, with offset, time and database', () => {
  const { result } = runJson(['history', log(), 'user:1']);
  expect(result).toEqual({
    key: 'user:1',
    complete: true,
    entries: [
      {
        file: 'redis.aof',
        offset: LOG.indexOf(resp('SET', 'user:1', 'ann')),
        db: 0,
        time: 1700000000,
        command: 'SET user:1 ann',
      },
      {
        file: 'redis.aof',
        offset: LOG.indexOf(resp('DEL', 'user:1')),
        db: 0,
        time: 1700000100,
        command: 'DEL user:1',
      },
      {
        file: 'redis.aof',
        offset: LOG.indexOf(resp('FLUSHALL')),
        db: 0,
        time: 1700000200,
        command: 'FLUSHALL',
      },
    ],
  });
});

/** Restores, and gives what the restored file holds. */
function restored(args: readonly string[]): { text: string; directory: string } {
  const directory = join(temporaryDirectory(), 'restored');
  const { status, stderr } = runAof([...args, '-o', directory]);
  if (status !== 0) throw new Error(stderr);
  return { text: readFileSync(join(directory, 'appendonlydir', 'redis.aof'), 'latin1'), directory };
}

test('undo flushall restores what came before it', () => {
  expect(restored(['undo', log(), 'flushall']).text).toBe(LOG.slice(0, LOG.indexOf(resp('FLUSHALL'))));
});

test.each([
  ['1700000150', '#TS:1700000200'],
  ['2023-11-14T22:14:00Z', '#TS:1700000100'],
  ['before:del user:1', resp('MULTI')],
  ['before:"set" "user:2"', resp('SET', 'user:2', 'bob')],
  [String(LOG.indexOf(resp('INCR', 'deleted'))), resp('MULTI')],
  [`redis.aof:${LOG.indexOf(resp('SET', 'user:2', 'bob')) + 3}`, resp('SET', 'user:2', 'bob')],
])('restore --to %s stops in front of %j, never inside a transaction', (to, next) => {
  expect(restored(['restore', log(), '--to', to]).text).toBe(LOG.slice(0, LOG.indexOf(next)));
});

test.each([
  [['--to', 'before:hset'], /no hset stands in the data/],
  [['--to', '99999'], /behind the end/],
  [['--to', 'yesterday'], /expected a time/],
])('restore %j exits with 3 and makes nothing', (args, message) => {
  const { status, stderr } = runAof(['restore', log(), ...args, '-o', join(temporaryDirectory(), 'x')]);
  expect(status).toBe(3);
  expect(stderr).toMatch(message);
});

test('restore does not write into a directory that holds something', () => {
  const path = log();
  const { status, stderr } = runAof(['undo', path, 'flushall', '-o', join(path, '..')]);
  expect(status).toBe(3);
  expect(stderr).toContain('not empty');
});

test('export to JSON lines and import give the same operations back', () => {
  const exported = runAof(['export', log()]).stdout;
  expect(JSON.parse(exported.trim().split('\n').at(-1)!)).toEqual({
    db: 3,
    time: 1700000200,
    file: 'redis.aof',
    offset: LOG.indexOf(resp('SET', 'after', '\xff\0')),
    command: 'SET',
    args: ['after', { base64: '/wA=' }],
  });
  const path = join(temporaryDirectory(), 'imported.aof');
  expect(runAof(['import', '-', '-o', path], exported).status).toBe(0);
  const withoutPlaces = (text: string): unknown[] =>
    text
      .trim()
      .split('\n')
      .map((line) => ({ ...(JSON.parse(line) as object), file: '', offset: 0 }));
  expect(withoutPlaces(runAof(['export', path]).stdout)).toEqual(withoutPlaces(exported));
  expect(runAof(['check', path]).status).toBe(0);
});

test('export as commands can be imported, and filters choose operations', () => {
  const commands = runAof(['export', log(), '--commands']).stdout;
  expect(commands).toContain('SELECT 3\nSET after "\\xff\\x00"\n');
  const path = join(temporaryDirectory(), 'imported.aof');
  expect(runAof(['import', '-', '-o', path, '--no-checksum'], commands).status).toBe(0);
  expect(readFileSync(path, 'latin1')).toBe(LOG.replace(/#TS:\d+\r\n/g, ''));
  const some = runAof(['export', log(), '--csv', '--key', 'user:2', '--until', '1700000100']).stdout;
  expect(some.split('\n')).toEqual([
    expect.stringContaining('file,offset'),
    expect.stringContaining('SET,user:2,user:2 bob'),
    '',
  ]);
});

test('an input that cannot be understood is refused with its line and writes nothing', () => {
  const path = join(temporaryDirectory(), 'imported.aof');
  const { status, stderr } = runAof(['import', '-', '-o', path], 'SET a b\n{"db":0}\n');
  expect(status).toBe(3);
  expect(stderr).toContain('line 2');
  expect(() => readFileSync(path)).toThrow('ENOENT');
});

describeRedis('with redis-server', () => {
  test('it loads what was restored and imported', async () => {
    const { directory } = restored(['undo', log(), 'flushall']);
    const redis = await RedisProcess.start(directory, '--appendonly', 'yes', '--appendfilename', 'redis.aof');
    expect(String(await redis.call('GET', 'user:2'))).toBe('bob');
    expect(String(await redis.call('GET', 'deleted'))).toBe('1');
    await redis.stop();
  }, 60_000);
});
