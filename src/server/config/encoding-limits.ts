import type { EncodingLimits } from '../../storage/encoding-limits.js';
import type { ConfigValues } from './directives.js';

/** The directives that OBJECT ENCODING depends on. */
export const ENCODING_DIRECTIVES = [
  'hash-max-listpack-entries',
  'hash-max-listpack-value',
  'set-max-intset-entries',
  'zset-max-listpack-entries',
  'zset-max-listpack-value',
] as const;

/** Tells the storage the directives that OBJECT ENCODING depends on; called whenever one of them may have changed. */
export function applyEncodingLimits(config: ConfigValues, limits: EncodingLimits): void {
  limits.hashEntriesMax = config['hash-max-listpack-entries'];
  limits.hashValueBytesMax = config['hash-max-listpack-value'];
  limits.setIntsMax = config['set-max-intset-entries'];
  limits.zsetEntriesMax = config['zset-max-listpack-entries'];
  limits.zsetValueBytesMax = config['zset-max-listpack-value'];
}
