import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from '@jest/globals';
import { resp } from '../../persistence/aof/aof-bytes.js';
import { removeDirectories, temporaryDirectory } from '../../persistence/redis-process.js';
import { runAof } from './aof-run.js';

const BIN = fileURLToPath(new URL('../../../bin/run.js', import.meta.url));
const NOBODY = 65_534;

afterAll(removeDirectories);

/** Every command that reads a set, as one would type it. */
function readers(path: string, out: string): string[][] {
  return [
    ['check', path],
    ['stats', path],
    ['history', path, 'key'],
    ['export', path],
    ['tail', path],
    ['diff', path, path],
    ['rewrite', path, '-o', join(out, 'rewrite')],
    ['convert', path, '--to', 'rdb', '-o', join(out, 'convert.rdb')],
    ['repair', path, '--salvage', '-o', join(out, 'repair')],
    ['restore', path, '--to', '0', '-o', join(out, 'restore')],
    ['undo', path, 'flushall', '-o', join(out, 'undo')],
    ['replay', path, '--to', '127.0.0.1:1'],
  ];
}

function expectClearRefusal(path: string, message: RegExp): void {
  const out = temporaryDirectory();
  for (const args of readers(path, out)) {
    const { status, stderr, stdout } = runAof(args);
    expect([args[0], status, stdout]).toEqual([args[0], 3, '']);
    expect(stderr).toMatch(message);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  }
  expect(readdirSync(out)).toEqual([]);
}

test('a path that does not exist, and a directory without an AOF, are refused by every command', () => {
  const directory = temporaryDirectory();
  expectClearRefusal(join(directory, 'none'), /none does not exist, and there is no .*none\.aof|manifest/);
  expect(readdirSync(directory)).toEqual([]);
  expectClearRefusal(directory, /holds no \*\.manifest and no \*\.aof file: name the file/);
}, 120_000);

test('a manifest with wrong names is refused with its line', () => {
  const directory = temporaryDirectory();
  const manifest = join(directory, 'redis.aof.manifest');
  writeFileSync(manifest, 'file ../redis.aof.1.incr.aof seq 1 type i\n');
  expectClearRefusal(directory, /line 1 /);
  expect(readdirSync(directory)).toEqual(['redis.aof.manifest']);
}, 120_000);

test('a pipe, a device, a loop of links and a directory in place of a file are refused by every command', () => {
  const directory = temporaryDirectory();
  const pipe = join(directory, 'pipe.aof');
  execFileSync('mkfifo', [pipe]);
  expectClearRefusal(pipe, /pipe\.aof is no file but a pipe, socket or device/);
  const loop = join(directory, 'loop.aof');
  symlinkSync('loop.aof', loop);
  expectClearRefusal(loop, /loop\.aof is a link that leads back to itself/);
  const set = join(directory, 'set');
  mkdirSync(join(set, 'a.aof.1.incr.aof'), { recursive: true });
  writeFileSync(join(set, 'a.aof.manifest'), 'file a.aof.1.incr.aof seq 1 type i\n');
  expectClearRefusal(set, /a\.aof\.1\.incr\.aof is a directory, although the manifest names it as a file/);
  expect(readdirSync(directory).sort()).toEqual(['loop.aof', 'pipe.aof', 'set']);
}, 120_000);

test('a file that is missing from the set is named by every command, and nothing is written', () => {
  const directory = temporaryDirectory();
  writeFileSync(join(directory, 'a.aof.manifest'), 'file a.aof.1.incr.aof seq 1 type i\n');
  const out = temporaryDirectory();
  for (const args of readers(directory, out)) {
    const { status, stdout, stderr } = runAof(args);
    expect([args[0], status]).toEqual([args[0], 2]);
    expect(stdout + stderr).toMatch(/a\.aof\.1\.incr\.aof.* missing, although the manifest names it/);
  }
  expect(readdirSync(out)).toEqual([]);
}, 120_000);

test('what is no export is not imported: a directory, a web page, a line without end', () => {
  const directory = temporaryDirectory();
  const out = join(directory, 'out.aof');
  expect(runAof(['import', directory, '-o', out]).stderr).toContain('is a directory');
  const page = join(directory, 'page');
  writeFileSync(page, '<html>hello</html>\n');
  expect(runAof(['import', page, '-o', out])).toMatchObject({
    status: 3,
    stderr: expect.stringContaining('line 1: there is no command <html>hello</html>; nothing was written'),
  });
  expect(runAof(['import', '/dev/zero', '-o', out])).toMatchObject({
    status: 3,
    stderr: expect.stringContaining('a line of more than 256 MB'),
  });
  expect(existsSync(out)).toBe(false);
}, 120_000);

test('tail says so when it cannot read on', () => {
  const path = join(temporaryDirectory(), 'a.aof');
  writeFileSync(path, `${resp('SET', 'a', 1)}garbage${resp('SET', 'b', 1)}`);
  expect(runAof(['tail', path])).toMatchObject({
    status: 2,
    stdout: expect.stringContaining('SET a 1'),
    stderr: expect.stringContaining("damaged at offset 27: a record begins with '*' or '#'"),
  });
}, 30_000);

test('an empty file is sound; what is no AOF at all is damaged from its first byte on', () => {
  const path = join(temporaryDirectory(), 'redis.aof');
  writeFileSync(path, '');
  expect(runAof(['check', path])).toMatchObject({ status: 0 });
  writeFileSync(path, 'hello, world\n'.repeat(100));
  const { status, stdout } = runAof(['check', path]);
  expect(status).toBe(2);
  expect(stdout).toContain("a record begins with '*' or '#', not with 'h'");
  expect(runAof(['rewrite', path, '-o', join(path, '..', 'out')]).status).not.toBe(0);
  expect(existsSync(join(path, '..', 'out', 'appendonlydir', 'redis.aof.manifest'))).toBe(false);
}, 60_000);

const root = process.getuid?.() === 0;
if (!root) console.warn('tests that must become another user and mount are left out: this is not root');
(root || process.env['CI'] === 'true' ? describe : describe.skip)(
  'as root, who can become another and mount',
  () => {
    test('a file that may not be read is told as such', () => {
      const directory = temporaryDirectory();
      chmodSync(directory, 0o755);
      const path = join(directory, 'redis.aof');
      writeFileSync(path, resp('SET', 'a', 1), { mode: 0o600 });
      const { status, stderr } = spawnSync(process.execPath, [BIN, 'aof', 'check', path], {
        uid: NOBODY,
        gid: NOBODY,
        cwd: '/',
        env: { PATH: process.env['PATH'], HOME: '/nonexistent' },
        encoding: 'utf8',
      });
      expect(stderr).toContain('permission denied');
      expect(status).toBe(3);
    }, 30_000);

    test('a full disk: a clear error, the original untouched, nothing left that looks whole', () => {
      const source = join(temporaryDirectory(), 'redis.aof');
      const text = Array.from({ length: 20_000 }, (_, i) =>
        resp('SET', `key:${i}`, createHash('sha512').update(String(i)).digest('base64')),
      ).join('');
      writeFileSync(source, text);
      const lines = runAof(['export', source]).stdout;
      const small = join(temporaryDirectory(), 'small');
      mkdirSync(small);
      if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=512k', 'tmpfs', small]).status !== 0) {
        console.warn('no file system can be mounted here: a full disk is not tried');
        return;
      }
      try {
        const writers = [
          ['rewrite', source, '-o', join(small, 'rewrite'), '--base', 'aof'],
          ['rewrite', source, '-o', join(small, 'one.aof'), '--single', '--base', 'aof'],
          ['convert', source, '--to', 'multi', '-o', join(small, 'multi')],
          ['repair', source, '--salvage', '-o', join(small, 'repair')],
          ['restore', source, '--to', String(text.lastIndexOf('*3\r\n')), '-o', join(small, 'restore')],
          ['import', '-', '-o', join(small, 'import.aof')],
          ['import', '-', '-o', join(small, 'import.rdb')],
        ];
        for (const args of writers) {
          const { status, stderr } = runAof(args, args[0] === 'import' ? lines : '');
          expect([args[0], status, stderr]).toEqual([args[0], 3, expect.stringContaining('no space left')]);
          const left = execFileSync('find', [small, '-type', 'f'], { encoding: 'utf8' });
          expect([args[0], left]).toEqual([args[0], '']);
          execFileSync('find', [small, '-mindepth', '1', '-delete']);
        }
        expect(readFileSync(source, 'latin1')).toBe(text);
        expect(statSync(source).size).toBe(text.length);
      } finally {
        execFileSync('umount', [small]);
      }
    }, 120_000);
  },
);
