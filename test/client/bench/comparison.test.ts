import { describe, expect, test } from '@jest/globals';
import {
  compareWorkload,
  runComparison,
  type CompareOptions,
} from '../../../src/client/bench/compare-session.js';
import { comparisonText } from '../../../src/client/bench/comparison.js';
import { loadPlan } from '../../../src/client/bench/load-plan.js';
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

/** Answers `+OK` to each request, after turning on the spot for `busyMs`. */
function slowServer<T>(busyMs: number, use: (port: number) => Promise<T>): Promise<T> {
  return withServer((chunk, socket) => {
    let requests = 0;
    for (const byte of chunk) if (byte === 42) requests++;
    for (let i = 0; i < requests; i++) {
      const end = performance.now() + busyMs;
      while (performance.now() < end);
      socket.write('+OK\r\n');
    }
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
  test('says that a server slowed by ten percent is slower by ten percent', async () => {
    const busyMs = 0.4;
    const comparison = await slowServer(busyMs, (fast) =>
      slowServer(busyMs / 0.9, (slow) =>
        compareWorkload(
          {
            A: { address: { host: '127.0.0.1', port: fast } },
            B: { address: { host: '127.0.0.1', port: slow } },
          },
          loadPlan({ address, operations: [], connections: 2, seconds: 0.3, warmupSeconds: 0.05 }),
          commandWorkload(['PING']),
          options({ rounds: 4, roundsMax: 20, until: 0.05 }),
        ),
      ),
    );
    expect(comparison.verdict).toBe('slower');
    const ratio = comparison.metrics[0]?.interval.ratio ?? 0;
    expect(ratio).toBeGreaterThan(0.84);
    expect(ratio).toBeLessThan(0.96);
    expect(comparisonText(comparison)).toContain('B is slower');
  }, 300_000);

  test('a server that answers errors is not compared', async () => {
    await withServer(
      (chunk, socket) => {
        const requests = chunk.toString('latin1').split('*').length - 1;
        socket.write((chunk.includes('PING') ? '-ERR no\r\n' : '+OK\r\n').repeat(requests));
      },
      async (port) => {
        const target = parseTarget(String(port));
        const plan = loadPlan({ address, operations: [], connections: 1, seconds: 0.1 });
        await expect(
          runComparison({ A: target, B: target }, {}, plan, [commandWorkload(['PING'])], options({})),
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
