import { existsSync, readdirSync, readFileSync, type Stats, statSync } from 'node:fs';
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

const LINE_SHOWN_MAX = 100;
const MANIFEST_HELP =
  "A line of a manifest reads 'file NAME seq NUMBER type b|h|i', NAME being a file beside it; give one of those files instead to look at it alone";

/** Where Redis keeps a multi-part AOF, unless `appenddirname` says otherwise. */
export const DEFAULT_DIRECTORY = 'appendonlydir';

/**
 * The AOF that `path` means: a manifest, a directory that holds one (or holds `appendonlydir`), a single AOF or RDB
 * file, or the name of an AOF that exists as a multi-part one.
 */
export function findAofSet(path: string): AofSet {
  if (path === '') throw new AofPathError('the path is empty: name a file, a manifest or a directory');
  const manifest = findManifest(path);
  if (manifest !== null) return readManifest(manifest);
  const place = placeAt(path);
  if (place === 'nothing') {
    throw new AofPathError(
      `${path} does not exist, and there is no ${manifestNames(path).join(' or ')} either`,
    );
  }
  if (place === 'directory') return singleIn(path);
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

/** What is at `path`. Throws an `AofPathError` for what is neither a file nor a directory, or may not be looked at. */
function placeAt(path: string): 'file' | 'directory' | 'nothing' {
  let stats: Stats | undefined;
  try {
    stats = statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : '';
    if (code === 'ELOOP') throw new AofPathError(`${path} is a link that leads back to itself`);
    if (code === 'EACCES')
      throw new AofPathError(`${path}: permission denied; try as the user that runs the server`);
    throw error;
  }
  if (stats === undefined) return 'nothing';
  if (stats.isDirectory()) return 'directory';
  if (stats.isFile()) return 'file';
  throw new AofPathError(
    `${path} is no file but a pipe, socket or device: copy what it holds to a file first`,
  );
}

function findManifest(path: string): string | null {
  const place = placeAt(path);
  if (place === 'nothing') return manifestNames(path).find((name) => existsSync(name)) ?? null;
  if (place === 'file') return path.endsWith(MANIFEST_SUFFIX) ? path : null;
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
  if (placeAt(path) === 'directory') throw new AofPathError(`${path} is a directory, not a manifest`);
  try {
    const manifest = parseManifest(readFileSync(path));
    const files = filesInOrder(manifest).map(({ name, type }): AofSetFile => {
      return { path: join(dirname(path), name), name, role: type === 'b' ? 'base' : 'increment' };
    });
    const directory = files.find((file) => placeAt(file.path) === 'directory');
    if (directory !== undefined)
      throw new AofPathError(`${directory.path} is a directory, although the manifest names it as a file`);
    return { manifestPath: path, manifest, files };
  } catch (error) {
    if (!(error instanceof ManifestError)) throw error;
    const text = error.text.trim();
    const shown = text.length > LINE_SHOWN_MAX ? `${text.slice(0, LINE_SHOWN_MAX)}...` : text;
    const line = error.line === 0 ? '' : `, line ${error.line} ('${shown}')`;
    throw new AofPathError(`${path}${line}: ${error.message}. ${MANIFEST_HELP}`, { cause: error });
  }
}
