import { describe, expect, test } from '@jest/globals';
import {
  compareWorkload,
  runComparison,
  type CompareOptions,
} from '../../../src/client/bench/compare-session.js';
import { compare, comparisonText } from '../../../src/client/bench/comparison.js';
import { loadPlan } from '../../../src/client/bench/load-plan.js';
import type { LoadResult } from '../../../src/client/bench/load-result.js';
import { RandomSource } from '../../../src/client/bench/random-source.js';
import { ratioInterval, studentQuantile } from '../../../src/client/bench/ratio-interval.js';
import { parseTarget } from '../../../src/client/bench/target.js';
import { commandWorkload, testWorkloads } from '../../../src/client/bench/workload.js';
import { describeWithRedis, REDIS, withRedis, withServer } from './servers.js';

const options = (rest: Partial<CompareOptions>): CompareOptions => ({
  rounds: 3,
  roundsMax: 3,
  until: undefined,
  failBelow: undefined,
  confidence: 0.99,
  prefill: true,
  json: false,
  signal: new AbortController().signal,
  print: () => undefined,
  progress: () => undefined,
  ...rest,
});

const address = { host: '', port: 0 };

/** Answers `+OK` to each request `delayMs` after it came: a speed that other work on the machine hardly changes. */
function slowServer<T>(delayMs: number, use: (port: number) => Promise<T>): Promise<T> {
  return withServer((chunk, socket) => {
    const requests = chunk.toString('latin1').split('*').length - 1;
    setTimeout(() => socket.write('+OK\r\n'.repeat(requests)), delayMs);
  }, use);
}

describe("Student's interval", () => {
  test('has the quantiles of the tables', () => {
    expect(studentQuantile(0.975, 1)).toBeCloseTo(12.706, 3);
    expect(studentQuantile(0.975, 2)).toBeCloseTo(4.303, 3);
    expect(studentQuantile(0.995, 5)).toBeCloseTo(4.032, 3);
    expect(studentQuantile(0.975, 10)).toBeCloseTo(2.228, 3);
    expect(studentQuantile(0.995, 120)).toBeCloseTo(2.617, 3);
  });

  test.each([0.95, 0.99])('holds the true ratio as often as it says (%d)', (confidence) => {
    const random = new RandomSource(5);
    const normal = (): number =>
      Math.sqrt(-2 * Math.log(1 - random.fraction())) * Math.cos(2 * Math.PI * random.fraction());
    let held = 0;
    const times = 4000;
    for (let i = 0; i < times; i++) {
      const ratios = Array.from({ length: 6 }, () => 0.9 * Math.exp(0.2 * normal()));
      const { low, high } = ratioInterval(ratios, confidence);
      if (low <= 0.9 && high >= 0.9) held++;
    }
    expect(Math.abs(held / times - confidence)).toBeLessThan(0.012);
  });

  test('a single round says nothing about its spread', () => {
    expect(ratioInterval([1.5], 0.99)).toMatchObject({ low: 0, high: Infinity });
  });
});

describe('compare', () => {
  test('says that a server slowed by ten percent is slower by ten percent, through noise of five percent', async () => {
    const random = new RandomSource(11);
    const run = (side: 'A' | 'B'): Promise<LoadResult> => {
      const requestsPerSecond = (side === 'A' ? 1000 : 900) * (1 + 0.1 * (random.fraction() - 0.5));
      const latency = { p50Ms: 1, p99Ms: 2 };
      // What a comparison looks at.
      return Promise.resolve({
        requestsPerSecond,
        requests: 1,
        errors: 0,
        errorTexts: {},
        latency,
      } as LoadResult);
    };
    const comparison = await compare(run, {
      ...options({ rounds: 6, roundsMax: 20, until: 0.03 }),
      name: 'x',
      limit: undefined,
    });
    expect(comparison.verdict).toBe('slower');
    expect(Math.abs((comparison.metrics[0]?.interval.ratio ?? 0) - 0.9)).toBeLessThan(0.03);
  });

  test('says that a server which takes twice as long is slower', async () => {
    const comparison = await slowServer(20, (fast) =>
      slowServer(40, (slow) =>
        compareWorkload(
          {
            A: { address: { host: '127.0.0.1', port: fast } },
            B: { address: { host: '127.0.0.1', port: slow } },
          },
          loadPlan({ address, operations: [], connections: 10, seconds: 0.5, warmupSeconds: 0.1 }),
          commandWorkload(['PING']),
          options({ rounds: 4, roundsMax: 12, failBelow: 0.8 }),
        ),
      ),
    );
    expect(comparison.verdict).toBe('slower');
    expect(comparisonText(comparison)).toContain('B is slower');
  }, 300_000);

  test('a server that answers errors is not compared', async () => {
    await withServer(
      (chunk, socket) => {
        const requests = chunk.toString('latin1').split('*').length - 1;
        socket.write((chunk.includes('ECHO') ? '-ERR no\r\n' : '+OK\r\n').repeat(requests));
      },
      async (port) => {
        const target = parseTarget(String(port));
        const plan = loadPlan({ address, operations: [], connections: 1, seconds: 0.1 });
        await expect(
          runComparison({ A: target, B: target }, {}, plan, [commandWorkload(['ECHO', 'x'])], options({})),
        ).rejects.toThrow(`server A (127.0.0.1:${port}) answers errors: ERR no`);
      },
    );
  }, 60_000);
});

describeWithRedis('compare, with real servers', () => {
  test('one server with itself: the interval holds 1', async () => {
    await withRedis(async (redis) => {
      const plan = loadPlan({ address, operations: [], connections: 10, seconds: 0.15, warmupSeconds: 0.05 });
      let held = 0;
      for (let i = 0; i < 3; i++) {
        const [set] = testWorkloads('set');
        if (set === undefined) break;
        const { metrics } = await compareWorkload({ A: redis, B: redis }, plan, set, options({ rounds: 3 }));
        const interval = metrics[0]?.interval;
        if (interval !== undefined && interval.low <= 1 && interval.high >= 1) held++;
      }
      // Each holds it with a chance of 99 %: fewer than 2 of 3 would happen three times in ten thousand.
      expect(held).toBeGreaterThanOrEqual(2);
    });
  }, 120_000);

  test('starts and ends servers that are command lines, and gives CI its exit code', async () => {
    const printed: string[] = [];
    const command = parseTarget(REDIS.map((word) => `"${word}"`).join(' '));
    const plan = loadPlan({ address, operations: [], connections: 4, seconds: 0.1 });
    const session = options({ rounds: 2, roundsMax: 2, failBelow: 100, print: (text) => printed.push(text) });
    const code = await runComparison({ A: command, B: command }, {}, plan, testWorkloads('get'), session);
    expect(code).toBe(1);
    expect(printed.join('\n')).toMatch(/requests\/s .* B {2}B \/ A|requests\/s/);
    const fine = { ...session, failBelow: 0.0001 };
    expect(await runComparison({ A: command, B: command }, {}, plan, testWorkloads('get'), fine)).toBe(0);
  }, 120_000);

  test('a command line that cannot be started is named, with what it printed', async () => {
    const bad = parseTarget('redis-server --port {port} --no-such-option 1');
    const plan = loadPlan({ address, operations: [], connections: 1, seconds: 0.1 });
    await expect(
      runComparison({ A: bad, B: bad }, {}, plan, testWorkloads('get'), options({})),
    ).rejects.toThrow(/no-such-option 1' ended \(exit code 1\) before it answered: [^]*Bad directive/);
  }, 60_000);
});
