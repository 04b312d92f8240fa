import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from '@jest/globals';
import { resp } from '../../persistence/aof/aof-bytes.js';
import { removeDirectories, temporaryDirectory } from '../../persistence/redis-process.js';
import { runAof } from './aof-run.js';

const BIN = fileURLToPath(new URL('../../../bin/run.js', import.meta.url));

afterAll(removeDirectories);

/** Runs `mredis aof …` where no file may become longer than 8 KB: writes fail as they do on a full disk. */
function runCramped(args: readonly string[]): { status: number | null; stderr: string } {
  const line = 'ulimit -f 8; exec "$0" "$@"';
  return spawnSync('bash', ['-c', line, process.execPath, BIN, 'aof', ...args], { encoding: 'utf8' });
}

(process.platform === 'win32' ? describe.skip : describe)('with a limit on the size of files', () => {
  test('without room every command says so, leaves nothing behind, and does not touch the original', () => {
    const directory = temporaryDirectory();
    const source = join(directory, 'redis.aof');
    const records = Array.from({ length: 2000 }, (_, i) => resp('SET', `key:${i}`, `value ${i * 7919}`));
    const unfinished = `*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$90000\r\n${'x'.repeat(40_000)}`;
    writeFileSync(source, records.join('') + unfinished);
    const lines = join(directory, 'lines');
    writeFileSync(lines, runAof(['export', source]).stdout);
    const out = join(directory, 'out');
    mkdirSync(out);
    const before = readFileSync(source);
    for (const args of [
      ['rewrite', source, '-o', join(out, 'a')],
      ['restore', source, '--to', '60000', '-o', join(out, 'b')],
      ['convert', source, '--to', 'rdb', '-o', join(out, 'c', 'dump.rdb')],
      ['convert', source, '--to', 'aof', '-o', join(out, 'c', 'redis.aof')],
      ['convert', source, '--to', 'multi', '-o', join(out, 'd')],
      ['import', lines, '-o', join(out, 'e', 'redis.aof')],
      ['import', lines, '-o', join(out, 'e', 'dump.rdb')],
      ['repair', source, '--salvage', '-o', join(out, 'f')],
      ['check', source, '--fix', '--yes'],
    ]) {
      const { status, stderr } = runCramped(args);
      expect([args[0], status, stderr]).toEqual([args[0], 3, expect.stringContaining('there is no room')]);
      expect([args[0], readdirSync(out)]).toEqual([args[0], []]);
    }
    expect(readFileSync(source).equals(before)).toBe(true);
    expect(readdirSync(directory).sort()).toEqual(['lines', 'out', 'redis.aof']);
  }, 120_000);
});

(process.platform === 'linux' ? describe : describe.skip)('where what is printed goes to a full disk', () => {
  test('every command that prints data says so once, without a stack', () => {
    const source = join(temporaryDirectory(), 'redis.aof');
    writeFileSync(source, resp('SET', 'key', 'value').repeat(2000));
    for (const args of [
      ['check', source, '--json'],
      ['stats', source],
      ['history', source, 'key'],
      ['export', source],
      ['tail', source],
    ]) {
      const line = 'exec "$0" "$@" > /dev/full';
      const { status, stderr } = spawnSync('bash', ['-c', line, process.execPath, BIN, 'aof', ...args], {
        encoding: 'utf8',
      });
      expect([args[0], status]).toEqual([args[0], 3]);
      expect(stderr).toMatch(/^mredis aof \w+: ENOSPC[^\n]*there is no room[^\n]*\n$/);
    }
  }, 60_000);
});

test('a reader that goes away ends the command without a word', () => {
  const source = join(temporaryDirectory(), 'redis.aof');
  writeFileSync(source, resp('SET', 'key', 'value').repeat(100_000));
  const line = '"$0" "$@" | head -1; echo "${PIPESTATUS[0]}"';
  const { stdout, stderr } = spawnSync(
    'bash',
    ['-c', line, process.execPath, BIN, 'aof', 'history', source, 'key'],
    {
      encoding: 'utf8',
    },
  );
  expect(stdout).toBe('redis.aof:0  db0  SET key value\n141\n');
  expect(stderr).toBe('');
}, 30_000);
