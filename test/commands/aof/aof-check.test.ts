import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { checksummed, resp } from '../../persistence/aof/aof-bytes.js';
import {
  hasRedis,
  RedisProcess,
  removeDirectories,
  temporaryDirectory,
} from '../../persistence/redis-process.js';
import { runAof, runJson } from './aof-run.js';

afterAll(removeDirectories);

const SETS = Array.from({ length: 10 }, (_, i) => resp('SET', `key:${i}`, `value ${i}`)).join('');

function aof(bytes: Buffer | string): string {
  const path = join(temporaryDirectory(), 'redis.aof');
  writeFileSync(path, bytes, 'latin1');
  return path;
}

/** A multi-part set of files of these contents, by name. */
function set(manifest: string, files: Record<string, string>): string {
  const directory = join(temporaryDirectory(), 'appendonlydir');
  mkdirSync(directory);
  writeFileSync(join(directory, 'redis.aof.manifest'), manifest);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text, 'latin1');
  return directory;
}

test('a sound file exits with 0 and says how much was read', () => {
  const { status, stdout } = runAof(['check', aof(SETS)]);
  expect(status).toBe(0);
  expect(stdout).toContain('redis.aof: sound, ');
  expect(stdout).toContain('10 records');
});

test('a cut file exits with 1 and names the command that repairs it, which does', () => {
  const path = aof(SETS + '*3\r\n$3\r\nSET\r\n$5');
  const { status, stdout } = runAof(['check', path]);
  expect(status).toBe(1);
  expect(stdout).toContain(`check --fix ${path}`);
  const fixed = runAof(['check', '--fix', '--yes', path]);
  expect(fixed.status).toBe(0);
  expect(readFileSync(path, 'latin1')).toBe(SETS);
  expect(readFileSync(`${path}.cut-at-${SETS.length}`, 'latin1')).toBe('*3\r\n$3\r\nSET\r\n$5');
  expect(runAof(['check', path]).status).toBe(0);
});

test('without a terminal --fix asks in vain and changes nothing', () => {
  const path = aof(SETS + '*3\r\n');
  expect(runAof(['check', '--fix', path]).status).toBe(1);
  expect(readFileSync(path, 'latin1')).toBe(SETS + '*3\r\n');
});

test('altered bytes exit with 2, and --fix does not cut the sound records behind them away', () => {
  const altered = SETS.replace('$7\r\nvalue 4', '$9\r\nvalue 4');
  const path = aof(altered);
  const { status, stdout } = runAof(['check', path]);
  expect(status).toBe(2);
  expect(stdout).toContain('repair');
  expect(runAof(['check', '--fix', '--yes', path]).status).toBe(2);
  expect(readFileSync(path, 'latin1')).toBe(altered);
});

test('a length that was altered so that it leads beyond the end is not taken for a cut', () => {
  const { status, result } = runJson(['check', aof(SETS.replace('$7\r\nvalue 4', '$7777\r\nvalue 4'))]);
  expect(status).toBe(2);
  expect(result['files']).toMatchObject([{ damage: { kind: 'length' } }]);
});

test('a byte altered inside a value is found by its checksum', () => {
  const bytes = checksummed(resp('SET', 'first', '1'), SETS);
  bytes[bytes.indexOf('value 2')]! ^= 1;
  const { status, result } = runJson(['check', aof(bytes)]);
  expect(status).toBe(2);
  expect(result).toMatchObject({ status: 'damaged', files: [{ damage: { kind: 'checksum' } }] });
});

test('a file that the manifest names and that is missing is damage', () => {
  const path = set('file redis.aof.1.base.aof seq 1 type b\nfile redis.aof.1.incr.aof seq 1 type i\n', {
    'redis.aof.1.incr.aof': SETS,
  });
  const { status, stdout } = runAof(['check', path]);
  expect(status).toBe(2);
  expect(stdout).toContain('redis.aof.1.base.aof: missing');
});

test('a cut is damage in any file but the last', () => {
  const manifest = 'file a.1.base.aof seq 1 type b\nfile a.1.incr.aof seq 1 type i\n';
  const cut = SETS + '*3\r\n$3\r\nSET';
  expect(runAof(['check', set(manifest, { 'a.1.base.aof': cut, 'a.1.incr.aof': SETS })]).status).toBe(2);
  expect(runAof(['check', set(manifest, { 'a.1.base.aof': SETS, 'a.1.incr.aof': cut })]).status).toBe(1);
});

test.each([
  ['a path that does not exist', () => '/nowhere/at-all.aof', /does not exist/],
  ['a directory without an AOF', () => temporaryDirectory(), /holds no \*\.manifest/],
  ['a manifest with a path in it', () => set('file ../x seq 1 type b\n', {}), /line 1.*just a filename/],
])('%s exits with 3 and one line', (_, path, message) => {
  const { status, stderr } = runAof(['check', path()]);
  expect(status).toBe(3);
  expect(stderr).toMatch(message);
});

test('an unknown flag exits with 3', () => {
  expect(runAof(['check', aof(SETS), '--frobnicate']).status).toBe(3);
});

test('an empty file is sound, and no AOF at all is damaged from its first byte on', () => {
  expect(runAof(['check', aof('')]).status).toBe(0);
  const { status, result } = runJson(['check', aof('Dear diary, today I lost my data.\n')]);
  expect(status).toBe(2);
  expect(result['files']).toMatchObject([{ soundTo: 0, damage: { kind: 'format', offset: 0 } }]);
});

(hasRedis() ? describe : describe.skip)('with files of redis-server', () => {
  test('a multi-part AOF with an RDB base is sound, and a flipped byte in the base is not', async () => {
    const directory = temporaryDirectory();
    const redis = await RedisProcess.start(directory, '--appendonly', 'yes', '--appendfsync', 'always');
    await redis.call('SET', 'a', 'in the base');
    await redis.call('BGREWRITEAOF');
    while (/aof_rewrite_in_progress:1|aof_rewrite_scheduled:1/.test(await redis.client.info('persistence')));
    await redis.call('SET', 'b', 'in the increment');
    await redis.stop();
    const { status, result } = runJson(['check', directory]);
    expect(status).toBe(0);
    expect(result['files']).toMatchObject([
      { role: 'base', snapshot: { keys: 1, checksumVerified: true } },
      { records: 2 },
    ]);
    const base = join(directory, 'appendonlydir', 'appendonly.aof.2.base.rdb');
    expect(existsSync(base)).toBe(true);
    const bytes = readFileSync(base);
    bytes[bytes.indexOf('in the base')]! ^= 1;
    writeFileSync(base, bytes);
    expect(runJson(['check', directory]).result['files']).toMatchObject([
      { damage: { kind: 'snapshot-checksum' } },
      {},
    ]);
  }, 60_000);
});
