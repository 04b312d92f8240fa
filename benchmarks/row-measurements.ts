import type { ComparedMetric, Comparison } from '../src/client/bench/comparison.js';
import type { LoadResult } from '../src/client/bench/load-result.js';
import { ratioInterval } from '../src/client/bench/ratio-interval.js';
import type { SpawnedServer } from '../src/client/bench/spawned-server.js';
import { CONFIDENCE } from './pairs.js';
import type { Row } from './rows.js';
import { bench, withServer } from './servers.js';

/** `a` is redis-server, or mredis with other options; `b` is mredis. */
type Side = 'a' | 'b';

function withSide<T>(row: Row, side: Side, use: (server: SpawnedServer) => Promise<T>): Promise<T> {
  if (side === 'b') return withServer('mredis', use, row.options);
  return row.against === undefined
    ? withServer('redis', use, row.options)
    : withServer('mredis', use, row.against);
}

/** Both servers at once, loaded in turn. */
export function compareLive(row: Row, quick: boolean): Promise<readonly ComparedMetric[]> {
  const length = quick
    ? ['--rounds', '3', '--duration', '0.3', '--warmup', '0.1']
    : ['--rounds', '5', '--duration', '0.7', '--warmup', '0.2'];
  return withSide(row, 'a', (a) =>
    withSide(row, 'b', async (b) => {
      await fill(row, a);
      await fill(row, b);
      const targets = [a, b].map(({ address: { port } }) => String(port));
      const flags = [...row.flags, ...length, '--confidence', String(CONFIDENCE), '--json'];
      const printed = await bench(['compare', ...flags, ...targets, ...(row.command ?? [])]);
      // What `mredis bench compare --json` prints.
      const [comparison] = JSON.parse(printed) as Comparison[];
      return comparison?.metrics ?? [];
    }),
  );
}

const FRESH_ROUNDS = 5;
/** Of the requests of a run so many are made before, where the server is warmed. */
const WARMING_SHARE = 2;
const METRICS: readonly [string, (result: LoadResult) => number][] = [
  ['requests/s', (result) => result.requestsPerSecond],
  ['p99 ms', (result) => result.latency.p99Ms],
  ['server us/request', (result) => result.serverCpuUsPerRequest ?? NaN],
];

/** One server at a time, fresh for each run of so many requests. */
export async function compareFresh(row: Row, quick: boolean): Promise<readonly ComparedMetric[]> {
  const requests = (row.freshRequests ?? 0) / (quick ? 10 : 1);
  const flags = [...row.flags, '--requests', String(requests), '--json'];
  const run = (side: Side): Promise<LoadResult> =>
    withSide(row, side, async (server) => {
      if (row.warmed === true) await warm(row, server, requests / WARMING_SHARE);
      await fill(row, server);
      const printed = await bench(['--port', String(server.address.port), ...flags, ...(row.command ?? [])]);
      // What `mredis bench --json` prints.
      const [result] = JSON.parse(printed) as LoadResult[];
      if (result === undefined) throw new Error(`${row.id}: mredis bench printed no result`);
      return result;
    });
  const runs: Record<Side, LoadResult[]> = { a: [], b: [] };
  for (let round = 0; round < (quick ? 2 : FRESH_ROUNDS); round++) {
    for (const side of round % 2 === 0 ? (['a', 'b'] as const) : (['b', 'a'] as const)) {
      runs[side].push(await run(side));
    }
  }
  return METRICS.map(([name, valueOf]) => {
    const a = runs.a.map(valueOf);
    const b = runs.b.map(valueOf);
    const ratios = b.map((value, round) => value / (a[round] ?? NaN));
    return { name, a: geometricMean(a), b: geometricMean(b), interval: ratioInterval(ratios, CONFIDENCE) };
  });
}

/** Runs the command so many times, and empties the server. */
async function warm(row: Row, server: SpawnedServer, requests: number): Promise<void> {
  await fill(row, server);
  const port = ['--port', String(server.address.port)];
  await bench([...port, ...row.flags, '--requests', String(requests), '-q', ...(row.command ?? [])]);
  await bench([...port, '--requests', '1', '--connections', '1', '-q', 'FLUSHALL']);
}

async function fill(row: Row, server: SpawnedServer): Promise<void> {
  if (row.fill === undefined) return;
  const { command, keys } = row.fill;
  const size = ['--keys', String(keys), '--requests', String(keys), '--data-size', '16'];
  const order = [
    '--key-dist',
    'sequential',
    '--pipeline',
    '64',
    '--connections',
    '4',
    '--threads',
    '1',
    '-q',
  ];
  await bench(['--port', String(server.address.port), ...order, ...size, ...command]);
}

function geometricMean(values: readonly number[]): number {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}
