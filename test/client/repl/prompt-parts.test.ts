import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from '@jest/globals';
import { isProduction } from '../../../src/client/danger.js';
import { barChart } from '../../../src/client/repl/chart.js';
import { commandLines } from '../../../src/client/repl/command-lines.js';
import { History } from '../../../src/client/repl/history.js';
import { layoutPrompt } from '../../../src/client/repl/prompt-layout.js';
import { textWidth } from '../../../src/client/repl/text-width.js';
import { parseCommandLine, splitCommandLine } from '../../../src/client/command-line.js';
import { readableValue } from '../../../src/client/value-decoding.js';

test('a line is split as redis-cli splits it', () => {
  const split = (line: string): string[] | undefined =>
    splitCommandLine(line)?.map((word) => word.toString('latin1'));
  expect(split('  SET  k "a b" ')).toEqual(['SET', 'k', 'a b']);
  expect(split('"\\x41\\n\\q" \'it\\\'s \\n\' pre"fix" ""')).toEqual(['A\nq', "it's \\n", 'prefix', '']);
  expect(split('é "\\xff"')).toEqual(['\xc3\xa9', '\xff']);
  expect(split('"open')).toBeUndefined();
  expect(split('"a"b')).toBeUndefined();
  expect(parseCommandLine('GET "a b').words.map(({ start, end }) => [start, end])).toEqual([
    [0, 3],
    [4, 8],
  ]);
});

test('a pasted text is one command a line, but quotes may hold newlines', () => {
  expect(commandLines('SET a 1\n\nSET b "x\ny"\nGET a\n')).toEqual(['SET a 1', 'SET b "x\ny"', 'GET a']);
  expect(commandLines('SET a "open\nGET a')).toEqual(['SET a "open', 'GET a']);
});

test('history is kept in a file of its owner, without passwords and repetitions', () => {
  const folder = mkdtempSync(join(tmpdir(), 'history-'));
  const file = join(folder, 'history');
  const history = new History(file);
  const secret = [
    'AUTH x',
    'hello 3 auth u p',
    'ACL SETUSER u >p',
    'config set requirepass x',
    'MIGRATE h 1 k 0 5 AUTH2 u p',
    ' GET x',
  ];
  for (const line of ['GET a', 'GET a', ...secret, 'GET "b"']) history.add(line);
  expect(readFileSync(file, 'utf8')).toBe('GET a\nGET "b"\n');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const later = new History(file);
  expect(later.entries).toEqual(['GET a', 'GET "b"']);
  expect(later.suggestion('GET')).toBe('GET "b"');
  expect(later.search('A')).toBe(0);
  rmSync(folder, { recursive: true });
});

test('a history that cannot be written is no reason to stop', () => {
  const history = new History('/nowhere/at/all');
  history.add('GET a');
  expect(history.entries).toEqual(['GET a']);
});

test('long lines break at the width of the terminal, and only so many rows are shown', () => {
  const layout = (text: string, cursor: number, rowsMax = 20): string[] => {
    const { rows, cursor: at } = layoutPrompt({
      prompt: '> ',
      spans: [{ text, kind: 'plain' }],
      cursor,
      ghost: ' ghost that is long',
      columns: 11,
      rowsMax,
    });
    return [...rows.map((row) => row.map((span) => span.text).join('')), `${at.x},${at.y}`];
  };
  expect(layout('abc', 3)).toEqual(['> abc ghos', '5,0']);
  expect(layout('abcdefghijkl', 12)).toEqual(['> abcdefgh', 'ijkl ghost', '4,1']);
  expect(layout('日本語日本', 2)).toEqual(['> 日本語日', '本 ghost t', '6,0']);
  expect(layout('a\nb', 0)).toEqual(['> a', '... b ghos', '2,0']);
  expect(layout('1\n2\n3\n4\n5\n6', 11, 4)).toEqual(['... 4 rows above', '... 5', '... 6 ghos', ' ', '5,2']);
});

test('widths are those of a terminal', () => {
  expect(['a', 'é', '日', '👨‍👩‍👧', '🇫🇷', 'e\u0301', '\u200b'].map(textWidth)).toEqual([1, 1, 2, 2, 2, 1, 0]);
});

test('bars fill the height', () => {
  expect(barChart([0, 1, 2, 4], 6, 2)).toEqual(['     █', '   ▄██']);
  expect(barChart([NaN, 0], 3, 1)).toEqual(['   ']);
});

test('JSON, gzip and MessagePack are recognised', () => {
  expect(readableValue(Buffer.from('{"a":1}'))).toEqual({ kind: 'JSON', text: '{\n  "a": 1\n}' });
  expect(readableValue(gzipSync('[1]'))?.kind).toBe('gzip of JSON');
  const packed = Buffer.from('83a161c0a162c3a163930aff cd0100'.replace(' ', ''), 'hex');
  expect(readableValue(packed)).toEqual({
    kind: 'MessagePack',
    text: JSON.stringify({ a: null, b: true, c: [10, -1, 256] }, null, 2),
  });
  for (const bytes of ['plain', '', '42', '{"a":', '\x1f\x8bbroken', '\xdd\xff\xff\xff\xff']) {
    expect(readableValue(Buffer.from(bytes, 'latin1'))).toBeUndefined();
  }
});

test('production servers are named by globs', () => {
  const address = (host: string): Parameters<typeof isProduction>[0] => ({
    host,
    port: 6380,
    path: undefined,
    tls: undefined,
  });
  const env = { MREDIS_PRODUCTION: '*.prod.example, db:6380' };
  expect(isProduction(address('a.prod.example'), env)).toBe(true);
  expect(isProduction(address('db'), env)).toBe(true);
  expect(isProduction(address('127.0.0.1'), env)).toBe(false);
  expect(isProduction(address('127.0.0.1'), {})).toBe(false);
});
