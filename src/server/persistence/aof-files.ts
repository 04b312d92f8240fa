import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { replaceFile, syncDirectory } from '../../persistence/atomic-file.js';
import {
  type AofFile,
  type AofManifest,
  filesInOrder,
  formatManifest,
  MANIFEST_SUFFIX,
  ManifestError,
  nextBase,
  nextIncrement,
  parseManifest,
} from '../../persistence/aof/manifest.js';
import { LoadError } from './aof-loader.js';

/** The set of files that make up the append-only file, and the manifest that names them. */
export class AofFiles {
  manifest: AofManifest = { base: null, increments: [], history: [] };
  readonly directory: string;

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
    for (const file of filesInOrder(this.manifest)) {
      if (existsSync(this.path(file))) continue;
      throw new LoadError(`The AOF manifest ${this.manifestPath} names ${file.name}, which does not exist.`);
    }
  }

  /** A single file under the plain name becomes the base of a new set, as Redis 7 does it. */
  private upgrade(): boolean {
    const single = join(this.dataDirectory, this.appendFilename);
    if (!existsSync(single) || !statSync(single).isFile()) return false;
    mkdirSync(this.directory, { recursive: true });
    this.manifest.base = { name: this.appendFilename, seq: 1, type: 'b' };
    this.persist();
    renameSync(single, join(this.directory, this.appendFilename));
    syncDirectory(this.dataDirectory);
    return true;
  }

  /** Base and increments in the order in which they are loaded, with their sizes. */
  toLoad(): { readonly path: string; readonly bytes: number }[] {
    return filesInOrder(this.manifest).map((file) => {
      const path = this.path(file);
      return { path, bytes: statSync(path).size };
    });
  }

  /** The increment that is being written to, a new one where there is none. */
  currentIncrement(): string {
    return this.path(this.manifest.increments.at(-1) ?? this.addIncrement());
  }

  /** Begins another increment; the manifest that names it is on disk when this returns. */
  addIncrement(): AofFile {
    mkdirSync(this.directory, { recursive: true });
    const file = nextIncrement(this.manifest, this.appendFilename);
    this.manifest.increments.push(file);
    this.persist();
    return file;
  }

  /** The name that the base of a rewrite will have. */
  nextBasePath(format: 'rdb' | 'aof'): string {
    mkdirSync(this.directory, { recursive: true });
    return this.path(nextBase(this.manifest, this.appendFilename, format));
  }

  /**
   * Makes the file at `nextBasePath` the base; what it replaces (the old base, and the increments before `first`) is
   * history, and deleted once the manifest says so.
   */
  replaceBase(format: 'rdb' | 'aof', first: AofFile): void {
    const { manifest } = this;
    const base = nextBase(manifest, this.appendFilename, format);
    const replaced = manifest.increments.filter((file) => file.seq < first.seq);
    if (manifest.base !== null) replaced.unshift(manifest.base);
    manifest.history.push(...replaced.map((file) => ({ ...file, type: 'h' as const })));
    manifest.base = base;
    manifest.increments = manifest.increments.filter((file) => file.seq >= first.seq);
    this.persist();
    this.removeHistory();
  }

  private removeHistory(): void {
    const { manifest } = this;
    for (const file of manifest.history) rmSync(this.path(file), { force: true });
    manifest.history = [];
    this.persist();
  }

  /** Leftovers of a crash: temporary files, and history that was about to be deleted. */
  private removeTemporary(): void {
    for (const name of readdirSync(this.directory)) {
      if (name.startsWith('temp-')) rmSync(join(this.directory, name), { force: true });
    }
    if (this.manifest.history.length > 0) this.removeHistory();
  }

  private persist(): void {
    replaceFile(this.manifestPath, formatManifest(this.manifest));
  }
}
