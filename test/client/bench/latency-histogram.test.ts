import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { LatencyHistogram } from '../../../src/client/bench/latency-histogram.js';

const PERCENTILES = [0, 1, 25, 50, 75, 90, 95, 99, 99.9, 99.99, 100];

function exactPercentile(values: readonly number[], percentile: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(1, Math.ceil((percentile / 100) * sorted.length - 1e-9)) - 1] ?? 0;
}

describe('LatencyHistogram', () => {
  test('gives the percentiles of any values within 0.1 % or 0.1 us, and never above the maximum', () => {
    const latency = fc.oneof(
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.double({ min: 0, max: 400_000, noNaN: true }),
    );
    fc.assert(
      fc.property(fc.array(latency, { minLength: 1, maxLength: 300 }), (values) => {
        const histogram = new LatencyHistogram();
        for (const value of values) histogram.record(value);
        expect(histogram.total).toBe(values.length);
        expect(histogram.maxMs).toBe(Math.max(...values));
        expect(histogram.minMs).toBe(Math.min(...values));
        for (const percentile of PERCENTILES) {
          const exact = exactPercentile(values, percentile);
          const got = histogram.percentileMs(percentile);
          expect(Math.abs(got - exact)).toBeLessThanOrEqual(Math.max(exact * 0.001, 0.000_101));
          expect(got).toBeLessThanOrEqual(histogram.maxMs);
        }
      }),
    );
  });

  test('adding up the parts of threads gives the histogram of all', () => {
    const all = new LatencyHistogram();
    const parts = [new LatencyHistogram(), new LatencyHistogram(), new LatencyHistogram()];
    for (let i = 0; i < 3000; i++) {
      const value = (i * 7919) % 997;
      all.record(value);
      parts[i % 3]?.record(value);
    }
    const sum = new LatencyHistogram();
    for (const part of parts) sum.add(part);
    expect(PERCENTILES.map((p) => sum.percentileMs(p))).toEqual(PERCENTILES.map((p) => all.percentileMs(p)));
    expect(sum.meanMs).toBeCloseTo(all.meanMs, 9);
    expect([sum.minMs, sum.maxMs, sum.total]).toEqual([all.minMs, all.maxMs, all.total]);
  });

  test('counts a value many times at once as it counts it many times', () => {
    const once = new LatencyHistogram();
    const many = new LatencyHistogram();
    once.record(1.5, 64);
    for (let i = 0; i < 64; i++) many.record(1.5);
    expect(once.counts).toEqual(many.counts);
  });

  test('since() holds what came after the copy', () => {
    const histogram = new LatencyHistogram();
    histogram.record(5);
    const before = histogram.copy();
    histogram.record(1, 99);
    histogram.record(2);
    const part = histogram.since(before);
    expect(part.total).toBe(100);
    expect(part.percentileMs(50)).toBeCloseTo(1, 2);
    expect(part.maxMs).toBeCloseTo(2, 2);
  });

  test('an empty one answers zeros', () => {
    const histogram = new LatencyHistogram();
    expect([histogram.percentileMs(99), histogram.meanMs, histogram.maxMs]).toEqual([0, 0, 0]);
  });

  test('values beyond seven minutes count as the longest bucket but keep their maximum', () => {
    const histogram = new LatencyHistogram();
    histogram.record(1e9);
    expect(histogram.maxMs).toBe(1e9);
    expect(histogram.total).toBe(1);
  });
});
