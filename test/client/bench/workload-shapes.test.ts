import { describe, expect, test } from '@jest/globals';
import { ArrivalSchedule } from '../../../src/client/bench/arrival-schedule.js';
import { keyDrawer, parseKeyDistribution } from '../../../src/client/bench/key-distribution.js';
import { RandomSource } from '../../../src/client/bench/random-source.js';
import { meanBytes, parseValueSizes } from '../../../src/client/bench/value-size.js';

function draw(text: string, keys: number, times: number): number[] {
  const next = keyDrawer(parseKeyDistribution(text), keys, new RandomSource(7));
  return Array.from({ length: times }, () => next());
}

function frequencies(drawn: readonly number[], keys: number): number[] {
  const counts = new Array<number>(keys).fill(0);
  for (const key of drawn) counts[key] = (counts[key] ?? 0) + 1;
  return counts;
}

describe('key distributions', () => {
  test.each(['uniform', 'zipf', 'zipf:0.5', 'hot:10:90', 'sequential'])(
    '%s stays inside the key space',
    (text) => {
      for (const keys of [1, 2, 3, 1000]) {
        for (const key of draw(text, keys, 2000)) {
          expect(Number.isInteger(key)).toBe(true);
          expect(key).toBeGreaterThanOrEqual(0);
          expect(key).toBeLessThan(keys);
        }
      }
    },
  );

  test('uniform takes every key about as often', () => {
    const counts = frequencies(draw('uniform', 10, 100_000), 10);
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(500);
  });

  test('zipf takes keys in proportion to 1 / rank^theta', () => {
    const keys = 1000;
    const counts = frequencies(draw('zipf:0.99', keys, 400_000), keys);
    let zeta = 0;
    for (let rank = 1; rank <= keys; rank++) zeta += rank ** -0.99;
    expect((counts[0] ?? 0) / 400_000).toBeCloseTo(1 / zeta, 2);
    const topTen = counts.slice(0, 10).reduce((sum, count) => sum + count, 0) / 400_000;
    const expected = Array.from({ length: 10 }, (_, i) => (i + 1) ** -0.99 / zeta).reduce((a, b) => a + b, 0);
    expect(Math.abs(topTen - expected)).toBeLessThan(0.03);
  });

  test('hot:10:90 gives a tenth of the keys nine tenths of the requests', () => {
    const drawn = draw('hot:10:90', 1000, 100_000);
    const hot = drawn.filter((key) => key < 100).length / drawn.length;
    expect(Math.abs(hot - 0.9)).toBeLessThan(0.01);
  });

  test('sequential threads share the keys between them and miss none', () => {
    const keys = 10;
    const seen = [0, 1, 2].flatMap((thread) => {
      const next = keyDrawer({ kind: 'sequential' }, keys, new RandomSource(1), thread, 3);
      return Array.from({ length: 4 }, () => next());
    });
    expect(new Set(seen).size).toBe(keys);
  });

  test.each(['zipf:1', 'zipf:x', 'hot:10', 'hot:0:90', 'gauss', ''])('refuses %j by its name', (text) => {
    expect(() => parseKeyDistribution(text)).toThrow(`'${text}'`);
  });
});

describe('value sizes', () => {
  test('one size, a range, weights, an exponential', () => {
    expect(parseValueSizes('64')).toEqual([{ bytes: 64, weight: 1 }]);
    expect(meanBytes(parseValueSizes('10-20'))).toBeCloseTo(15, 0);
    expect(meanBytes(parseValueSizes('10:3,50:1'))).toBe(20);
    expect(Math.abs(meanBytes(parseValueSizes('exp:500')) - 500)).toBeLessThan(25);
  });

  test.each(['-1', '20-10', 'x', '', '5:0', '536870913', '1:2:3'])('refuses %j by its name', (text) => {
    expect(() => parseValueSizes(text)).toThrow(`'${text}'`);
  });
});

describe('ArrivalSchedule', () => {
  test('even arrivals keep the rate exactly', () => {
    const schedule = new ArrivalSchedule(100, 5, 0, undefined);
    const due = Array.from({ length: 1000 }, () => schedule.take());
    expect(due[999]).toBeCloseTo(100 + 1000 / 5, 6);
  });

  test('Poisson arrivals keep the rate on average and vary as such a process does', () => {
    const schedule = new ArrivalSchedule(0, 2, 0, new RandomSource(3));
    const due = Array.from({ length: 50_000 }, () => schedule.take());
    const gaps = due.slice(1).map((at, i) => at - (due[i] ?? 0));
    const mean = gaps.reduce((a, b) => a + b, 0) / gaps.length;
    const variance = gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length;
    expect(mean).toBeCloseTo(0.5, 1);
    expect(Math.sqrt(variance) / mean).toBeCloseTo(1, 1);
  });

  test('a ramp reaches the rate in a straight line: half as many are due until its end', () => {
    const schedule = new ArrivalSchedule(0, 10, 1000, undefined);
    let ramped = 0;
    while (schedule.peek() <= 1000) {
      schedule.take();
      ramped++;
    }
    expect(Math.abs(ramped - 5000)).toBeLessThan(5);
    const next = schedule.take();
    expect(schedule.take() - next).toBeCloseTo(0.1, 3);
  });
});
