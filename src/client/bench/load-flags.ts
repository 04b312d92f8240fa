import { availableParallelism } from 'node:os';
import { Flags } from '@oclif/core';
import { parseKeyDistribution, type KeyDistribution } from './key-distribution.js';
import type { LoadPlan, ServerAddress } from './load-plan.js';
import { preset, PRESETS } from './presets.js';
import { parseTarget } from './target.js';
import { parseValueSizes, type ValueSize } from './value-size.js';
import { commandWorkload, mixWorkload, testWorkloads, type Workload } from './workload.js';

const CONNECTIONS_MAX = 65_000;
const PIPELINE_MAX = 10_000;
const KEYS_MAX = 999_999_999_999;
/** As redis-benchmark's -n. */
const REQUESTS_MAX = 2_147_483_647;
const DAY_SECONDS = 86_400;

/** Seconds, from `10`, `10s`, `500ms`, `2m`. */
export function parseSeconds(text: string): number {
  const [, number = '', unit = 's'] = /^(\d+(?:\.\d+)?)(ms|s|m)?$/.exec(text) ?? [];
  const seconds = number === '' ? NaN : Number(number) * (unit === 'ms' ? 0.001 : unit === 'm' ? 60 : 1);
  if (!(seconds >= 0 && seconds <= DAY_SECONDS)) {
    throw new Error(`'${text}' is not a duration such as 10, 10s, 500ms or 2m (at most a day)`);
  }
  return seconds;
}

export const secondsFlag = Flags.custom<number>({ parse: (text) => Promise.resolve(parseSeconds(text)) });
export const wholeFlag = (min: number, max: number): ReturnType<typeof Flags.custom<number>> =>
  Flags.custom<number>({
    parse: (text) => {
      const value = /^\d+$/.test(text) ? Number(text) : NaN;
      if (value >= min && value <= max) return Promise.resolve(value);
      throw new Error(`expected a whole number from ${min} to ${max}, got '${text}'`);
    },
  });

/** A number between 0 and 1, neither included. */
export const fractionFlag = Flags.custom<number>({
  parse: (text) => {
    const value = Number(text);
    if (value > 0 && value < 1) return Promise.resolve(value);
    throw new Error(`expected a number between 0 and 1, got '${text}'`);
  },
});

/** Flags that say how to reach a server that already runs. */
export const addressFlags = {
  host: Flags.string({ char: 'h', default: '127.0.0.1', description: 'server host' }),
  port: wholeFlag(1, 65_535)({ char: 'p', default: 6379, description: 'server port' }),
  socket: Flags.string({ char: 's', description: 'server socket (overrides host and port)' }),
  uri: Flags.string({ char: 'u', description: 'server URI, redis://user:password@host:port/db' }),
};

export const credentialFlags = {
  password: Flags.string({ char: 'a', description: 'password for AUTH' }),
  user: Flags.string({ description: "user name for AUTH; needs '--password'", dependsOn: ['password'] }),
  dbnum: wholeFlag(0, 1_000_000)({ default: 0, description: 'database to SELECT' }),
  resp3: Flags.boolean({ description: 'speak RESP3 (HELLO 3)' }),
};

/** Flags that say what to send. */
export const workloadFlags = {
  tests: Flags.string({ char: 't', description: "tests by redis-benchmark's names: set,get,incr,lpush,…" }),
  mix: Flags.string({
    description: 'tests by weight, together: get:80,set:20',
    exclusive: ['tests', 'preset'],
  }),
  preset: Flags.string({
    description: `workload shaped as an application makes it: ${PRESETS.map(({ name }) => name).join(', ')}`,
    exclusive: ['tests', 'mix'],
  }),
  connections: wholeFlag(1, CONNECTIONS_MAX)({ char: 'c', default: 50, description: 'parallel connections' }),
  pipeline: wholeFlag(
    1,
    PIPELINE_MAX,
  )({ char: 'P', default: 1, description: 'requests under way per connection' }),
  keys: wholeFlag(
    1,
    KEYS_MAX,
  )({ char: 'r', description: 'size of the key space that __rand_int__ is drawn from' }),
  'key-dist': Flags.custom<KeyDistribution>({ parse: (text) => Promise.resolve(parseKeyDistribution(text)) })(
    {
      description: 'uniform, sequential, zipf[:theta], hot:KEYS%:REQUESTS%',
    },
  ),
  'data-size': Flags.custom<readonly ValueSize[]>({
    parse: (text) => Promise.resolve(parseValueSizes(text)),
  })({
    char: 'd',
    description: 'value size in bytes: 3, 10-1000, 32:80,1024:20 (with weights) or exp:MEAN',
  }),
  driver: Flags.option({ options: ['resp', 'ioredis'] as const })({
    default: 'resp',
    description: 'send bytes, or go through ioredis as a Node program would',
  }),
  threads: wholeFlag(1, 64)({ description: 'generator threads [default: one fewer than CPUs, at most 4]' }),
  seed: wholeFlag(0, REQUESTS_MAX)({ default: 1, description: 'seed of all that is drawn' }),
  prefill: Flags.boolean({
    default: true,
    allowNo: true,
    description: 'put in place first what the reads will read',
  }),
};

/** Flags that say how long. */
export const lengthFlags = {
  requests: wholeFlag(
    1,
    REQUESTS_MAX,
  )({
    char: 'n',
    description: 'requests in all [default: 100000]',
    exclusive: ['duration'],
  }),
  duration: secondsFlag({ description: 'run for so long instead: 10, 10s, 500ms, 2m' }),
  warmup: secondsFlag({ default: 0, description: 'run so long before measuring' }),
  ramp: secondsFlag({
    default: 0,
    description: 'add connections (or rate) step by step for so long, before the warm-up',
  }),
};

export interface AddressOptions {
  readonly host: string;
  readonly port: number;
  readonly socket?: string | undefined;
  readonly uri?: string | undefined;
}

export interface CredentialOptions {
  readonly password?: string | undefined;
  readonly user?: string | undefined;
  readonly dbnum: number;
  readonly resp3: boolean;
}

export interface WorkloadOptions {
  readonly tests?: string | undefined;
  readonly mix?: string | undefined;
  readonly preset?: string | undefined;
  readonly connections: number;
  readonly pipeline: number;
  readonly keys?: number | undefined;
  readonly 'key-dist'?: KeyDistribution | undefined;
  readonly 'data-size'?: readonly ValueSize[] | undefined;
  readonly driver: 'resp' | 'ioredis';
  readonly threads?: number | undefined;
  readonly seed: number;
}

/** Address of a running server. Throws an Error that names the URI when it cannot be read. */
export function addressOf(options: AddressOptions & CredentialOptions): ServerAddress {
  const credentials = credentialsOf(options);
  if (options.uri !== undefined) {
    const target = parseTarget(options.uri);
    if (target.kind === 'running') return { ...credentials, ...target.address };
    throw new Error(`'${options.uri}' is not a URI such as redis://127.0.0.1:6379`);
  }
  const { host, port, socket } = options;
  return { host, port, ...(socket === undefined ? {} : { path: socket }), ...credentials };
}

export function credentialsOf(options: CredentialOptions): Omit<ServerAddress, 'host' | 'port'> {
  const { password, user, dbnum, resp3 } = options;
  return {
    ...(password === undefined ? {} : { password }),
    ...(user === undefined ? {} : { username: user }),
    db: dbnum,
    resp3,
  };
}

/** One CPU is left to the server under test, where there is one to leave. */
function defaultThreads(): number {
  return Math.max(1, Math.min(4, availableParallelism() - 1));
}

/** What to send: a command line of one's own, a preset, a mix, or tests (`defaultTests` when none are named). */
export function chosenWorkloads(
  options: WorkloadOptions,
  args: readonly string[],
  defaultTests: string,
): readonly Workload[] {
  if (args.length > 0) {
    const other = (['tests', 'mix', 'preset'] as const).find((name) => options[name] !== undefined);
    if (other !== undefined)
      throw new Error(`a command of one's own ('${args.join(' ')}') excludes --${other}`);
    return [commandWorkload(args)];
  }
  if (options.mix !== undefined) return [mixWorkload(options.mix)];
  if (options.preset !== undefined) {
    const { name, operations, preparation } = preset(options.preset);
    return [{ name, operations, preparations: preparation ? [preparation] : [] }];
  }
  return testWorkloads(options.tests ?? defaultTests);
}

/** The part of a plan that the workload flags decide; presets fill in what no flag says. */
export function workloadPlan(options: WorkloadOptions): Partial<LoadPlan> {
  const shape = options.preset === undefined ? undefined : preset(options.preset);
  const sizes = options['data-size'] ?? shape?.valueSizes;
  const distribution = options['key-dist'] ?? shape?.keyDistribution;
  return {
    connections: options.connections,
    pipeline: options.pipeline,
    threads: Math.min(options.threads ?? defaultThreads(), options.connections),
    driver: options.driver,
    seed: options.seed,
    keys: options.keys ?? shape?.keys ?? 0,
    ...(sizes === undefined ? {} : { valueSizes: sizes }),
    ...(distribution === undefined ? {} : { keyDistribution: distribution }),
    ...(shape?.subscribers === undefined ? {} : { subscribers: shape.subscribers }),
    ...(shape?.channel === undefined ? {} : { channel: shape.channel }),
  };
}
