import { expect, test } from '@jest/globals';
import { wrapWords } from '../../src/toolkit/terminal.js';

const NARROW = { isTTY: true, columns: 20 };

test('sentences are broken between words on a terminal, and nowhere else', () => {
  const text = 'Nothing was changed, and nothing half written remains';
  expect(wrapWords(text, NARROW)).toBe('Nothing was changed,\nand nothing half\nwritten remains');
  expect(wrapWords(text, { isTTY: false, columns: 20 })).toBe(text);
});

test('commands to type and words longer than the line stay whole', () => {
  const command = '  mredis aof repair data --salvage -o recovered';
  expect(wrapWords(`First:\n${command}`, NARROW)).toBe(`First:\n${command}`);
  expect(wrapWords('a/very/long/path/that/does/not/fit', NARROW)).toBe('a/very/long/path/that/does/not/fit');
});
