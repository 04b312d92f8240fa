import { Bytes } from '../bytes/bytes.js';
import { parseInteger } from '../bytes/integer.js';
import type { Database } from './database.js';
import { Representation } from './representation.js';

/** Longest string that Redis keeps in one piece with its header. */
const EMBSTR_BYTES_MAX = 44;
const INT_BYTES_MAX = 20;

/** Indexed by `Representation`; a type may answer for its values by `keyspace.encodings`. */
const NAMES: readonly string[] = encodingNames();

function encodingNames(): string[] {
  const names: string[] = [];
  names[Representation.STRING_RAW] = 'raw';
  names[Representation.STRING_EMBEDDED] = 'embstr';
  names[Representation.LIST_PACKED] = 'quicklist';
  names[Representation.LIST_BLOCKS] = 'quicklist';
  names[Representation.SET_INTS] = 'intset';
  names[Representation.SET_PACKED] = 'hashtable';
  names[Representation.SET_DICT] = 'hashtable';
  names[Representation.HASH_PACKED] = 'listpack';
  names[Representation.HASH_DICT] = 'hashtable';
  names[Representation.ZSET_PACKED] = 'listpack';
  names[Representation.ZSET_TREE] = 'skiplist';
  names[Representation.STREAM] = 'stream';
  return names;
}

const view = new Bytes(new Uint8Array(0));

/** What OBJECT ENCODING says of a value: what Redis would have chosen for it. */
export function encodingName(database: Database, ref: number): string {
  const representation = database.representation(ref);
  if (representation === 0) return stringEncoding(database.value(ref, view));
  return database.keyspace.encodings[representation]?.(database, ref) ?? NAMES[representation]!;
}

function stringEncoding(value: Bytes): string {
  if (value.length <= INT_BYTES_MAX && !Number.isNaN(parseInteger(value))) return 'int';
  return value.length <= EMBSTR_BYTES_MAX ? 'embstr' : 'raw';
}
