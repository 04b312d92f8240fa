import { expect, test } from '@jest/globals';
import { Bytes } from '../../src/bytes/bytes.js';

test.each([
  ['a Buffer', Buffer.from('--name--')],
  ['an array of bytes', new Uint8Array(Buffer.from('--name--'))],
])('a copy of what stands in %s stays as it is when that is written over', (_, memory) => {
  const view = new Bytes(memory, 2, 4);
  view.hash = 7;
  const copy = view.copy();
  memory.fill(0);
  expect([copy.toString(), copy.hash]).toEqual(['name', 7]);
});
