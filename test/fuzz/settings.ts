import fc from 'fast-check';
import { oneOf, words, type Words } from './words.js';

/**
 * Directives that say how values are kept, with small limits and large ones; the first is Redis's own. Not
 * stream-node-max-bytes: blocks of a stream are not laid out as Redis's, and trimming by `~` shows where they end.
 */
const LIMITS: Readonly<Record<string, readonly string[]>> = {
  'list-max-listpack-size': ['-2', '1', '3', '64', '-1', '-5'],
  'list-compress-depth': ['0', '1', '2'],
  'hash-max-listpack-entries': ['512', '0', '4', '16'],
  'hash-max-listpack-value': ['64', '0', '3', '300'],
  'set-max-intset-entries': ['512', '0', '4', '30'],
  'zset-max-listpack-entries': ['128', '0', '4', '30'],
  'zset-max-listpack-value': ['64', '0', '3', '300'],
  'stream-node-max-entries': ['100', '0', '1', '3', '10'],
  'hll-sparse-max-bytes': ['3000', '0', '40', '300'],
  'maxmemory-policy': ['noeviction', 'allkeys-lfu', 'allkeys-lru'],
  'lazyfree-lazy-user-del': ['no', 'yes'],
  'lazyfree-lazy-server-del': ['no', 'yes'],
  'proto-max-bulk-len': ['536870912', '1048576'],
};

/** What every row begins with. */
export const DEFAULTS: readonly (readonly string[])[] = [
  ['CONFIG', 'SET', ...Object.entries(LIMITS).flatMap(([name, values]) => [name, values[0]!])],
];

/** Sets one of them. */
export const setting: Words = fc.oneof(
  ...Object.entries(LIMITS).map(([name, values]) => words('CONFIG', 'SET', name, oneOf(...values))),
);

/** Up to four of them, and a protocol: what a row of commands runs under. */
export const settings: fc.Arbitrary<readonly (readonly string[])[]> = fc
  .tuple(fc.array(setting, { maxLength: 4 }), words('HELLO', oneOf('2', '3')))
  .map(([chosen, hello]) => [...chosen, hello]);
