import { splitInline } from '../../protocol/inline.js';

/** `b`ase (a snapshot), `i`ncrement (what came after it), `h`istory (replaced, to be deleted). */
export type AofFileType = 'b' | 'i' | 'h';

export interface AofFile {
  /** Name inside the directory of the manifest. */
  name: string;
  seq: number;
  type: AofFileType;
}

/** The files of a multi-part AOF. Loading means: the base, then the increments in their order. */
export interface AofManifest {
  base: AofFile | null;
  increments: AofFile[];
  history: AofFile[];
}

/** Longest line, newline included, as Redis reads it. */
const LINE_BYTES_MAX = 1024;
export const MANIFEST_SUFFIX = '.manifest';

/** A manifest that Redis would refuse too; `message` is its word for the reason. */
export class ManifestError extends Error {
  constructor(
    message: string,
    /** 1 for the first; 0 when the manifest as a whole is meant. */
    readonly line: number,
    readonly text: string,
  ) {
    super(message);
    this.name = 'ManifestError';
  }
}

/** Reads a manifest by the rules of Redis's aofLoadManifestFromFile. Throws a `ManifestError`. */
export function parseManifest(bytes: Buffer): AofManifest {
  const manifest: AofManifest = { base: null, increments: [], history: [] };
  if (bytes.length === 0) throw new ManifestError('Found an empty AOF manifest', 0, '');
  const text = bytes.toString('latin1');
  let number = 0;
  for (let at = 0; at < text.length;) {
    const newline = text.indexOf('\n', at);
    const complete = newline >= 0 && newline < at + LINE_BYTES_MAX;
    const end = complete ? newline + 1 : Math.min(text.length, at + LINE_BYTES_MAX);
    const line = text.slice(at, end);
    at = end;
    number++;
    if (line.startsWith('#')) continue;
    // A last line without its newline was cut while it was written.
    if (!complete) throw new ManifestError('The AOF manifest file contains too long line', number, line);
    addFile(manifest, parseLine(line, number), number, line);
  }
  return manifest;
}

function parseLine(line: string, number: number): AofFile {
  const invalid = (): ManifestError =>
    new ManifestError('Invalid AOF manifest file format', number, line.trim());
  const words = splitInline(line);
  // More pairs than three are allowed, so that later versions may add some.
  if (words === null || words.length < 6 || words.length % 2 !== 0) throw invalid();
  let name = '';
  let seq = 0;
  let type = '';
  for (let i = 0; i < words.length; i += 2) {
    const value = words[i + 1]!;
    switch (words[i]!.toLowerCase()) {
      case 'file':
        name = Buffer.from(value, 'latin1').toString();
        if (/[/\\]/.test(name))
          throw new ManifestError("File can't be a path, just a filename", number, line.trim());
        break;
      case 'seq':
        seq = Number(/^\s*[+-]?\d+/.exec(value)?.[0] ?? 0);
        break;
      case 'type':
        type = value.charAt(0);
        break;
    }
  }
  if (name === '' || seq === 0 || type === '') throw invalid();
  if (type !== 'b' && type !== 'h' && type !== 'i') {
    throw new ManifestError('Unknown AOF file type', number, line.trim());
  }
  return { name, seq, type };
}

function addFile(manifest: AofManifest, file: AofFile, number: number, line: string): void {
  const { increments, history } = manifest;
  if (file.type === 'h') history.push(file);
  else if (file.type === 'i') {
    if (file.seq <= (increments.at(-1)?.seq ?? 0)) {
      throw new ManifestError('Found a non-monotonic sequence number', number, line.trim());
    }
    increments.push(file);
  } else {
    if (manifest.base !== null) {
      throw new ManifestError('Found duplicate base file information', number, line.trim());
    }
    manifest.base = file;
  }
}

/** The manifest as Redis writes it: base, history, increments. */
export function formatManifest(manifest: AofManifest): Buffer {
  const files = [
    ...(manifest.base === null ? [] : [manifest.base]),
    ...manifest.history,
    ...manifest.increments,
  ];
  const lines = files.map(({ name, seq, type }) => `file ${quoted(name)} seq ${seq} type ${type}\n`);
  return Buffer.from(lines.join(''), 'latin1');
}

const ESCAPES: Readonly<Record<string, string>> = {
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\x07': '\\a',
  '\b': '\\b',
};

function quoted(name: string): string {
  const bytes = Buffer.from(name).toString('latin1');
  if (/^[!-~]+$/.test(bytes) && !/[\\"']/.test(bytes)) return bytes;
  const escaped = bytes.replace(/[^ -~]|[\\"]/g, (byte) => {
    if (byte === '\\' || byte === '"') return `\\${byte}`;
    return ESCAPES[byte] ?? `\\x${byte.charCodeAt(0).toString(16).padStart(2, '0')}`;
  });
  return `"${escaped}"`;
}

/** Base and increments, in the order in which they are loaded. */
export function filesInOrder(manifest: AofManifest): AofFile[] {
  return manifest.base === null ? manifest.increments : [manifest.base, ...manifest.increments];
}

/** The base file of that number: `redis.aof.2.base.rdb`. */
export function newBase(seq: number, appendFilename: string, format: 'rdb' | 'aof'): AofFile {
  return { name: `${appendFilename}.${seq}.base.${format}`, seq, type: 'b' };
}

/** The increment of that number: `redis.aof.2.incr.aof`. */
export function newIncrement(seq: number, appendFilename: string): AofFile {
  return { name: `${appendFilename}.${seq}.incr.aof`, seq, type: 'i' };
}

/** The base file that follows those of a manifest. */
export function nextBase(manifest: AofManifest, appendFilename: string, format: 'rdb' | 'aof'): AofFile {
  return newBase((manifest.base?.seq ?? 0) + 1, appendFilename, format);
}

/** The increment that follows those of a manifest. */
export function nextIncrement(manifest: AofManifest, appendFilename: string): AofFile {
  return newIncrement((manifest.increments.at(-1)?.seq ?? 0) + 1, appendFilename);
}
