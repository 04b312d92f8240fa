import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  type AofManifest,
  filesInOrder,
  formatManifest,
  ManifestError,
  nextBase,
  nextIncrement,
  parseManifest,
} from '../../../src/persistence/aof/manifest.js';

const parse = (text: string): AofManifest => parseManifest(Buffer.from(text, 'latin1'));

test('a manifest as Redis documents it is read in its order', () => {
  const manifest = parse(
    'file appendonly.aof.2.base.rdb seq 2 type b\n# a remark\n' +
      'file appendonly.aof.1.incr.aof seq 1 type h\n' +
      'FILE appendonly.aof.4.incr.aof SEQ 4 future thing TYPE i\nfile appendonly.aof.5.incr.aof seq 5 type i\n',
  );
  expect(filesInOrder(manifest).map(({ name }) => name)).toEqual([
    'appendonly.aof.2.base.rdb',
    'appendonly.aof.4.incr.aof',
    'appendonly.aof.5.incr.aof',
  ]);
  expect(manifest.history).toHaveLength(1);
  expect(nextBase(manifest, 'appendonly.aof', 'rdb').name).toBe('appendonly.aof.3.base.rdb');
  expect(nextIncrement(manifest, 'appendonly.aof').name).toBe('appendonly.aof.6.incr.aof');
});

test.each([
  ['', 'Found an empty AOF manifest'],
  ['\n', 'Invalid AOF manifest file format'],
  ['file a seq 1\n', 'Invalid AOF manifest file format'],
  ['file a seq 1 type\n', 'Invalid AOF manifest file format'],
  ['file a seq x type b\n', 'Invalid AOF manifest file format'],
  ['file "a seq 1 type b\n', 'Invalid AOF manifest file format'],
  ['file ../a seq 1 type b\n', "File can't be a path, just a filename"],
  ['file a seq 1 type z\n', 'Unknown AOF file type'],
  ['file a seq 1 type b\nfile b seq 2 type b\n', 'Found duplicate base file information'],
  ['file a seq 2 type i\nfile b seq 2 type i\n', 'Found a non-monotonic sequence number'],
  ['file a seq 1 type b', 'The AOF manifest file contains too long line'],
  [`file ${'a'.repeat(1100)} seq 1 type b\n`, 'The AOF manifest file contains too long line'],
])('%j is refused: %s', (text, reason) => {
  expect(() => parse(text)).toThrow(new ManifestError(reason, 1, ''));
});

test('what is written is read back, whatever characters the name has', () => {
  const name = fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 40 })
    .filter((text) => !/[/\\\0]/.test(text));
  fc.assert(
    fc.property(name, fc.integer({ min: 1, max: 1e9 }), (file, seq) => {
      const manifest: AofManifest = {
        base: { name: file, seq, type: 'b' },
        history: [{ name: file, seq: 1, type: 'h' }],
        increments: [{ name: `${file}.incr`, seq, type: 'i' }],
      };
      expect(parseManifest(formatManifest(manifest))).toEqual(manifest);
    }),
  );
});

test('a name that begins with a quote is quoted, which Redis forgets', () => {
  const manifest: AofManifest = { base: { name: "'", seq: 1, type: 'b' }, increments: [], history: [] };
  expect(parseManifest(formatManifest(manifest))).toEqual(manifest);
});
