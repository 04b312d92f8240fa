import { expect, test } from '@jest/globals';
import { render } from 'ink-testing-library';
import type { LoadSample } from '../../../src/client/bench/load-result.js';
import { barRows, Chart } from '../../../src/client/bench/live-chart.js';

const sample = (rest: Partial<LoadSample>): LoadSample => ({
  atSeconds: 1,
  requestsPerSecond: 1000,
  p50Ms: 0.2,
  p99Ms: 1.5,
  maxMs: 9,
  errors: 0,
  connections: 50,
  warmup: false,
  ...rest,
});

test('bars are as high as their values, in eighths of a line', () => {
  expect(barRows([0, 8, 16, 4], 2)).toEqual(['  █ ', ' ██▄']);
  expect(barRows([0, 0], 1)).toEqual(['  ']);
});

test('shows throughput and p99 as charts, with the figures of now', () => {
  const samples = [1000, 2000, 4000].map((requestsPerSecond, i) =>
    sample({ requestsPerSecond, atSeconds: i + 1 }),
  );
  const frame = render(<Chart title="set" samples={samples} width={20} />).lastFrame() ?? '';
  expect(frame).toContain('set 3 s, Ctrl-C ends it with a report');
  expect(frame).toContain('requests/s 4,000');
  expect(frame).toContain('p99 1.500 ms');
  expect(frame).toContain('errors 0 connections 50');
  expect(frame).toMatch(/█/);
});

test('counts the errors of the whole run and shows no more columns than fit', () => {
  const samples = Array.from({ length: 100 }, () => sample({ errors: 2 }));
  const frame = render(<Chart title="set" samples={samples} width={10} />).lastFrame() ?? '';
  expect(frame).toContain('errors 200');
  expect(frame).not.toContain('█'.repeat(11));
});

test('says that it connects, and that it warms up', () => {
  expect(render(<Chart title="get" samples={[]} width={9} />).lastFrame()).toBe('get: connecting');
  const warm = [sample({ warmup: true, connections: 7 })];
  expect(render(<Chart title="get" samples={warm} width={9} />).lastFrame()).toBe(
    'get: warming up, 7 connections',
  );
});
