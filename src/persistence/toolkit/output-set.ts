import { closeSync, existsSync, mkdirSync, openSync, readdirSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type AofManifest, formatManifest, MANIFEST_SUFFIX } from '../aof/manifest.js';
import { AtomicFile, replaceFile } from '../atomic-file.js';
import { readerOf } from '../file-bytes.js';
import { AofPathError, DEFAULT_DIRECTORY } from './aof-set.js';
import { PROGRESS_BYTES } from './progress.js';

const CHUNK_BYTES = 1024 * 1024;

/**
 * Makes a data directory for a new set; `write` is given the directory inside it for the files. It must not exist yet,
 * or be empty, so that nothing is ever overwritten. When `write` fails, nothing of it remains.
 */
export async function inNewDataDirectory<T>(
  path: string,
  write: (files: string) => T | Promise<T>,
): Promise<T> {
  const existed = existsSync(path);
  if (existed && !statSync(path).isDirectory())
    throw new AofPathError(`${path} exists and is a file: name a directory that does not exist yet`);
  if (existed && readdirSync(path).length > 0) {
    throw new AofPathError(`${path} exists and is not empty: name a directory that does not exist yet`);
  }
  const files = join(path, DEFAULT_DIRECTORY);
  const made = mkdirSync(files, { recursive: true });
  try {
    return await write(files);
  } catch (error) {
    const remains = existed ? readdirSync(path).map((name) => join(path, name)) : [made ?? files];
    for (const name of remains) rmSync(name, { recursive: true, force: true });
    throw error;
  }
}

/** Refuses to write over a file that exists. When `write` fails, no directory remains that was made for it. */
export async function inNewFile<T>(path: string, write: () => T | Promise<T>): Promise<T> {
  if (existsSync(path)) throw new AofPathError(`${path} exists: name a file that does not exist yet`);
  const made = mkdirSync(dirname(path), { recursive: true });
  try {
    return await write();
  } catch (error) {
    if (made !== undefined) rmSync(made, { recursive: true, force: true });
    throw error;
  }
}

/** Writes the manifest, without which the files beside it are none of a server's. Written last. */
export function writeManifest(directory: string, appendFilename: string, manifest: AofManifest): void {
  replaceFile(join(directory, appendFilename + MANIFEST_SUFFIX), formatManifest(manifest));
}

/** Copies the bytes `[start, end)` of a file to a new one. */
export async function copyRange(
  from: string,
  to: string,
  start: number,
  end: number,
  progress?: (offset: number) => Promise<void>,
): Promise<void> {
  const fd = openSync(from, 'r');
  const file = new AtomicFile(to);
  try {
    const read = readerOf(fd);
    const chunk = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, Math.max(1, end - start)));
    let pauseAt = start + PROGRESS_BYTES;
    for (let offset = start; offset < end;) {
      const got = read(chunk, 0, Math.min(chunk.length, end - offset), offset);
      if (got === 0) throw new Error(`${from} became shorter while it was copied`);
      file.write(chunk.subarray(0, got));
      offset += got;
      if (offset < pauseAt) continue;
      await progress?.(offset);
      pauseAt = offset + PROGRESS_BYTES;
    }
    file.commit();
  } catch (error) {
    file.abandon();
    throw error;
  } finally {
    closeSync(fd);
  }
}
