import { existsSync, fstatSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { disk } from '../../src/persistence/disk.js';

type Change =
  | { kind: 'write'; inode: number; at: number; bytes: Buffer }
  | { kind: 'truncate'; inode: number; size: number }
  | { kind: 'name'; directory: string; path: string; inode: number | null }
  | { kind: 'directory'; directory: string; path: string }
  | { kind: 'sync'; inode: number; upTo: number }
  | { kind: 'sync-directory'; directory: string };

/** A source of numbers in [0, 1). */
export type Random = () => number;

const REAL = { ...disk };

/** So many bytes reach the disk together, or not at all. */
const BLOCK_BYTES = 4096;

/**
 * Looks on while files under one directory are changed, and can tell what a disk that keeps only what was synced might
 * hold after a crash at any step: of what was not synced, the first so many changes of each file, the last of them cut,
 * and the first so many of each directory, whatever became of the others. It can also fail a step.
 */
export class SimulatedDisk {
  readonly changes: Change[] = [];
  /** The call that fails, counted from 0; -1 for none. */
  failing = -1;
  /** The failing call is a write that gets half of its bytes to the disk first. */
  calls = 0;
  private readonly names = new Map<string, number>();
  private readonly open = new Map<number, { inode: number; directory: string | null; synced: boolean }>();
  private inodes = 0;

  constructor(private readonly root: string) {}

  install(): void {
    Object.assign(disk, {
      openSync: (path: string, flags: string | number, mode?: number) => this.openFile(path, flags, mode),
      closeSync: (fd: number) => {
        this.open.delete(fd);
        REAL.closeSync(fd);
      },
      writeSync: (
        fd: number,
        bytes: Uint8Array,
        from = 0,
        length = bytes.length - from,
        at: number | null = null,
      ) => this.write(fd, bytes, from, length, at),
      ftruncateSync: (fd: number, size: number) => {
        this.step();
        REAL.ftruncateSync(fd, size);
        const file = this.open.get(fd);
        if (file !== undefined) this.changes.push({ kind: 'truncate', inode: file.inode, size });
      },
      fsyncSync: (fd: number) => {
        this.step();
        this.synced(fd, this.changes.length);
      },
      fdatasyncSync: (fd: number) => {
        this.step();
        this.synced(fd, this.changes.length);
      },
      fsync: this.syncLater,
      fdatasync: this.syncLater,
      renameSync: (from: string, to: string) => {
        this.step();
        REAL.renameSync(from, to);
        const inode = this.names.get(from)!;
        this.name(from, null);
        this.name(to, inode);
      },
      linkSync: (from: string, to: string) => {
        this.step();
        REAL.linkSync(from, to);
        this.name(to, this.names.get(from)!);
      },
      rmSync: (path: string, options: { force: boolean }) => {
        this.step();
        REAL.rmSync(path, options);
        if (this.names.has(path)) this.name(path, null);
      },
      mkdirSync: (path: string, options: { recursive: true }) => {
        this.step();
        const isNew = !existsSync(path);
        REAL.mkdirSync(path, options);
        if (isNew) this.changes.push({ kind: 'directory', directory: dirname(path), path });
      },
    });
  }

  uninstall(): void {
    Object.assign(disk, REAL);
  }

  private readonly syncLater = (fd: number, done: (error: Error | null) => void): void => {
    const upTo = this.changes.length;
    setImmediate(() => {
      try {
        this.step();
      } catch (error) {
        done(error as Error);
        return;
      }
      this.synced(fd, upTo);
      done(null);
    });
  };

  private step(): void {
    if (this.calls++ === this.failing) {
      throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC', errno: -28 });
    }
  }

  private name(path: string, inode: number | null): void {
    if (inode === null) this.names.delete(path);
    else this.names.set(path, inode);
    this.changes.push({ kind: 'name', directory: dirname(path), path, inode });
  }

  private openFile(path: string, flags: string | number, mode?: number): number {
    if (!path.startsWith(this.root)) return REAL.openSync(path, flags, mode);
    if (flags === 'r') {
      const fd = REAL.openSync(path, flags);
      const isDirectory = fstatSync(fd).isDirectory();
      this.open.set(fd, { inode: 0, directory: isDirectory ? path : null, synced: false });
      return fd;
    }
    this.step();
    const fd = REAL.openSync(path, flags, mode);
    let inode = this.names.get(path);
    if (inode === undefined) this.name(path, (inode = ++this.inodes));
    else if (flags === 'w') this.changes.push({ kind: 'truncate', inode, size: 0 });
    const synced = typeof flags === 'number' && (flags & 0o10000) !== 0;
    this.open.set(fd, { inode, directory: null, synced });
    return fd;
  }

  private write(fd: number, bytes: Uint8Array, from: number, length: number, at: number | null): number {
    const file = this.open.get(fd);
    const take = (count: number): number => {
      const start = at ?? fstatSync(fd).size;
      REAL.writeSync(fd, bytes, from, count, at);
      if (file === undefined) return count;
      const written = Buffer.from(bytes.subarray(from, from + count));
      this.changes.push({ kind: 'write', inode: file.inode, at: start, bytes: written });
      if (file.synced) this.synced(fd, this.changes.length);
      return count;
    };
    if (this.calls === this.failing) take(length >> 1);
    this.step();
    return take(length);
  }

  private synced(fd: number, upTo: number): void {
    const file = this.open.get(fd);
    if (file === undefined) return;
    if (file.directory === null) this.changes.push({ kind: 'sync', inode: file.inode, upTo });
    else this.changes.push({ kind: 'sync-directory', directory: file.directory });
  }

  /** Writes to `target` what the disk may hold after a crash before change number `step`. */
  crash(
    step: number,
    random: Random,
    target: string,
    lose: (changes: readonly Change[], random: Random) => Map<number, Buffer> = inOrder,
  ): void {
    const before = this.changes.slice(0, step);
    const names = this.namesAfter(before, random);
    const contents = lose(before, random);
    for (const [path, inode] of names) {
      const copy = join(target, relative(this.root, path));
      if (inode === 0) mkdirSync(copy, { recursive: true });
      else if (existsSync(dirname(copy))) writeFileSync(copy, contents.get(inode) ?? Buffer.alloc(0));
    }
  }

  /** Names with their inodes, 0 for directories. */
  private namesAfter(changes: readonly Change[], random: Random): Map<string, number> {
    const synced = new Map<string, number>();
    changes.forEach((change, i) => {
      if (change.kind === 'sync-directory') synced.set(change.directory, i);
    });
    const names = new Map<string, number>();
    const stopped = new Set<string>();
    changes.forEach((change, i) => {
      if (change.kind !== 'name' && change.kind !== 'directory') return;
      const { directory, path } = change;
      if (i > (synced.get(directory) ?? -1) && random() < 0.4) stopped.add(directory);
      if (stopped.has(directory)) return;
      if (change.kind === 'directory') names.set(path, 0);
      else if (change.inode === null) names.delete(path);
      else names.set(path, change.inode);
    });
    return names;
  }
}

/** Of what was not synced, the first so many changes of each file are there, the last of them cut. */
export function inOrder(changes: readonly Change[], random: Random): Map<number, Buffer> {
  const synced = syncsOf(changes);
  const contents = new Map<number, Buffer>();
  const stopped = new Set<number>();
  changes.forEach((change, i) => {
    if ((change.kind !== 'write' && change.kind !== 'truncate') || stopped.has(change.inode)) return;
    const { inode } = change;
    const old = contents.get(inode) ?? Buffer.alloc(0);
    const lost = i >= (synced.get(inode) ?? 0) && random() < 0.5;
    if (lost) stopped.add(inode);
    if (change.kind === 'truncate') {
      if (!lost) contents.set(inode, old.subarray(0, change.size));
      return;
    }
    const kept = lost ? Math.floor(random() * change.bytes.length) : change.bytes.length;
    const next = Buffer.alloc(Math.max(old.length, change.at + kept));
    old.copy(next);
    change.bytes.copy(next, change.at, 0, kept);
    contents.set(inode, next);
  });
  return contents;
}

/** The last change of each file that a sync has covered. */
function syncsOf(changes: readonly Change[]): Map<number, number> {
  const synced = new Map<number, number>();
  for (const change of changes) if (change.kind === 'sync') synced.set(change.inode, change.upTo);
  return synced;
}

/**
 * Of what was not synced, any block may be there as any of the writes has left it: a file has one of the lengths it had,
 * and bytes of it that never reached the disk are zeros.
 */
export function inAnyOrder(changes: readonly Change[], random: Random): Map<number, Buffer> {
  const synced = syncsOf(changes);
  const states = new Map<number, Buffer[]>();
  changes.forEach((change, i) => {
    if (change.kind !== 'write' && change.kind !== 'truncate') return;
    const { inode } = change;
    const old = states.get(inode)?.at(-1) ?? Buffer.alloc(0);
    const durable = i < (synced.get(inode) ?? 0);
    const known = durable ? [] : (states.get(inode) ?? [old]);
    states.set(inode, [...known, applied(old, change)]);
  });
  const contents = new Map<number, Buffer>();
  for (const [inode, known] of states) {
    const file = Buffer.alloc(pick(known, random).length);
    for (let at = 0; at < file.length; at += BLOCK_BYTES) {
      pick(known, random)
        .subarray(at, Math.min(at + BLOCK_BYTES, file.length))
        .copy(file, at);
    }
    contents.set(inode, file);
  }
  return contents;
}

function applied(old: Buffer, change: Change & { kind: 'write' | 'truncate' }): Buffer {
  if (change.kind === 'truncate') return old.subarray(0, change.size);
  const next = Buffer.alloc(Math.max(old.length, change.at + change.bytes.length));
  old.copy(next);
  change.bytes.copy(next, change.at);
  return next;
}

function pick<T>(from: readonly T[], random: Random): T {
  return from[Math.floor(random() * from.length)]!;
}
