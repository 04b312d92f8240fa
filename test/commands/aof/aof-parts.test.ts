import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { resp } from '../../persistence/aof/aof-bytes.js';
import { removeDirectories, temporaryDirectory } from '../../persistence/redis-process.js';
import { runAof, runJson } from './aof-run.js';

afterAll(removeDirectories);

const KEYS = 40_000;
const TIED = 600;

/** More than 8 MB of keys, with every kind of command that works on several keys or on none. */
function manyKeys(last: readonly string[]): string {
  const parts: string[] = [resp('FUNCTION', 'LOAD', '#!lua name=kept\nreturn 1')];
  for (let i = 0; i < KEYS; i++) parts.push(resp('SET', `key:${i}`, `${i} `.repeat(60)));
  for (let i = 0; i < TIED; i++) {
    parts.push(
      resp('SADD', `a:${i}`, i, 'both'),
      resp('SADD', `b:${i}`, i + 1, 'both'),
      resp('SUNIONSTORE', `union:${i}`, `a:${i}`, `b:${i}`),
      resp('RENAME', `a:${i}`, `renamed:${i}`),
      resp('MULTI'),
      resp('MSET', `m:${i}`, 'x'.repeat(500), `n:${i}`, i),
      resp('DEL', `key:${i}`, `key:${i + 10_000}`, 'nothing'),
      resp('EXEC'),
      resp('HSET', `h:${i}`, 'f', i, 'g', 1),
      resp('MOVE', `h:${i}`, 1),
    );
  }
  return [...parts, resp('SWAPDB', 0, 2), ...last].join('');
}

function write(name: string, text: string): string {
  const path = join(temporaryDirectory(), name);
  writeFileSync(path, text, 'latin1');
  return path;
}

test('what does not fit into the memory allowed is loaded a range of keys at a time, with the same result', () => {
  const a = write('redis.aof', manyKeys([]));
  const b = write(
    'redis.aof',
    manyKeys([resp('SELECT', 2), resp('DEL', 'key:30000'), resp('SET', 'new', 1)]),
  );
  const out = temporaryDirectory();
  const rdb = join(out, 'parts.rdb');
  const { status, stderr } = runAof(['convert', a, '--to', 'rdb', '-o', rdb, '--memory', '8']);
  expect([status, stderr]).toEqual([0, '']);
  const keysA = KEYS + 6 * TIED - 2 * TIED;
  // Back from an RDB file in parts, and compared at once.
  expect(runAof(['rewrite', rdb, '-o', join(out, 'multi'), '--base', 'aof', '--memory', '8']).status).toBe(0);
  const whole = runJson(['diff', a, join(out, 'multi'), '--memory', '500']);
  expect(whole.result).toMatchObject({ equal: true, keysA, keysB: keysA });
  expect(runAof(['export', join(out, 'multi'), '--command', 'function']).stdout).toContain('name=kept');
  for (const memory of ['8', '500']) {
    const { result } = runJson(['diff', a, b, '--memory', memory]);
    const { differences, ...rest } = result as { differences: { key: string }[] };
    expect(rest).toEqual({ equal: false, keysA, keysB: keysA });
    expect(differences.sort((x, y) => (x.key < y.key ? -1 : 1))).toEqual([
      { change: 'removed', db: 2, key: 'key:30000', type: 'string' },
      { change: 'added', db: 2, key: 'new', type: 'string' },
    ]);
  }
}, 240_000);
