import type { LatencySummary, LoadResult, LoadSample } from './load-result.js';

const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

export const count = (value: number): string => whole.format(value);

/** Latencies: three digits that mean something. */
export function ms(value: number): string {
  if (value >= 1000) return value.toFixed(0);
  if (value >= 100) return value.toFixed(1);
  return value >= 10 ? value.toFixed(2) : value.toFixed(3);
}

function bytesText(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 ** 2) return `${(bytes / 1024).toFixed(1)} KiB`;
  return bytes < 1024 ** 3
    ? `${(bytes / 1024 ** 2).toFixed(1)} MiB`
    : `${(bytes / 1024 ** 3).toFixed(2)} GiB`;
}

/** One line for one stretch of a run. */
export function sampleLine(sample: LoadSample): string {
  if (sample.warmup) return `  warming up, ${count(sample.connections)} connections`;
  const errors = sample.errors > 0 ? `  errors ${count(sample.errors)}` : '';
  const at = `${sample.atSeconds.toFixed(1)} s`.padStart(8);
  const rate = count(sample.requestsPerSecond).padStart(12);
  return `${at}  ${rate} requests/s  p50 ${ms(sample.p50Ms)}  p99 ${ms(sample.p99Ms)}  max ${ms(sample.maxMs)} ms${errors}`;
}

/** As redis-benchmark -q prints it, with errors when there were any. */
export function quietLine(result: LoadResult): string {
  const errors = result.errors > 0 ? `, ${count(result.errors)} errors` : '';
  const gone = result.gone === undefined ? '' : `, server gone: ${result.gone}`;
  return `${result.name.toUpperCase()}: ${result.requestsPerSecond.toFixed(2)} requests per second, p50=${result.latency.p50Ms.toFixed(3)} msec${errors}${gone}`;
}

export function resultText(result: LoadResult): string {
  const lines = [heading(result), ...endings(result)];
  lines.push(
    `  ${count(result.requestsPerSecond)} requests/s (${count(result.requests)} in ${result.seconds.toFixed(2)} s)${missText(result)}`,
  );
  if (result.rate > 0) lines.push(`  asked for: ${count(result.rate)} requests/s`);
  if (result.delivered > 0) {
    lines.push(`  ${count(result.delivered / result.seconds)} messages/s reached subscribers`);
  }
  lines.push('', latencyTable(result), '');
  if (result.errors > 0) {
    lines.push(`  errors ${count(result.errors)}`);
    for (const [text, times] of Object.entries(result.errorTexts))
      lines.push(`    ${count(times)} x ${text}`);
  }
  lines.push(serverLine(result), generatorLine(result));
  for (const warning of result.warnings) lines.push(`  warning: ${warning}`);
  return lines.join('\n') + '\n';
}

function heading(result: LoadResult): string {
  const loop = result.rate > 0 ? 'open loop' : 'closed loop';
  const many = `${count(result.connections)} connections, pipeline ${result.pipeline}, ${result.threads} ${result.threads === 1 ? 'thread' : 'threads'}`;
  const keys = result.keys > 0 ? `, ${count(result.keys)} keys` : '';
  const driver = result.driver === 'resp' ? '' : `, through ${result.driver}`;
  return `${result.name}: ${result.target} (${result.server ?? 'unknown server'}), ${many}${keys}, ${loop}${driver}`;
}

function endings(result: LoadResult): string[] {
  const lines: string[] = [];
  if (result.gone !== undefined) {
    lines.push(`  SERVER GONE after ${result.seconds.toFixed(2)} s: ${result.gone}`);
  }
  if (result.interrupted)
    lines.push(`  interrupted after ${result.seconds.toFixed(2)} s; what follows is the run so far`);
  return lines;
}

function missText(result: LoadResult): string {
  if (result.nulls === 0) return '';
  return `, ${((100 * result.nulls) / result.requests).toFixed(1)} % null replies`;
}

function latencyTable(result: LoadResult): string {
  const columns = ['ms', 'mean', 'p50', 'p90', 'p95', 'p99', 'p99.9', 'p99.99', 'max'];
  const row = (name: string, latency: LatencySummary): string[] => [
    name,
    ms(latency.meanMs),
    ms(latency.p50Ms),
    ms(latency.p90Ms),
    ms(latency.p95Ms),
    ms(latency.p99Ms),
    ms(latency.p999Ms),
    ms(latency.p9999Ms),
    ms(latency.maxMs),
  ];
  const rows = [columns];
  if (result.service === undefined) {
    rows.push(row('latency', result.latency));
  } else {
    rows.push(row('from the time due', result.latency), row('from the time sent', result.service));
  }
  if (result.operations.length > 1) {
    for (const { name, requests, latency } of result.operations)
      rows.push(row(`${name} (${count(requests)})`, latency));
  }
  return tableText(rows);
}

/** Columns of text, the first flush left and the others flush right. */
export function tableText(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) row.forEach((cell, i) => (widths[i] = Math.max(widths[i] ?? 0, cell.length)));
  return rows
    .map((row) =>
      row.map((cell, i) => (i === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[i] ?? 0))),
    )
    .map((row) => `  ${row.join('  ')}`)
    .join('\n');
}

function serverLine(result: LoadResult): string {
  const parts: string[] = [];
  if (result.serverCpuPercent !== undefined) parts.push(`CPU ${result.serverCpuPercent.toFixed(0)} %`);
  if (result.serverCpuUsPerRequest !== undefined)
    parts.push(`${result.serverCpuUsPerRequest.toFixed(2)} us a request`);
  if (result.serverUsedMemoryBytes !== undefined)
    parts.push(`${bytesText(result.serverUsedMemoryBytes)} used`);
  if (result.serverRssBytes !== undefined) parts.push(`${bytesText(result.serverRssBytes)} resident`);
  return `  server     ${parts.length > 0 ? parts.join(', ') : 'tells nothing (no INFO)'}`;
}

function generatorLine(result: LoadResult): string {
  const cpu = `CPU ${result.generatorCpuPercent.toFixed(0)} %`;
  const busy = `busiest thread ${result.generatorBusyPercent.toFixed(0)} %`;
  if (result.generatorLagP99Ms === undefined) {
    return `  generator  ${cpu}, ${result.generatorCpuUsPerRequest.toFixed(2)} us a request, ${busy}`;
  }
  // Between requests that are due soon an open loop turns on the spot, so its CPU time says little.
  return `  generator  ${cpu} (it spins while it waits), late by its own fault: p99 ${ms(result.generatorLagP99Ms)} ms`;
}
