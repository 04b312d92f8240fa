import type { LatencyHistogram } from './latency-histogram.js';
import { Counter, Outcome, type LoadBoard } from './load-board.js';
import { addressText, type LoadPlan } from './load-plan.js';
import type { ServerReading } from './server-probe.js';

/** Latencies in ms. */
export interface LatencySummary {
  readonly count: number;
  readonly meanMs: number;
  readonly minMs: number;
  readonly p50Ms: number;
  readonly p90Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  readonly p999Ms: number;
  readonly p9999Ms: number;
  readonly maxMs: number;
}

interface OperationResult {
  readonly name: string;
  readonly requests: number;
  readonly errors: number;
  readonly nulls: number;
  readonly latency: LatencySummary;
}

/** One stretch of a run, about a second. */
export interface LoadSample {
  /** End of the stretch, from the start of the measured time. */
  readonly atSeconds: number;
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  readonly errors: number;
  readonly connections: number;
  /** Not part of the result: still connecting, ramping up or warming up. */
  readonly warmup: boolean;
}

export interface LoadResult {
  readonly name: string;
  readonly target: string;
  readonly server: string | undefined;
  readonly connections: number;
  readonly pipeline: number;
  readonly threads: number;
  readonly driver: string;
  /** Requests a second that were due (open loop); 0 for a closed loop. */
  readonly rate: number;
  readonly keys: number;
  readonly seconds: number;
  /** Requests with a good reply. Errors are never throughput. */
  readonly requests: number;
  readonly requestsPerSecond: number;
  readonly errors: number;
  readonly errorTexts: Readonly<Record<string, number>>;
  /** Good replies that were null: misses. */
  readonly nulls: number;
  readonly disconnects: number;
  /** No reply when the run ended, and due but never sent; both are in `latency` with the age they had reached. */
  readonly unanswered: number;
  readonly unsent: number;
  readonly delivered: number;
  readonly bytesOut: number;
  readonly bytesIn: number;
  /** From the time a request was due (open loop) or sent (closed loop) to its last reply. */
  readonly latency: LatencySummary;
  /** Open loop only: from the time it was sent, which hides what a request waited for before. */
  readonly service: LatencySummary | undefined;
  readonly operations: readonly OperationResult[];
  readonly serverCpuPercent: number | undefined;
  readonly serverCpuUsPerRequest: number | undefined;
  readonly serverUsedMemoryBytes: number | undefined;
  readonly serverRssBytes: number | undefined;
  readonly generatorCpuPercent: number;
  readonly generatorCpuUsPerRequest: number;
  /** Busiest generator thread: percent of the time that it was not waiting. */
  readonly generatorBusyPercent: number;
  /** Open loop only: how late the generator itself was although a connection was free, 99th percentile. */
  readonly generatorLagP99Ms: number | undefined;
  /** Why the run ended before its time, if it did. */
  readonly interrupted: boolean;
  readonly gone: string | undefined;
  readonly warnings: readonly string[];
  readonly samples: readonly LoadSample[];
}

/** What the main thread noted besides the board. */
export interface RunNotes {
  readonly name: string;
  readonly seconds: number;
  readonly errorTexts: ReadonlyMap<string, number>;
  readonly busy: number;
  readonly generatorCpuMs: number;
  /** Wall time over which `generatorCpuMs` was used. */
  readonly wallMs: number;
  readonly before: ServerReading | undefined;
  readonly after: ServerReading | undefined;
  readonly interrupted: boolean;
  readonly gone: string | undefined;
  readonly samples: readonly LoadSample[];
}

function summarize(histogram: LatencyHistogram): LatencySummary {
  return {
    count: histogram.total,
    meanMs: histogram.meanMs,
    minMs: histogram.minMs,
    p50Ms: histogram.percentileMs(50),
    p90Ms: histogram.percentileMs(90),
    p95Ms: histogram.percentileMs(95),
    p99Ms: histogram.percentileMs(99),
    p999Ms: histogram.percentileMs(99.9),
    p9999Ms: histogram.percentileMs(99.99),
    maxMs: histogram.maxMs,
  };
}

/** All latencies of a run, over threads and operations. */
export function mergedLatency(board: LoadBoard, kind: 'latency' | 'service' = 'latency'): LatencyHistogram {
  const all = board.merged((thread) => board[kind](thread, 0));
  for (let operation = 1; operation < board.operations; operation++) {
    all.add(board.merged((thread) => board[kind](thread, operation)));
  }
  return all;
}

export function loadResult(plan: LoadPlan, board: LoadBoard, notes: RunNotes): LoadResult {
  const operations = plan.operations.map(({ name }, index) => ({
    name,
    requests: board.sumOutcome(index, Outcome.DONE),
    errors: board.sumOutcome(index, Outcome.ERROR),
    nulls: board.sumOutcome(index, Outcome.NULL),
    latency: summarize(board.merged((thread) => board.latency(thread, index))),
  }));
  const sum = (field: 'requests' | 'errors' | 'nulls'): number =>
    operations.reduce((total, operation) => total + operation[field], 0);
  const requests = sum('requests');
  const { before, after, seconds } = notes;
  const cpuMs =
    after?.cpuMs === undefined || before?.cpuMs === undefined ? undefined : after.cpuMs - before.cpuMs;
  const cpuWallMs = (after?.atMs ?? 0) - (before?.atMs ?? 0);
  const lag = board.merged((thread) => board.lag(thread));
  const figures = {
    name: notes.name,
    target: addressText(plan.address),
    server: (after ?? before)?.version,
    connections: plan.connections,
    pipeline: plan.pipeline,
    threads: plan.threads,
    driver: plan.driver,
    rate: plan.rate,
    keys: plan.keys,
    seconds,
    requests,
    requestsPerSecond: seconds > 0 ? requests / seconds : 0,
    errors: sum('errors'),
    errorTexts: Object.fromEntries(notes.errorTexts),
    nulls: sum('nulls'),
    disconnects: board.sumCounter(Counter.DISCONNECTS),
    unanswered: board.sumCounter(Counter.UNANSWERED),
    unsent: board.sumCounter(Counter.UNSENT),
    delivered: board.sumCounter(Counter.DELIVERED),
    bytesOut: board.sumCounter(Counter.BYTES_OUT),
    bytesIn: board.sumCounter(Counter.BYTES_IN),
    latency: summarize(mergedLatency(board)),
    service: plan.rate > 0 ? summarize(mergedLatency(board, 'service')) : undefined,
    operations,
    serverCpuPercent: cpuMs === undefined || cpuWallMs <= 0 ? undefined : (cpuMs / cpuWallMs) * 100,
    serverCpuUsPerRequest: cpuMs === undefined || requests === 0 ? undefined : (cpuMs * 1000) / requests,
    serverUsedMemoryBytes: after?.usedMemoryBytes,
    serverRssBytes: after?.rssBytes,
    generatorCpuPercent: notes.wallMs > 0 ? (notes.generatorCpuMs / notes.wallMs) * 100 : 0,
    generatorCpuUsPerRequest: requests === 0 ? 0 : (notes.generatorCpuMs * 1000) / requests,
    generatorBusyPercent: notes.busy * 100,
    generatorLagP99Ms: plan.rate > 0 ? lag.percentileMs(99) : undefined,
    interrupted: notes.interrupted,
    gone: notes.gone,
    samples: notes.samples,
  };
  return { ...figures, warnings: warningsAbout(figures) };
}

/** Below this share of a CPU something else than server and generator decides the throughput. */
const IDLE_PERCENT = 60;

function warningsAbout(result: Omit<LoadResult, 'warnings'>): string[] {
  const warnings: string[] = [];
  const { generatorBusyPercent: busy, serverCpuPercent: cpu, rate } = result;
  if (result.requests === 0) warnings.push('no request was answered: there is no throughput to speak of');
  if (rate === 0 && busy > 95 && (cpu === undefined || cpu < 90)) {
    const server = cpu === undefined ? '' : ` (the server ${cpu.toFixed(0)} %)`;
    warnings.push(
      `the generator was busy ${busy.toFixed(0)} % of the time${server}: it was the limit, the server can do more; add --threads`,
    );
  }
  if (rate === 0 && result.requests > 0 && busy < IDLE_PERCENT && cpu !== undefined && cpu < IDLE_PERCENT) {
    warnings.push(
      `neither the server (${cpu.toFixed(0)} %) nor the generator (${busy.toFixed(0)} %) was busy: other processes have the CPUs, the network is the limit, or more --connections are needed`,
    );
  }
  if ((result.generatorLagP99Ms ?? 0) > 1) {
    warnings.push(
      `the generator sent 1 % of the requests over ${(result.generatorLagP99Ms ?? 0).toFixed(1)} ms late by its own fault; add --threads or lower --rate`,
    );
  }
  const behind = result.unsent + result.unanswered;
  if (rate > 0 && behind > 0.001 * (result.requests + behind)) {
    warnings.push(
      `${behind} requests were due and not answered by the end; they are counted with the age they had reached`,
    );
  }
  if (result.nulls > 0.5 * result.requests && result.requests > 0) {
    warnings.push(`${((100 * result.nulls) / result.requests).toFixed(0)} % of the replies were null`);
  }
  return warnings;
}
