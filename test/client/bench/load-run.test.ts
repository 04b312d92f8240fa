import { describe, expect, test } from '@jest/globals';
import { freePort } from '../../../src/client/bench/spawned-server.js';
import { loadPlan, type LoadPlan, type ServerAddress } from '../../../src/client/bench/load-plan.js';
import { runLoad } from '../../../src/client/bench/load-run.js';
import { preset } from '../../../src/client/bench/presets.js';
import type { Operation } from '../../../src/client/bench/request-template.js';
import { ServerProbe } from '../../../src/client/bench/server-probe.js';
import { describeWithRedis, withRedis, withServer } from './servers.js';

const operation = (...args: string[]): Operation => ({ name: args[0] ?? '', weight: 1, commands: [args] });
const local = (port: number): ServerAddress => ({ host: '127.0.0.1', port });
const plan = (port: number, command: string[], rest: Partial<LoadPlan>): LoadPlan =>
  loadPlan({ address: local(port), operations: [operation(...command)], connections: 5, ...rest });

async function ask(port: number, ...command: [string, ...string[]]): Promise<unknown> {
  const probe = await ServerProbe.open(local(port));
  try {
    return await probe.call(...command);
  } finally {
    probe.close();
  }
}

describeWithRedis('a load run', () => {
  test.each(['resp', 'ioredis'] as const)(
    'sends exactly as many requests as asked for, over threads, connections and pipelines (%s)',
    async (driver) => {
      await withRedis(async ({ address: { port } }) => {
        const run = plan(port, ['INCR', 'n'], {
          driver,
          requests: 5003,
          threads: 2,
          connections: 7,
          pipeline: 3,
        });
        const result = await runLoad(run);
        expect(result).toMatchObject({ requests: 5003, errors: 0, nulls: 0, unanswered: 0, disconnects: 0 });
        expect(result.latency.count).toBe(5003);
        expect(await ask(port, 'GET', 'n')).toBe('5003');
        expect(result.server).toMatch(/^redis \d/);
        expect(result.serverCpuUsPerRequest).toBeGreaterThan(0);
      });
    },
    60_000,
  );

  test('sequential keys fill a key space without a gap', async () => {
    await withRedis(async ({ address: { port } }) => {
      const fill = { requests: 1000, keys: 1000, keyDistribution: { kind: 'sequential' } } as const;
      await runLoad(plan(port, ['SET', 'key:__rand_int__', '__data__'], fill));
      expect(await ask(port, 'DBSIZE')).toBe(1000);
    });
  });

  test('errors are errors, with their texts, and never throughput', async () => {
    await withRedis(async ({ address: { port } }) => {
      await ask(port, 'SET', 'text', 'x');
      const result = await runLoad(plan(port, ['LPUSH', 'text', 'y'], { requests: 300 }));
      expect(result).toMatchObject({ requests: 0, requestsPerSecond: 0, errors: 300 });
      expect(result.errorTexts).toEqual({
        'WRONGTYPE Operation against a key holding the wrong kind of value': 300,
      });
      expect(result.latency.count).toBe(0);
      expect(result.warnings.join()).toContain('no request was answered');
    });
  });

  test('null replies are counted as misses', async () => {
    await withRedis(async ({ address: { port } }) => {
      const result = await runLoad(plan(port, ['GET', 'nothing'], { requests: 100 }));
      expect(result).toMatchObject({ requests: 100, nulls: 100 });
    });
  });

  test('a mix keeps its proportions and gives each operation its own figures', async () => {
    await withRedis(async ({ address: { port } }) => {
      const result = await runLoad(
        loadPlan({
          address: local(port),
          operations: [
            { name: 'get', weight: 80, commands: [['GET', 'k']] },
            {
              name: 'set',
              weight: 20,
              commands: [
                ['SET', 'k', '__data__'],
                ['EXPIRE', 'k', '100'],
              ],
            },
          ],
          requests: 5000,
          pipeline: 4,
        }),
      );
      expect(result.operations.map(({ name }) => name)).toEqual(['get', 'set']);
      const [get, set] = result.operations;
      expect((get?.requests ?? 0) + (set?.requests ?? 0)).toBe(5000);
      expect(Math.abs((get?.requests ?? 0) / 5000 - 0.8)).toBeLessThan(0.03);
    });
  });

  test('subscribers of the pubsub preset get what is published', async () => {
    await withRedis(async ({ address }) => {
      const { operations, subscribers = 0, channel = '' } = preset('pubsub');
      const result = await runLoad(loadPlan({ address, operations, subscribers, channel, requests: 1000 }));
      expect(result.requests).toBe(1000);
      expect(result.delivered).toBeGreaterThan(9000);
      expect(result.delivered).toBeLessThanOrEqual(10_000);
    });
  });

  test('introduces itself with a password, a database and RESP3', async () => {
    await withRedis(
      async ({ address }) => {
        const introduced = { ...address, password: 'secret', db: 3, resp3: true };
        const result = await runLoad(
          loadPlan({ address: introduced, operations: [operation('SET', 'here', 'x')], requests: 10 }),
        );
        expect(result).toMatchObject({ requests: 10, errors: 0 });
        await expect(
          runLoad(
            loadPlan({
              address: { ...address, password: 'no' },
              operations: [operation('PING')],
              requests: 1,
            }),
          ),
        ).rejects.toThrow('WRONGPASS');
      },
      '--requirepass',
      'secret',
    );
  });
});

describe('trouble', () => {
  test('a server that is not there is named', async () => {
    const port = await freePort();
    await expect(runLoad(plan(port, ['PING'], { requests: 1 }))).rejects.toThrow(
      `Could not connect to Redis at 127.0.0.1:${port}: Connection refused`,
    );
  });

  test('a server that closes connections now and then costs errors, not the run', async () => {
    let answered = 0;
    await withServer(
      (_, socket) => {
        if (++answered % 50 === 0) socket.destroy();
        else socket.write('+OK\r\n');
      },
      async (port) => {
        const result = await runLoad(plan(port, ['PING'], { requests: 500 }), { probe: false });
        expect(result.gone).toBeUndefined();
        expect(result.errors).toBeGreaterThan(0);
        expect(result.errors).toBe(result.disconnects);
        expect(result.requests + result.errors).toBe(500);
      },
    );
  }, 60_000);

  test('a server that does not speak RESP is found out', async () => {
    await withServer(
      (_, socket) => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n'),
      async (port) => {
        const run = runLoad(plan(port, ['PING'], { seconds: 1 }), { probe: false });
        await expect(run).rejects.toThrow('Protocol error, got "H" as reply type byte');
      },
    );
  }, 60_000);

  test('bytes that are not RESP in the middle of a run are errors', async () => {
    let chunks = 0;
    await withServer(
      (_, socket) => socket.write(++chunks > 200 ? 'nonsense\r\n' : '+OK\r\n'),
      async (port) => {
        const result = await runLoad(plan(port, ['PING'], { requests: 1000 }), { probe: false });
        expect(result.gone).toBeDefined();
        expect(Object.keys(result.errorTexts)).toContain('Protocol error, got "n" as reply type byte');
      },
    );
  }, 60_000);

  test('being interrupted gives the report so far', async () => {
    const abort = new AbortController();
    await withServer(
      (_, socket) => socket.write('+OK\r\n'),
      async (port) => {
        const result = await runLoad(plan(port, ['PING'], { seconds: 60 }), {
          probe: false,
          sampleMs: 50,
          signal: abort.signal,
          onSample: () => {
            abort.abort();
          },
        });
        expect(result.interrupted).toBe(true);
        expect(result.requests).toBeGreaterThan(0);
        expect(result.seconds).toBeLessThan(20);
      },
    );
  }, 60_000);

  test('requests that would not fit into memory are refused', async () => {
    const huge = plan(1, ['SET', 'k', '__data__'], {
      pipeline: 1000,
      valueSizes: [{ bytes: 1024 * 1024, weight: 1 }],
      requests: 1,
    });
    await expect(runLoad(huge)).rejects.toThrow('GiB of requests in memory');
  });
});

describeWithRedis('with a real server', () => {
  test('a server with fewer clients than connections says so', async () => {
    await withRedis(
      async ({ address }) => {
        const crowd = loadPlan({ address, operations: [operation('PING')], connections: 20, requests: 100 });
        await expect(runLoad(crowd)).rejects.toThrow('ERR max number of clients reached');
      },
      '--maxclients',
      '10',
    );
  });

  test('a server that dies is reported, with what was answered before', async () => {
    await withRedis(async (redis) => {
      const result = await runLoad(plan(redis.address.port, ['PING'], { seconds: 30 }), {
        sampleMs: 50,
        onSample: ({ requestsPerSecond }) => {
          if (requestsPerSecond > 0) redis.signal('SIGKILL');
        },
      });
      expect(result.gone).toBeDefined();
      expect(result.seconds).toBeLessThan(20);
      expect(result.requests).toBeGreaterThan(0);
      expect(result.disconnects).toBe(5);
    });
  }, 60_000);

  test('an open loop keeps its rate', async () => {
    await withRedis(async ({ address: { port } }) => {
      const result = await runLoad(plan(port, ['PING'], { seconds: 2, rate: 500 }));
      expect(Math.abs(result.requests - 1000)).toBeLessThan(100);
    });
  }, 60_000);

  // The stall of a stopped server is what a closed loop hides: it sends nothing meanwhile, so that few requests see it.
  test('an open loop shows that a server is stopped for 200 ms in each second, which a closed loop hides', async () => {
    await withRedis(async (redis) => {
      const stopping = setInterval(() => {
        redis.signal('SIGSTOP');
        setTimeout(() => redis.signal('SIGCONT'), 200);
      }, 1000);
      const measure = (rate: number): ReturnType<typeof runLoad> =>
        runLoad(plan(redis.address.port, ['PING'], { seconds: 5, rate }), { probe: false });
      const closed = await measure(0);
      const open = await measure(2000);
      clearInterval(stopping);
      await new Promise((settle) => setTimeout(settle, 300));
      expect(closed.latency.maxMs).toBeGreaterThan(150);
      expect(closed.latency.p99Ms).toBeLessThan(100);
      expect(open.latency.p99Ms).toBeGreaterThan(150);
      // Counted from the time of sending, the open loop would hide most of it as well.
      expect(open.service?.p90Ms ?? Infinity).toBeLessThan(open.latency.p90Ms);
    });
  }, 60_000);
});

describe('an overloaded open loop', () => {
  test('what was due and never sent is counted with the time it waited', async () => {
    await withServer(
      (_, socket) => void setTimeout(() => socket.write('+OK\r\n'), 100),
      async (port) => {
        const result = await runLoad(plan(port, ['PING'], { seconds: 2, rate: 1000, connections: 1 }), {
          probe: false,
        });
        // One connection with 100 ms a request can answer about 20 of the 2,000 that were due.
        expect(result.requests).toBeLessThan(40);
        expect(result.unsent).toBeGreaterThan(1500);
        expect(result.latency.p50Ms).toBeGreaterThan(500);
        expect(result.service?.p50Ms ?? Infinity).toBeLessThan(400);
        expect(result.warnings.join()).toContain('were due and not answered');
      },
    );
  }, 60_000);
});
