import type { KeyDistribution } from './key-distribution.js';
import type { Operation } from './request-template.js';
import { parseValueSizes, type ValueSize } from './value-size.js';
import type { Preparation } from './workload.js';

/** A workload shaped as a kind of application makes it. Options of the command line take precedence. */
export interface Preset {
  readonly name: string;
  readonly summary: string;
  readonly operations: readonly Operation[];
  readonly keys: number;
  readonly keyDistribution: KeyDistribution;
  readonly valueSizes: readonly ValueSize[];
  readonly preparation?: Preparation;
  readonly subscribers?: number;
  readonly channel?: string;
}

const operation = (name: string, weight: number, ...commands: readonly string[]): Operation => ({
  name,
  weight,
  commands: commands.map((command) => command.split(' ')),
});
const ofEveryKey = (name: string, command: string): Preparation => ({
  operation: operation(name, 1, command),
  requests: (keys) => keys,
});

export const PRESETS: readonly Preset[] = [
  {
    name: 'cache',
    summary: '90 % GET, 10 % SET with a TTL; few keys get most requests; values of 500 bytes on average',
    operations: [
      operation('get', 90, 'GET cache:__key__'),
      operation('set', 10, 'SET cache:__key__ __data__ EX 300'),
    ],
    keys: 100_000,
    keyDistribution: { kind: 'zipf', theta: 0.99 },
    valueSizes: parseValueSizes('exp:500'),
    preparation: ofEveryKey('fill cache:*', 'SET cache:__key__ __data__ EX 300'),
  },
  {
    name: 'session',
    summary: '80 % read a hash and push its expiry back, 20 % write two fields of it',
    operations: [
      operation('touch', 80, 'HGETALL session:__key__', 'EXPIRE session:__key__ 1800'),
      operation(
        'save',
        20,
        'HSET session:__key__ user user:__key__ data __data__ seen 1700000000',
        'EXPIRE session:__key__ 1800',
      ),
    ],
    keys: 100_000,
    keyDistribution: { kind: 'hot', hotKeys: 0.1, hotRequests: 0.9 },
    valueSizes: parseValueSizes('200'),
    preparation: ofEveryKey(
      'fill session:*',
      'HSET session:__key__ user user:__key__ data __data__ seen 1700000000',
    ),
  },
  {
    name: 'rate-limit',
    summary: 'INCR of a counter and EXPIRE NX, sent together; few callers make most requests',
    operations: [operation('hit', 1, 'INCR limit:__key__', 'EXPIRE limit:__key__ 60 NX')],
    keys: 10_000,
    keyDistribution: { kind: 'zipf', theta: 0.99 },
    valueSizes: parseValueSizes('3'),
  },
  {
    name: 'queue',
    summary: 'half LPUSH, half RPOP on one list; jobs of 200 bytes',
    operations: [operation('push', 50, 'LPUSH queue:jobs __data__'), operation('pop', 50, 'RPOP queue:jobs')],
    keys: 1,
    keyDistribution: { kind: 'uniform' },
    valueSizes: parseValueSizes('200'),
    preparation: {
      operation: operation('fill queue:jobs', 1, 'LPUSH queue:jobs __data__'),
      requests: () => 10_000,
    },
  },
  {
    name: 'pubsub',
    summary: 'PUBLISH to one channel with ten subscribers; messages of 100 bytes',
    operations: [operation('publish', 1, 'PUBLISH bench:channel __data__')],
    keys: 1,
    keyDistribution: { kind: 'uniform' },
    valueSizes: parseValueSizes('100'),
    subscribers: 10,
    channel: 'bench:channel',
  },
  {
    name: 'leaderboard',
    summary: '60 % ZINCRBY, 20 % top ten, 20 % rank of one player',
    operations: [
      operation('score', 60, 'ZINCRBY leaderboard 5 player:__key__'),
      operation('top', 20, 'ZREVRANGE leaderboard 0 9 WITHSCORES'),
      operation('rank', 20, 'ZREVRANK leaderboard player:__key__'),
    ],
    keys: 100_000,
    keyDistribution: { kind: 'zipf', theta: 0.99 },
    valueSizes: parseValueSizes('3'),
    preparation: ofEveryKey('fill leaderboard', 'ZADD leaderboard __key__ player:__key__'),
  },
];

/** Throws an Error that names the preset when there is none of that name. */
export function preset(name: string): Preset {
  const found = PRESETS.find((candidate) => candidate.name === name.toLowerCase());
  if (found === undefined) {
    throw new Error(
      `no preset is called '${name}'; there are: ${PRESETS.map((known) => known.name).join(', ')}`,
    );
  }
  return found;
}
