import { expect, test } from '@jest/globals';
import type { Figures, Origin } from '../../benchmarks/figures.js';
import { renderReport } from '../../benchmarks/report.js';

const origin: Origin = {
  date: '2026-01-02 03:04',
  commit: 'abc1234',
  machine: '2 x CPU',
  versions: 'mredis 0.1.0 on Node 20; redis-server 7.0.15',
  load: '0.1',
};
const interval = { ratio: 1.8, low: 1.7, high: 1.9, confidence: 0.95, rounds: 5 };

const figures: Figures = {
  rows: {
    'set-p16': { metrics: [{ name: 'requests/s', a: 1_000_000, b: 1_800_000, interval }], origin },
    'get-p16': {
      metrics: [
        {
          name: 'requests/s',
          a: 1_000_000,
          b: 900_000,
          interval: { ...interval, ratio: 0.9, low: 0.8, high: 1 },
        },
      ],
      origin,
    },
  },
  sides: {
    resident: { pair: { redis: { mean: 150, halfWidth: 2 }, mredis: { mean: 75, halfWidth: 1 } }, origin },
  },
  engines: {},
  generator: {},
};

test('every figure of the document has its interval, and what misses its target is marked', () => {
  const { markdown } = renderReport(figures, false);
  expect(markdown).toContain(
    '| SET 3 B, 1M random keys, P=16 | 1,000,000 | 1,800,000 | **1.80** (1.70 to 1.90) | 1.5 |',
  );
  expect(markdown).toContain('**0.90** (0.80 to 1.00) (!)');
  expect(markdown).toContain('| 150.0 ± 2.0 | 75.0 ± 1.0 | **0.50** (0.49 to 0.51) |');
  expect(markdown).toContain('Machine: 2 x CPU');
  expect(markdown).toContain('commit abc1234');
});

test('what was not measured is left out', () => {
  const { markdown } = renderReport({ ...figures, sides: {}, engines: {} }, true);
  expect(markdown).not.toContain('## Memory');
  expect(markdown).not.toContain('LPUSH');
  expect(markdown).toContain('A quick run');
});

test('the chart has a bar and a whisker for each row', () => {
  const { svg } = renderReport(figures, false);
  expect(svg.match(/opacity="0.75"/g)).toHaveLength(2);
  expect(svg).toContain('>1.80</text>');
  expect(svg.startsWith('<svg ')).toBe(true);
  expect(svg.trim().endsWith('</svg>')).toBe(true);
});
