import { close, existsSync, openSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { disk } from '../../persistence/disk.js';
import { replaceFile, syncDirectory } from '../../persistence/atomic-file.js';
import {
  type AofFile,
  type AofManifest,
  filesInOrder,
  formatManifest,
  MANIFEST_SUFFIX,
  ManifestError,
  newBase,
  newIncrement,
  parseManifest,
} from '../../persistence/aof/manifest.js';
import { LoadError } from './aof-loader.js';

/** The set of files that make up the append-only file, and the manifest that names them. */
export class AofFiles {
  manifest: AofManifest = { base: null, increments: [], history: [] };
  readonly directory: string;
  /**
   * Numbers that names were made of so far. One is never used again, not even when what it was for failed: the manifest
   * on disk may name the file all the same.
   */
  private baseSeq = 0;
  private incrementSeq = 0;

  constructor(
    private readonly dataDirectory: string,
    private readonly appendFilename: string,
    appendDirname: string,
  ) {
    this.directory = join(dataDirectory, appendDirname);
  }

  private get manifestPath(): string {
    return join(this.directory, this.appendFilename + MANIFEST_SUFFIX);
  }

  path(file: AofFile): string {
    return join(this.directory, file.name);
  }

  /**
   * Reads the manifest, or takes in the single file of an older version. False when there is nothing to load. Throws a
   * `LoadError` when files are missing or the manifest is wrong.
   */
  open(): boolean {
    if (existsSync(this.manifestPath)) {
      this.readManifest();
      this.removeTemporary();
      return true;
    }
    return this.upgrade();
  }

  private readManifest(): void {
    try {
      this.manifest = parseManifest(readFileSync(this.manifestPath));
    } catch (error) {
      if (!(error instanceof ManifestError)) throw error;
      throw new LoadError(`${error.message} in ${this.manifestPath}, line ${error.line}: ${error.text}`, {
        cause: error,
      });
    }
    this.baseSeq = this.manifest.base?.seq ?? 0;
    this.incrementSeq = this.manifest.increments.at(-1)?.seq ?? 0;
    this.finishUpgrade();
    for (const file of filesInOrder(this.manifest)) {
      if (existsSync(this.path(file))) continue;
      throw new LoadError(
        `The AOF manifest ${this.manifestPath} names ${file.name} although it is not there: No such file or directory.`,
      );
    }
  }

  /** A single file under the plain name becomes the base of a new set, as Redis 7 does it. */
  private upgrade(): boolean {
    const single = join(this.dataDirectory, this.appendFilename);
    if (!existsSync(single) || !statSync(single).isFile()) return false;
    this.makeDirectory();
    this.baseSeq = 1;
    this.persist({ ...this.manifest, base: { name: this.appendFilename, seq: 1, type: 'b' } });
    this.finishUpgrade();
    return true;
  }

  /** Moves the single file to where the manifest says that it is, unless it is there: a crash may have come between. */
  private finishUpgrade(): void {
    const { base } = this.manifest;
    const single = join(this.dataDirectory, this.appendFilename);
    if (base?.name !== this.appendFilename || existsSync(this.path(base)) || !existsSync(single)) return;
    // Renamed into another directory, it might be in neither after a crash: not every file system does that at once.
    const linked = link(single, this.path(base));
    if (!linked) disk.renameSync(single, this.path(base));
    syncDirectory(this.directory);
    if (linked) disk.rmSync(single, { force: true });
    syncDirectory(this.dataDirectory);
  }

  private makeDirectory(): void {
    if (existsSync(this.directory)) return;
    disk.mkdirSync(this.directory, { recursive: true });
    syncDirectory(this.dataDirectory);
  }

  /** Base and increments in the order in which they are loaded, with their sizes; 0 for one that was removed while in use. */
  toLoad(): { readonly path: string; readonly bytes: number }[] {
    return filesInOrder(this.manifest).map((file) => {
      const path = this.path(file);
      return { path, bytes: statSync(path, { throwIfNoEntry: false })?.size ?? 0 };
    });
  }

  /** The increment that is being written to, a new one where there is none. */
  currentIncrement(): string {
    return this.path(this.manifest.increments.at(-1) ?? this.addIncrement());
  }

  /** Begins another increment; it and the manifest that names it are on disk when this returns. */
  addIncrement(): AofFile {
    this.makeDirectory();
    const file = newIncrement(++this.incrementSeq, this.appendFilename);
    // The manifest must never name a file that is not there. One of that name can only be left from a crash.
    disk.closeSync(disk.openSync(this.path(file), 'w', 0o644));
    syncDirectory(this.directory);
    this.persist({ ...this.manifest, increments: [...this.manifest.increments, file] });
    return file;
  }

  /** A name that no base had before, for the base of a rewrite. */
  newBase(format: 'rdb' | 'aof'): AofFile {
    this.makeDirectory();
    return newBase(++this.baseSeq, this.appendFilename, format);
  }

  /**
   * Makes `base`, which is on disk, the base; what it replaces (the old base, and the increments before `first`, or all
   * of them) is history, and deleted once the manifest says so.
   */
  replaceBase(base: AofFile, first: AofFile | null): void {
    const { manifest } = this;
    const firstSeq = first?.seq ?? Infinity;
    const replaced = manifest.increments.filter((file) => file.seq < firstSeq);
    if (manifest.base !== null) replaced.unshift(manifest.base);
    this.persist({
      base,
      increments: manifest.increments.filter((file) => file.seq >= firstSeq),
      history: [...manifest.history, ...replaced.map((file) => ({ ...file, type: 'h' as const }))],
    });
    this.removeHistory();
  }

  /** The directory was removed under us: what it held is gone, and must not be named again. */
  forget(): void {
    this.manifest = { base: null, increments: [], history: [] };
  }

  private removeHistory(): void {
    for (const file of this.manifest.history) removeLarge(this.path(file));
    this.persist({ ...this.manifest, history: [] });
  }

  /** Leftovers of a crash: temporary files, and history that was about to be deleted. */
  private removeTemporary(): void {
    for (const name of readdirSync(this.directory)) {
      if (name.startsWith('temp-')) disk.rmSync(join(this.directory, name), { force: true });
    }
    if (this.manifest.history.length > 0) this.removeHistory();
  }

  /** What could not be written does not become the manifest. */
  private persist(manifest: AofManifest): void {
    replaceFile(this.manifestPath, formatManifest(manifest));
    this.manifest = manifest;
  }
}

/** Removes a file whose blocks are freed in a thread, by closing it after its name has gone: 65 MB took 50 ms. */
function removeLarge(path: string): void {
  let fd: number | null = null;
  try {
    fd = openSync(path, 'r');
  } catch {
    // It is gone, or cannot be read: then its blocks are freed by the next call.
  }
  disk.rmSync(path, { force: true });
  if (fd !== null) close(fd);
}

/** Gives a file a second name; false where the file system has no such thing. */
function link(from: string, to: string): boolean {
  try {
    disk.linkSync(from, to);
    return true;
  } catch {
    return false;
  }
}
