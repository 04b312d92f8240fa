import { basename, dirname, join } from 'node:path';
import { disk } from './disk.js';

/**
 * A file that appears under its name only when it is complete and on disk: written under a temporary name, synced,
 * renamed, and the directory synced. Until `commit` whatever had the name before is untouched; after a crash at any
 * point the name has either the old contents or the new.
 */
export class AtomicFile {
  /** The file being written. */
  readonly fd: number;
  private readonly temporary: string;
  private open = true;

  /** Throws when the file cannot be created. The name begins as Redis's temporary files do. */
  constructor(private readonly path: string) {
    this.temporary = join(dirname(path), `temp-${process.pid}-${basename(path)}`);
    this.fd = disk.openSync(this.temporary, 'w', 0o644);
  }

  write(bytes: Uint8Array): void {
    writeFully(this.fd, bytes);
  }

  /** Overwrites bytes written before. */
  writeAt(offset: number, bytes: Uint8Array): void {
    writeFully(this.fd, bytes, offset);
  }

  /** Makes the file durable under its name. */
  commit(): void {
    disk.fsyncSync(this.fd);
    this.close();
    disk.renameSync(this.temporary, this.path);
    syncDirectory(dirname(this.path));
  }

  /** Gives up: nothing remains of what was written. */
  abandon(): void {
    this.close();
    disk.rmSync(this.temporary, { force: true });
  }

  private close(): void {
    if (this.open) disk.closeSync(this.fd);
    this.open = false;
  }
}

/** Replaces the file at `path` by one with these contents, atomically. */
export function replaceFile(path: string, bytes: Uint8Array): void {
  const file = new AtomicFile(path);
  try {
    file.write(bytes);
    file.commit();
  } catch (error) {
    file.abandon();
    throw error;
  }
}

/** Writes all of `bytes`, however many calls that takes. */
export function writeFully(fd: number, bytes: Uint8Array, offset: number | null = null): void {
  let at = 0;
  while (at < bytes.length) {
    at += disk.writeSync(fd, bytes, at, bytes.length - at, offset === null ? null : offset + at);
  }
}

/** Makes names that were created, renamed or removed in the directory durable. */
export function syncDirectory(path: string): void {
  // A directory cannot be opened on Windows, whose file systems need no such thing.
  if (process.platform === 'win32') return;
  const fd = disk.openSync(path, 'r');
  try {
    disk.fsyncSync(fd);
  } finally {
    disk.closeSync(fd);
  }
}
