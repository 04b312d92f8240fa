import type { Bytes } from '../../src/bytes/bytes.js';
import type { PartSource } from '../../src/storage/types/stream-block.js';

/** Parts of an entry of a stream: names and values in turn. */
export function partsOf(parts: readonly Bytes[]): PartSource {
  return { arg: (i) => parts[i]!, length: (i) => parts[i]!.length };
}
