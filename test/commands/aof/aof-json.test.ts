import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { checksummed, resp } from '../../persistence/aof/aof-bytes.js';
import { MredisProcess } from '../../persistence/mredis-process.js';
import { removeDirectories, temporaryDirectory } from '../../persistence/redis-process.js';
import { runAof } from './aof-run.js';

afterAll(removeDirectories);

const PAGE = readFileSync(new URL('../../../docs/formats/aof-json.md', import.meta.url), 'utf8');

/** Names ending in `?` may be missing; `name|` allows null for `name`. */

type Shape = string | null | Shape[] | { [name: string]: Shape };

/** The shape that stands under a heading of the page. */
function documented(name: string): Shape {
  const text = new RegExp(`## ${name}\n[^]*?\`\`\`shape\n([^]*?)\`\`\``).exec(PAGE)?.[1];
  if (text === undefined) throw new Error(`the page has no shape of ${name}`);
  return JSON.parse(text) as Shape;
}

/** Where a value has another shape than the page tells. */
function differences(value: unknown, shape: Shape, path = ''): string[] {
  if (shape === null) return value === null ? [] : [`${path} is not null`];
  if (typeof shape === 'string')
    return isOneOf(value, shape.split(' | ')) ? [] : [`${path} is no ${shape}: ${JSON.stringify(value)}`];
  if (Array.isArray(shape)) {
    if (!Array.isArray(value)) return [`${path} is no array`];
    return value.flatMap((one: unknown, i) => differences(one, shape[0]!, `${path}[${i}]`));
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [`${path} is no object`];
  return fieldDifferences(value as Record<string, unknown>, shape, path);
}

function fieldDifferences(
  value: Record<string, unknown>,
  shape: Record<string, Shape>,
  path: string,
): string[] {
  const names = Object.keys(shape).filter((name) => !name.endsWith('|'));
  const known = new Set(names.map((name) => name.replace('?', '')));
  const unknown = Object.keys(value).filter((name) => !known.has(name));
  return [
    ...unknown.map((name) => `${path}.${name} is not documented`),
    ...names.flatMap((name) => {
      const plain = name.replace('?', '');
      const found = value[plain];
      if (found === undefined) return plain === name ? [`${path}.${name} is missing`] : [];
      if (found === null && `${name}|` in shape) return [];
      return differences(found, shape[name]!, `${path}.${plain}`);
    }),
  ];
}

function isOneOf(value: unknown, types: readonly string[]): boolean {
  return types.some((type) => {
    if (type === 'null') return value === null;
    if (type !== 'key') return typeof value === type;
    if (typeof value === 'string') return true;
    return typeof value === 'object' && value !== null && Object.keys(value).join() === 'base64';
  });
}

function json(args: readonly string[], input = ''): unknown {
  const { stdout, stderr } = runAof([...args, '--json'], input);
  if (stdout === '') throw new Error(`${args.join(' ')}: ${stderr}`);
  return JSON.parse(stdout);
}

const LOG =
  '#TS:1700000000\r\n' +
  resp('SET', 'user:1', 'a') +
  resp('SET', 'binary:\xff\xfe', '\xff\x00') +
  resp('SELECT', 3) +
  resp('HSET', 'user:2', 'f', 'v') +
  resp('HPEXPIREAT', 'user:2', 4_102_444_800_000, 'FIELDS', 1, 'f') +
  resp('FLUSHALL') +
  resp('SET', 'user:3', 'c') +
  resp('HSET', 'hash', 'f', 'v') +
  resp('HPEXPIREAT', 'hash', 4_102_444_800_000, 'FIELDS', 1, 'f');

test('every command prints what the page about JSON tells, field by field', async () => {
  const directory = temporaryDirectory();
  const path = (name: string): string => join(directory, name);
  const write = (name: string, bytes: string | Buffer): string => {
    writeFileSync(path(name), bytes, 'latin1');
    return path(name);
  };
  const sound = write('sound.aof', LOG);
  const cut = write('cut.aof', `${LOG}*3\r\n$3\r\nSE`);
  const flipped = write('flipped.aof', LOG.replace('$6\r\nuser:3', '$9\r\nuser:3') + LOG + LOG);
  const sums = checksummed(LOG, LOG);
  sums[sums.indexOf('user:1')]! ^= 1;
  const checksum = write('checksum.aof', sums);
  mkdirSync(path('missing'));
  write('missing/a.aof.manifest', 'file a.aof.1.base.aof seq 1 type b\n');
  const plain = write('plain.aof', resp('SET', 'a', 1));
  const rdb = path('sound.rdb');
  const results: [string, unknown][] = [];
  const run = (name: string, args: string[], input = ''): void => {
    results.push([name, json(args, input)]);
  };
  run('convert', ['convert', sound, '--to', 'rdb', '-o', rdb]);
  run('convert', ['convert', plain, '--to', 'aof', '-o', path('plain2.aof')]);
  for (const file of [sound, cut, flipped, checksum, rdb, path('missing')]) run('check', ['check', file]);
  run('repair', ['repair', flipped, '--salvage', '-o', path('r1')]);
  run('repair', ['repair', rdb, '--salvage', '-o', path('r2')]);
  run('rewrite', ['rewrite', cut, '-o', path('w1')]);
  run('rewrite', ['rewrite', plain, '--single', '-o', path('w2.rdb')]);
  run('stats', ['stats', sound]);
  run('stats', ['stats', rdb, '--no-live']);
  run('history', ['history', sound, 'user:1']);
  run('history', ['history', rdb, '"binary:\\xff\\xfe"']);
  run('history', ['history', flipped, 'user:3']);
  run('restore', ['restore', sound, '--to', '60', '-o', path('s1')]);
  run('restore', ['undo', flipped, 'flushall', '-o', path('s2')]);
  run('diff', ['diff', sound, plain]);
  run('diff', ['diff', sound, sound]);
  const exported = runAof(['export', sound, '--json']).stdout + runAof(['export', rdb, '--json']).stdout;
  for (const line of exported.trim().split('\n')) results.push(['export', JSON.parse(line)]);
  run('import', ['import', '-', '-o', path('i.aof')], exported);
  run('import', ['import', '-', '-o', path('i.rdb')], exported);
  const server = await MredisProcess.start(temporaryDirectory());
  run('replay', ['replay', sound, '--to', `127.0.0.1:${server.port}`]);
  run('replay', [
    'replay',
    write('wrong.aof', resp('SET', 'a', 1) + resp('LPUSH', 'a', 1)),
    '--to',
    `127.0.0.1:${server.port}`,
    '--yes',
  ]);
  await server.end('SIGTERM');
  run('error', ['check', path('nothing')]);
  run('error', ['rewrite', flipped, '-o', path('x')]);
  run('error', ['check', sound, '--frobnicate']);
  const wrong = results.flatMap(([name, value]) =>
    differences(value, documented(name)).map((text) => `${name}${text}`),
  );
  expect(wrong).toEqual([]);
  const told = [...PAGE.matchAll(/^## (\w+)$/gm)].map((match) => match[1]);
  expect(new Set(results.map(([name]) => name))).toEqual(new Set(told));
}, 60_000);

test('a field that is missing, new or of another type is a difference', () => {
  const shape: Shape = {
    a: 'number | null',
    'b?': 'key',
    list: [{ c: 'string' }],
    d: { e: 'string' },
    'd|': null,
  };
  expect(differences({ a: null, list: [], d: null }, shape)).toEqual([]);
  expect(differences({ a: '1', b: 2, list: [{}], d: { e: 'x' }, f: 1 }, shape)).toEqual([
    '.f is not documented',
    '.a is no number | null: "1"',
    '.b is no key: 2',
    '.list[0].c is missing',
  ]);
});
