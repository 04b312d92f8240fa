import type { LoadResult } from './load-result.js';
import { ratioInterval, type RatioInterval } from './ratio-interval.js';
import { count, ms, tableText } from './report-text.js';

export type Side = 'A' | 'B';

/** Turns of a round: whatever drifts in a straight line weighs on both sides alike. */
const TURNS: readonly Side[] = ['A', 'B', 'B', 'A'];
const ATTEMPTS_MAX = 3;

interface Metric {
  readonly name: string;
  readonly valueOf: (result: LoadResult) => number | undefined;
  readonly text: (value: number) => string;
}

const THROUGHPUT: Metric = {
  name: 'requests/s',
  valueOf: (result) => result.requestsPerSecond,
  text: count,
};
const METRICS: readonly Metric[] = [
  THROUGHPUT,
  { name: 'p50 ms', valueOf: (result) => result.latency.p50Ms, text: ms },
  { name: 'p99 ms', valueOf: (result) => result.latency.p99Ms, text: ms },
  { name: 'server us/request', valueOf: (result) => result.serverCpuUsPerRequest, text: ms },
];

export interface ComparedMetric {
  readonly name: string;
  /** Geometric means over the runs. */
  readonly a: number;
  readonly b: number;
  /** B / A. */
  readonly interval: RatioInterval;
}

export interface Comparison {
  readonly name: string;
  readonly servers: Readonly<Record<Side, string>>;
  /** The first is the throughput, which decides. */
  readonly metrics: readonly ComparedMetric[];
  readonly verdict: 'faster' | 'slower' | 'undecided';
  readonly runs: Readonly<Record<Side, readonly LoadResult[]>>;
}

export interface ComparisonOptions {
  readonly name: string;
  /** Rounds of four runs that are made in any case. */
  readonly rounds: number;
  /** More rounds, up to this many, while one of the two wishes below is not fulfilled. */
  readonly roundsMax: number;
  /** Half the width of the interval, as a fraction, that is narrow enough. */
  readonly until: number | undefined;
  /** A ratio that the interval must not hold, so that a limit can be decided upon. */
  readonly limit: number | undefined;
  readonly confidence: number;
  readonly signal?: AbortSignal;
  readonly onRound?: (round: number, soFar: RatioInterval) => void;
}

/**
 * Measures A and B in turn (`run` makes one run) and says what B's figures are in proportion to A's. Throws when a
 * run fails, because a comparison of failures means nothing.
 */
export async function compare(
  run: (side: Side) => Promise<LoadResult>,
  options: ComparisonOptions,
): Promise<Comparison> {
  const runs: Record<Side, LoadResult[]> = { A: [], B: [] };
  // The first run of a server pays for cold caches, page faults and the compiler.
  const servers = { A: serverName(await run('A')), B: serverName(await run('B')) };
  for (let round = 1; round <= options.roundsMax && options.signal?.aborted !== true; round++) {
    for (const side of TURNS) {
      const result = await goodRun(run, side);
      if (result.interrupted) break;
      runs[side].push(result);
    }
    const throughput = compareMetric(THROUGHPUT, runs, options.confidence);
    // Interrupted: the round that was under way is not one.
    if (throughput === undefined || runs.B.length < 2 * round || runs.A.length < 2 * round) break;
    options.onRound?.(round, throughput.interval);
    if (round >= options.rounds && satisfied(throughput.interval, options)) break;
  }
  const metrics = METRICS.map((metric) => compareMetric(metric, runs, options.confidence));
  const known = metrics.filter((metric) => metric !== undefined);
  const interval = known[0]?.interval;
  const verdict =
    interval === undefined || (interval.low <= 1 && interval.high >= 1)
      ? 'undecided'
      : interval.low > 1
        ? 'faster'
        : 'slower';
  return { name: options.name, servers, metrics: known, verdict, runs };
}

/** A short run on a crowded machine may get no CPU at all: that says nothing about the server, so it is repeated. */
async function goodRun(run: (side: Side) => Promise<LoadResult>, side: Side): Promise<LoadResult> {
  let result = await run(side);
  for (let again = 1; again < ATTEMPTS_MAX && isEmpty(result); again++) result = await run(side);
  if (!result.interrupted) failIfBad(result, side);
  return result;
}

function isEmpty(result: LoadResult): boolean {
  return result.requests === 0 && result.errors === 0 && result.gone === undefined && !result.interrupted;
}

function failIfBad(result: LoadResult, side: Side): void {
  if (result.gone !== undefined)
    throw new Error(`server ${side} (${result.target}) went away: ${result.gone}`);
  const [error] = Object.keys(result.errorTexts);
  if (error !== undefined) throw new Error(`server ${side} (${result.target}) answers errors: ${error}`);
  if (result.requests === 0) throw new Error(`server ${side} (${result.target}) answered nothing`);
}

function satisfied(interval: RatioInterval, { until, limit }: ComparisonOptions): boolean {
  const narrow = until === undefined || (interval.high - interval.low) / 2 / interval.ratio <= until;
  const decided = limit === undefined || interval.high < limit || interval.low >= limit;
  return narrow && decided;
}

/** Undefined when a side gives no figure of that kind, or no round is complete. */
function compareMetric(
  metric: Metric,
  runs: Readonly<Record<Side, readonly LoadResult[]>>,
  confidence: number,
): ComparedMetric | undefined {
  const values = (side: Side): number[] => runs[side].map((result) => metric.valueOf(result) ?? NaN);
  const [a, b] = [values('A'), values('B')];
  const rounds = Math.floor(Math.min(a.length, b.length) / 2);
  const logs = (all: readonly number[], round: number): number =>
    Math.log(all[2 * round] ?? NaN) + Math.log(all[2 * round + 1] ?? NaN);
  const ratios = Array.from({ length: rounds }, (_, round) =>
    Math.exp((logs(b, round) - logs(a, round)) / 2),
  );
  if (rounds === 0 || !ratios.every(Number.isFinite)) return undefined;
  return {
    name: metric.name,
    a: geometricMean(a.slice(0, 2 * rounds)),
    b: geometricMean(b.slice(0, 2 * rounds)),
    interval: ratioInterval(ratios, confidence),
  };
}

function geometricMean(values: readonly number[]): number {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}

function serverName(result: LoadResult): string {
  return `${result.target} (${result.server ?? 'unknown server'})`;
}

export function intervalText({ low, high }: RatioInterval): string {
  return `${ratioText(low)} .. ${high === Infinity ? 'unknown' : ratioText(high)}`;
}

export function ratioText(ratio: number): string {
  return ratio.toFixed(3);
}

export function comparisonText(comparison: Comparison): string {
  const [throughput] = comparison.metrics;
  if (throughput === undefined) return `${comparison.name}: not one complete round\n`;
  const { interval } = throughput;
  const percent = `${+(interval.confidence * 100).toFixed(2)} %`;
  const rows = [
    ['', 'A', 'B', 'B / A', `${percent} interval`],
    ...comparison.metrics.map((metric) => {
      const { text } = METRICS.find((known) => known.name === metric.name) ?? THROUGHPUT;
      return [
        metric.name,
        text(metric.a),
        text(metric.b),
        ratioText(metric.interval.ratio),
        intervalText(metric.interval),
      ];
    }),
  ];
  return [
    `${comparison.name}, ${interval.rounds} rounds of A B B A`,
    tableText(rows),
    `  ${verdictText(comparison.verdict, interval, percent)}`,
    '',
  ].join('\n');
}

function verdictText(verdict: Comparison['verdict'], interval: RatioInterval, percent: string): string {
  const between = `(${percent} sure: between ${ratioText(interval.low)} and ${ratioText(interval.high)} times)`;
  if (verdict === 'undecided') return `no difference shown ${between}`;
  const times = `${ratioText(interval.ratio)} times A's throughput`;
  return `B is ${verdict}: ${times} ${between}`;
}
