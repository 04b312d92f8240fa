import type { LatencyHistogram } from './latency-histogram.js';
import type { LoadResult } from './load-result.js';

const CSV_COLUMNS = [
  ['test', (result) => result.name.toUpperCase()],
  ['rps', (result) => result.requestsPerSecond.toFixed(2)],
  ['avg_latency_ms', (result) => result.latency.meanMs.toFixed(3)],
  ['min_latency_ms', (result) => result.latency.minMs.toFixed(3)],
  ['p50_latency_ms', (result) => result.latency.p50Ms.toFixed(3)],
  ['p95_latency_ms', (result) => result.latency.p95Ms.toFixed(3)],
  ['p99_latency_ms', (result) => result.latency.p99Ms.toFixed(3)],
  ['max_latency_ms', (result) => result.latency.maxMs.toFixed(3)],
  // redis-benchmark's columns end here.
  ['p999_latency_ms', (result) => result.latency.p999Ms.toFixed(3)],
  ['p9999_latency_ms', (result) => result.latency.p9999Ms.toFixed(3)],
  ['errors', (result) => String(result.errors)],
  ['server_cpu_us_per_request', (result) => result.serverCpuUsPerRequest?.toFixed(3) ?? ''],
] satisfies readonly (readonly [string, (result: LoadResult) => string])[];

/** Column names, with redis-benchmark's first and in its order. */
export function csvHeader(): string {
  return CSV_COLUMNS.map(([name]) => quoted(name)).join(',');
}

export function csvLine(result: LoadResult): string {
  return CSV_COLUMNS.map(([, valueOf]) => quoted(valueOf(result))).join(',');
}

function quoted(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}

/** The percentile distribution that HdrHistogram's plotters read; values in ms. */
export function hgrmText(histogram: LatencyHistogram): string {
  const lines = ['       Value     Percentile TotalCount 1/(1-Percentile)', ''];
  const { total } = histogram;
  let seen = 0;
  let squares = 0;
  for (const { upToMs, count } of histogram.filled()) {
    seen += count;
    squares += count * (upToMs - histogram.meanMs) ** 2;
    const quantile = seen / total;
    const inverse = seen === total ? 'inf' : (1 / (1 - quantile)).toFixed(2);
    lines.push(
      `${upToMs.toFixed(4).padStart(12)} ${quantile.toFixed(12).padStart(14)} ${String(seen).padStart(10)} ${inverse.padStart(14)}`,
    );
  }
  const deviation = total === 0 ? 0 : Math.sqrt(squares / total);
  lines.push(
    `#[Mean    = ${histogram.meanMs.toFixed(4).padStart(12)}, StdDeviation   = ${deviation.toFixed(4).padStart(12)}]`,
    `#[Max     = ${histogram.maxMs.toFixed(4).padStart(12)}, Total count    = ${String(total).padStart(12)}]`,
  );
  return lines.join('\n') + '\n';
}
