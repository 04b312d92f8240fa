import { closeSync, existsSync, fsyncSync, ftruncateSync, openSync, statSync } from 'node:fs';
import { copyRange } from './output-set.js';

/**
 * Cuts a file at `offset`, after the bytes that go have been kept in a file beside it, whose path is returned:
 * appending them again restores the original.
 */
export async function cutTail(path: string, offset: number): Promise<string> {
  const backup = unusedName(`${path}.cut-at-${offset}`);
  await copyRange(path, backup, offset, statSync(path).size);
  const fd = openSync(path, 'r+');
  try {
    ftruncateSync(fd, offset);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  return backup;
}

/** What an earlier repair kept is not written over. */
function unusedName(path: string): string {
  let name = path;
  for (let i = 2; existsSync(name); i++) name = `${path}.${i}`;
  return name;
}
