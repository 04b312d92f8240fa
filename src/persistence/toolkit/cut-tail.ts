import { closeSync, fsyncSync, ftruncateSync, openSync, statSync } from 'node:fs';
import { copyRange } from './output-set.js';

/**
 * Cuts a file at `offset`, after the bytes that go have been kept in a file beside it, whose path is returned:
 * appending them again restores the original.
 */
export function cutTail(path: string, offset: number): string {
  const backup = `${path}.cut-at-${offset}`;
  copyRange(path, backup, offset, statSync(path).size);
  const fd = openSync(path, 'r+');
  try {
    ftruncateSync(fd, offset);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  return backup;
}
