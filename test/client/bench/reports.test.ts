import { expect, test } from '@jest/globals';
import { parseKeyCount } from '../../../src/client/bench/engine-report.js';
import { emptyEngine, mapEngine, measureEngine } from '../../../src/client/bench/engine-run.js';
import { LatencyHistogram } from '../../../src/client/bench/latency-histogram.js';
import { loadPlan } from '../../../src/client/bench/load-plan.js';
import type { LoadResult } from '../../../src/client/bench/load-result.js';
import { runLoad } from '../../../src/client/bench/load-run.js';
import { missOf, parseObjective } from '../../../src/client/bench/objective.js';
import { hgrmText } from '../../../src/client/bench/report-files.js';
import { quietLine, resultText } from '../../../src/client/bench/report-text.js';
import { findSaturation } from '../../../src/client/bench/saturation.js';
import { commandWorkload } from '../../../src/client/bench/workload.js';
import { withServer } from './servers.js';

/** A result of a run that really took place, on a server that answers everything with OK. */
async function okResult(): Promise<LoadResult> {
  return withServer(
    (chunk, socket) => socket.write('+OK\r\n'.repeat(chunk.toString().split('*').length - 1)),
    (port) =>
      runLoad(
        loadPlan({ address: { host: '127.0.0.1', port }, requests: 100, ...commandWorkload(['PING']) }),
        { name: 'ping', probe: false },
      ),
  );
}

test('the report never lets errors or a dead server pass as throughput', async () => {
  const result = await okResult();
  expect(resultText(result)).toMatch(/^ping: 127.0.0.1:\d+ \(unknown server\), 50 connections/);
  expect(quietLine(result)).toMatch(/^PING: \d+\.\d\d requests per second, p50=\d+\.\d{3} msec$/);
  const bad = { ...result, errors: 7, errorTexts: { 'ERR no': 7 }, gone: 'read ECONNRESET' };
  expect(quietLine(bad)).toContain(', 7 errors, server gone: read ECONNRESET');
  expect(resultText(bad)).toContain('SERVER GONE');
  expect(resultText(bad)).toContain('7 x ERR no');
}, 60_000);

test('a histogram file has a line for each filled bucket and ends with its summary', () => {
  const histogram = new LatencyHistogram();
  histogram.record(1, 90);
  histogram.record(10, 10);
  const lines = hgrmText(histogram).split('\n');
  expect(lines[0]).toMatch(/Value +Percentile TotalCount 1\/\(1-Percentile\)/);
  expect(lines[2]).toMatch(/1\.000\d +0\.900000000000 +90 +10\.00/);
  expect(lines[3]).toMatch(/10\.0\d+ +1\.000000000000 +100 +inf/);
  expect(lines[5]).toContain('Total count    =          100');
});

test('reads objectives and says what missed them', async () => {
  const result = { ...(await okResult()), rate: 1, requestsPerSecond: 1, requests: 10, seconds: 10 };
  const latency = { ...result.latency, p99Ms: 3 };
  expect(missOf(parseObjective('p99<5ms'), { ...result, latency })).toBeUndefined();
  expect(missOf(parseObjective('p99<2000us'), { ...result, latency })).toBe('p99<2000us: 3 ms');
  expect(missOf(parseObjective('p99<5ms'), { ...result, latency, errors: 1 })).toContain('errors');
  expect(missOf(parseObjective('p99<5ms,errors<20%'), { ...result, latency, errors: 1 })).toBeUndefined();
  expect(missOf(parseObjective('p99<5ms'), { ...result, rate: 2, latency })).toContain('of the rate');
  expect(() => parseObjective('p99<2ms,p42<1ms')).toThrow("'p42<1ms'");
}, 60_000);

test('finds the rate at which an objective begins to be missed, though one run in five lies', async () => {
  const base = await okResult();
  let runs = 0;
  const found = await findSaturation(
    (rate) => {
      const lies = ++runs % 5 === 0;
      const good = rate <= 31_000 !== lies;
      const latency = { ...base.latency, p99Ms: good ? 1 : 9 };
      return Promise.resolve({ ...base, rate, seconds: 1, requests: rate, requestsPerSecond: rate, latency });
    },
    {
      objective: parseObjective('p99<2ms'),
      startRate: 10_000,
      precision: 0.05,
      signal: new AbortController().signal,
    },
  );
  expect(found.rate).toBeLessThanOrEqual(31_000);
  expect(found.missedAt).toBeGreaterThan(31_000);
  expect((found.missedAt ?? 0) / (found.rate ?? 1)).toBeLessThan(1.06);
}, 60_000);

test('measures an engine from empty to full, with its memory', async () => {
  const options = { keys: 20_000, valueBytes: 32, rounds: 2, confidence: 0.95, seed: 1 };
  const work = { ...options, phases: ['overwrite', 'read'] as const, operations: 20_000 };
  const map = await measureEngine('map', mapEngine, work);
  expect(map.phases.map(({ phase }) => phase)).toEqual(['fill', 'overwrite', 'read']);
  for (const { perSecond, low, high } of map.phases) {
    expect(low).toBeLessThanOrEqual(perSecond);
    expect(high).toBeGreaterThanOrEqual(perSecond);
  }
  // A Map of strings takes 60 to 110 bytes beyond key and value: neither none nor a thousand.
  expect(map.overheadBytesPerKey).toBeGreaterThan(30);
  expect(map.overheadBytesPerKey).toBeLessThan(250);
  const none = await measureEngine('none', emptyEngine, work);
  expect(Math.abs(none.overheadBytesPerKey)).toBeLessThan(60);
}, 60_000);

test('reads numbers of keys', () => {
  expect(['160k', '1M', '77'].map(parseKeyCount)).toEqual([160_000, 1_000_000, 77]);
  expect(() => parseKeyCount('1G')).toThrow("'1G'");
});
