import type { Keyspace } from '../../src/storage/keyspace.js';

/** Live bytes of the records and what they own, without the indexes, whose least tables stay in empty databases. */
export function recordBytes(keyspace: Keyspace): number {
  let bytes = keyspace.slab.liveBytes;
  for (const database of keyspace.databases) bytes -= database.indexBytes;
  return bytes;
}
