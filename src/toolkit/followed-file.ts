import { closeSync, fstatSync, openSync, statSync } from 'node:fs';
import { AofItem, timeOfAnnotation } from '../persistence/aof/aof-format.js';
import { AofReader } from '../persistence/aof/aof-reader.js';
import { readerOf } from '../persistence/file-bytes.js';
import { RdbError } from '../persistence/rdb/rdb-format.js';
import { RdbReader } from '../persistence/rdb/rdb-reader.js';
import { AofPathError, type AofSetFile, findAofSet } from '../persistence/toolkit/aof-set.js';
import { isUnfinishedEnd, startsWithSnapshot } from '../persistence/toolkit/aof-walk.js';
import { NULL_VISITOR } from '../persistence/toolkit/null-visitor.js';
import type { Operation } from '../persistence/toolkit/operations.js';

/**
 * A file that a server goes on writing. It stays open, so that its last records can still be read when a rewrite has
 * deleted it.
 */
export class FollowedFile {
  private readonly fd: number;
  private offset = 0;
  private db = 0;
  private timeSeconds = 0;
  /** What stands in the way of reading on, unless it is something that is still being written. */
  damage: { offset: number; reason: string } | null = null;

  /** Throws what the file system throws. */
  constructor(private readonly file: AofSetFile) {
    this.fd = openSync(file.path, 'r');
  }

  /** Null for a file that is gone already. */
  static openIfThere(file: AofSetFile): FollowedFile | null {
    try {
      return new FollowedFile(file);
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
      throw error;
    }
  }

  get name(): string {
    return this.file.name;
  }

  close(): void {
    closeSync(this.fd);
  }

  /** Describes what has become complete since the last time. What is still being written waits. */
  readOn(describe: (operation: Operation) => string[], tell: (lines: readonly string[]) => void): void {
    const { size } = fstatSync(this.fd);
    // A file that became shorter was begun anew.
    if (size < this.offset) this.offset = this.db = this.timeSeconds = 0;
    this.damage = null;
    const start = this.offset === 0 ? this.recordsStart(size) : this.offset;
    if (start < 0) return;
    this.offset = start;
    const options = { checksums: false, argumentBytesMax: 4096 };
    const reader = new AofReader(readerOf(this.fd), size, start, options);
    let { db, timeSeconds } = this;
    let waiting: string[] = [];
    for (let item = reader.next(); item !== AofItem.END && item !== AofItem.DAMAGE; item = reader.next()) {
      if (item === AofItem.ANNOTATION) timeSeconds = timeOfAnnotation(reader.annotation) ?? timeSeconds;
      else {
        const { request, start, end } = reader;
        if (request.is(0, 'select')) db = Number(request.string(1));
        waiting.push(...describe({ file: this.file, start, end, db, timeSeconds, request }));
      }
      if (reader.inTransaction) continue;
      tell(waiting);
      waiting = [];
      Object.assign(this, { offset: reader.soundTo, db, timeSeconds });
    }
    if (reader.damage !== null && !isUnfinishedEnd(reader.damage)) this.damage = reader.damage;
  }

  /** Where the RDB part ends, 0 without one, or -1 while it is incomplete. */
  private recordsStart(size: number): number {
    const read = readerOf(this.fd);
    if (size === 0 || !startsWithSnapshot(read)) return 0;
    const reader = RdbReader.ofFile(read, size, NULL_VISITOR, { checksum: false });
    try {
      reader.read();
      return reader.offset;
    } catch (error) {
      if (!(error instanceof RdbError)) throw error;
      if (error.damage !== 'cut') this.damage = { offset: error.offset, reason: error.message };
      return -1;
    }
  }

  /** What the server writes to instead by now, oldest first; nothing while the set is being replaced. */
  successors(path: string): AofSetFile[] {
    try {
      const { files } = findAofSet(path);
      const known = files.findIndex((one) => one.path === this.file.path);
      if (known < 0) return files.filter(({ role }) => role !== 'base');
      const replaced = statSync(this.file.path).ino !== fstatSync(this.fd).ino;
      return files.slice(replaced ? known : known + 1);
    } catch (error) {
      if (error instanceof AofPathError || (error instanceof Error && 'code' in error)) return [];
      throw error;
    }
  }
}
