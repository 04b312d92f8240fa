import { runLoad } from './load-run.js';
import { loadPlan, type LoadPlan } from './load-plan.js';
import type { Operation } from './request-template.js';
import { standardTest, testOperation } from './standard-tests.js';

/** Requests that put data in place before a workload is measured. */
export interface Preparation {
  readonly operation: Operation;
  /** How many of them, for a key space of `keys` and about `requests` requests to come. */
  readonly requests: (keys: number, requests: number) => number;
  /** The workload uses it up, so that each run needs it anew. */
  readonly consumed?: boolean;
}

/** One thing to measure: a test, a mix, a preset or a command line. */
export interface Workload {
  readonly name: string;
  readonly operations: readonly Operation[];
  readonly preparations: readonly Preparation[];
}

/** A run that is limited by time is taken to make so many requests, when something has to be there for each. */
const REQUESTS_PER_SECOND = 1_500_000;
const REQUESTS_OF_TIMED_RUN_MAX = 5_000_000;
const OPERATIONS_MAX = 64;

/** One workload for each test named in `set,get,…`. */
export function testWorkloads(names: string): readonly Workload[] {
  return names.split(',').map((name) => {
    const test = standardTest(name);
    return {
      name: test.name,
      operations: [testOperation(test)],
      preparations: test.preparation ? [test.preparation] : [],
    };
  });
}

/** One workload of several tests by weight: `get:80,set:20`. */
export function mixWorkload(text: string): Workload {
  const parts = text.split(',').map((part) => {
    const [name = '', weight = '1', ...rest] = part.split(':');
    const amount = Number(weight);
    if (rest.length > 0 || !(amount > 0)) throw new Error(`'${part}' of the mix is not TEST:WEIGHT`);
    return { test: standardTest(name), weight: amount };
  });
  if (parts.length > OPERATIONS_MAX) throw new Error(`a mix has at most ${OPERATIONS_MAX} tests`);
  const preparations = parts.flatMap(({ test }) => (test.preparation ? [test.preparation] : []));
  return {
    name: `mix ${text}`,
    operations: parts.map(({ test, weight }) => testOperation(test, weight)),
    preparations: preparations.filter(
      (one, i) => preparations.findIndex((other) => other.operation.name === one.operation.name) === i,
    ),
  };
}

/** A command line of the user's own, with placeholders in its arguments. */
export function commandWorkload(args: readonly string[]): Workload {
  return {
    name: args.join(' '),
    operations: [{ name: args[0] ?? '', weight: 1, commands: [args] }],
    preparations: [],
  };
}

/** Puts the data of `preparations` in place, as fast as the server takes it. Throws when the server refuses it. */
export async function prepareData(
  plan: LoadPlan,
  preparations: readonly Preparation[],
  signal?: AbortSignal,
): Promise<void> {
  for (const { operation, requests } of preparations) {
    const count = Math.ceil(requests(plan.keys, requestsToCome(plan)));
    const result = await runLoad(
      loadPlan({
        address: plan.address,
        operations: [operation],
        valueSizes: plan.valueSizes,
        keys: plan.keys,
        keyDistribution: { kind: 'sequential' },
        connections: Math.min(8, count),
        pipeline: Math.min(32, Math.max(1, Math.floor(count / 8))),
        requests: count,
      }),
      { probe: false, ...(signal === undefined ? {} : { signal }) },
    );
    const [error] = Object.keys(result.errorTexts);
    if (result.gone !== undefined)
      throw new Error(`the server went away during '${operation.name}': ${result.gone}`);
    if (error !== undefined) throw new Error(`the server refused '${operation.name}': ${error}`);
  }
}

function requestsToCome({ requests, seconds, warmupSeconds, rampSeconds }: LoadPlan): number {
  if (requests > 0) return requests;
  return Math.min(REQUESTS_OF_TIMED_RUN_MAX, REQUESTS_PER_SECOND * (seconds + warmupSeconds + rampSeconds));
}
