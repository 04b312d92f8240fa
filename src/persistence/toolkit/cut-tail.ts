import { closeSync, fsyncSync, ftruncateSync, openSync } from 'node:fs';
import { AtomicFile } from '../atomic-file.js';
import { fileSize, readerOf } from '../file-bytes.js';

const CHUNK_BYTES = 1024 * 1024;

/**
 * Cuts a file at `offset`, after the bytes that go have been kept in a file beside it, whose path is returned:
 * appending them again restores the original.
 */
export function cutTail(path: string, offset: number): string {
  const backup = `${path}.cut-at-${offset}`;
  const fd = openSync(path, 'r+');
  try {
    keepTail(fd, offset, backup);
    ftruncateSync(fd, offset);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  return backup;
}

function keepTail(fd: number, start: number, backup: string): void {
  const file = new AtomicFile(backup);
  try {
    const read = readerOf(fd);
    const size = fileSize(fd);
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    for (let offset = start; offset < size;) {
      const got = read(chunk, 0, chunk.length, offset);
      if (got === 0) break;
      file.write(chunk.subarray(0, got));
      offset += got;
    }
    file.commit();
  } catch (error) {
    file.abandon();
    throw error;
  }
}
