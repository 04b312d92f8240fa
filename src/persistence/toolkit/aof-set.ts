import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import {
  type AofManifest,
  filesInOrder,
  MANIFEST_SUFFIX,
  ManifestError,
  parseManifest,
} from '../aof/manifest.js';

/** One file of the data: what comes first is loaded first. */
export interface AofSetFile {
  path: string;
  name: string;
  /** `single`: an AOF of Redis before 7, or an RDB file. */
  role: 'base' | 'increment' | 'single';
}

/** All files that belong to what a person named. */
export interface AofSet {
  /** Null for a single file. */
  manifestPath: string | null;
  manifest: AofManifest | null;
  files: AofSetFile[];
}

/** The path leads to no AOF. The message says what was looked for, and what to type instead. */
export class AofPathError extends Error {}

/** The files are damaged so that a command cannot do its work at all. The message says where, and what to type. */
export class AofDamagedError extends Error {}

/** Where Redis keeps a multi-part AOF, unless `appenddirname` says otherwise. */
export const DEFAULT_DIRECTORY = 'appendonlydir';

/**
 * The AOF that `path` means: a manifest, a directory that holds one (or holds `appendonlydir`), a single AOF or RDB
 * file, or the name of an AOF that exists as a multi-part one.
 */
export function findAofSet(path: string): AofSet {
  const manifest = findManifest(path);
  if (manifest !== null) return readManifest(manifest);
  if (!existsSync(path)) {
    throw new AofPathError(
      `${path} does not exist, and there is no ${manifestNames(path).join(' or ')} either`,
    );
  }
  if (statSync(path).isDirectory()) return singleIn(path);
  return { manifestPath: null, manifest: null, files: [{ path, name: basename(path), role: 'single' }] };
}

/** Size of all files together; of those that are missing, nothing. */
export function setBytes({ files }: AofSet): number {
  return files.reduce((sum, { path }) => sum + fileBytes(path), 0);
}

/** Size of a file; 0 of one that is missing. */
export function fileBytes(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

function manifestNames(path: string): string[] {
  const name = basename(path) + MANIFEST_SUFFIX;
  return [join(dirname(path), name), join(dirname(path), DEFAULT_DIRECTORY, name)];
}

function findManifest(path: string): string | null {
  if (!existsSync(path)) return manifestNames(path).find((name) => existsSync(name)) ?? null;
  if (!statSync(path).isDirectory()) return path.endsWith(MANIFEST_SUFFIX) ? path : null;
  for (const directory of [path, join(path, DEFAULT_DIRECTORY)]) {
    if (!existsSync(directory)) continue;
    const names = readdirSync(directory).filter(
      (name) => name.endsWith(MANIFEST_SUFFIX) && !name.startsWith('temp-'),
    );
    if (names.length > 1) {
      throw new AofPathError(
        `${directory} holds ${names.length} manifests (${names.join(', ')}): name one of them`,
      );
    }
    if (names.length === 1) return join(directory, names[0]!);
  }
  return null;
}

function singleIn(directory: string): AofSet {
  const names = readdirSync(directory).filter((name) => name.endsWith('.aof'));
  if (names.length !== 1) {
    const found = names.length === 0 ? 'no *.aof file' : `${names.length} *.aof files`;
    throw new AofPathError(`${directory} holds no *${MANIFEST_SUFFIX} and ${found}: name the file`);
  }
  const path = join(directory, names[0]!);
  return { manifestPath: null, manifest: null, files: [{ path, name: names[0]!, role: 'single' }] };
}

function readManifest(path: string): AofSet {
  try {
    const manifest = parseManifest(readFileSync(path));
    const files = filesInOrder(manifest).map(({ name, type }): AofSetFile => {
      return { path: join(dirname(path), name), name, role: type === 'b' ? 'base' : 'increment' };
    });
    return { manifestPath: path, manifest, files };
  } catch (error) {
    if (!(error instanceof ManifestError)) throw error;
    const line = error.line === 0 ? '' : `, line ${error.line} ('${error.text.trim()}')`;
    throw new AofPathError(`${path}${line}: ${error.message}`, { cause: error });
  }
}
