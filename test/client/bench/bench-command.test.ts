import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import type { LoadResult } from '../../../src/client/bench/load-result.js';
import { describeWithRedis, withRedis } from './servers.js';

interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `mredis bench …` as built; `onOutput` may send it signals. */
function bench(
  args: readonly string[],
  onOutput?: (text: string, interrupt: () => void) => void,
): Promise<Outcome> {
  return new Promise((settle) => {
    const child = spawn(process.execPath, ['bin/run.js', 'bench', ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString();
      onOutput?.(stdout, () => child.kill('SIGINT'));
    });
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    child.on('close', (code) => {
      settle({ code, stdout, stderr });
    });
  });
}

test.each([
  [['--rat', '5'], '--rat'],
  [['--connections', '0'], 'Parsing --connections'],
  [['--pipeline', 'x'], "got 'x'"],
  [['--data-size', '5-1'], "value size '5-1'"],
  [['--key-dist', 'gauss'], "key distribution 'gauss'"],
  [['--tests', 'set,foo'], "no test is called 'foo'"],
  [['--mix', 'get:x'], "'get:x' of the mix"],
  [['--preset', 'lunch'], "no preset is called 'lunch'"],
  [['--duration', 'soon'], "'soon' is not a duration"],
  [['--rate', '-1'], "got '-1'"],
  [['compare', '6379'], 'Missing 1 required arg'],
  [['compare', '6379', 'redis-server --port 1'], "'redis-server --port 1' is neither"],
  [['engine', '--sizes', '1G'], "'1G'"],
  [['engine', '--engines', 'rocks'], "no engine is called 'rocks'"],
  [['saturate', '--slo', 'p98<2ms'], "'p98<2ms'"],
])(
  'a wrong option names itself: %j',
  async (args, text) => {
    const { code, stderr } = await bench(args);
    expect(code).not.toBe(0);
    // oclif breaks long lines.
    expect(stderr.replaceAll(/\s+(?:›\s+)?/g, ' ')).toContain(text);
  },
  60_000,
);

describeWithRedis('mredis bench', () => {
  test("prints redis-benchmark's CSV columns first", async () => {
    await withRedis(async ({ address: { port } }) => {
      const { code, stdout } = await bench(['-p', String(port), '-t', 'set,lpush', '-n', '500', '--csv']);
      expect(code).toBe(0);
      const [header, set, lpush] = stdout.split('\n');
      expect(header).toMatch(
        /^"test","rps","avg_latency_ms","min_latency_ms","p50_latency_ms","p95_latency_ms","p99_latency_ms","max_latency_ms",/,
      );
      expect(set).toMatch(/^"SET","\d+\.\d\d","\d+\.\d{3}"/);
      expect(lpush).toMatch(/^"LPUSH"/);
    });
  }, 60_000);

  test("takes a command line of one's own, and fails when the server answers errors", async () => {
    await withRedis(async ({ address: { port } }) => {
      const own = [
        '-p',
        String(port),
        '-n',
        '50',
        '-r',
        '5',
        '--json',
        'HSET',
        'h',
        '__rand_int__',
        '__data__',
      ];
      const good = await bench(own);
      expect(good.code).toBe(0);
      expect((JSON.parse(good.stdout) as LoadResult[])[0]).toMatchObject({ requests: 50, errors: 0 });
      // Words that a flag has as its value too, and what looks like a flag, stay where they were written.
      const scores = ['--threads', '1', '-n', '50', '-q', 'ZADD', 'z', '1', 'a', '-1', 'b', '50', 'c'];
      const added = await bench(['-p', String(port), ...scores]);
      expect([added.code, added.stdout]).toEqual([0, expect.stringMatching(/^ZADD Z 1 A -1 B 50 C: [1-9]/)]);
      const bad = await bench(['-p', String(port), '-n', '50', '-q', 'LPUSH', 'h', 'x']);
      expect(bad.code).toBe(1);
      expect(bad.stdout).toContain('LPUSH H X: 0.00 requests per second');
      expect(bad.stdout).toContain('50 errors');
    });
  }, 60_000);

  test('reads find what --prefill has put there', async () => {
    await withRedis(async ({ address: { port } }) => {
      const settings = ['-p', String(port), '-t', 'get', '-n', '1000', '-r', '100', '--json'];
      const misses = await bench([...settings, '--no-prefill']);
      expect((JSON.parse(misses.stdout) as LoadResult[])[0]).toMatchObject({ requests: 1000, nulls: 1000 });
      const hits = await bench(settings);
      expect((JSON.parse(hits.stdout) as LoadResult[])[0]).toMatchObject({ requests: 1000, nulls: 0 });
    });
  }, 60_000);

  test('writes a latency distribution for each test', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'mredis-hgrm-'));
    try {
      await withRedis(async ({ address: { port } }) => {
        await bench([
          '-p',
          String(port),
          '-t',
          'set,get',
          '-n',
          '100',
          '-q',
          '--hgrm',
          join(folder, '{test}.hgrm'),
        ]);
      });
      expect(await readdir(folder)).toEqual(['get.hgrm', 'set.hgrm']);
      expect(await readFile(join(folder, 'get.hgrm'), 'utf8')).toMatch(/Total count {4}= +100\]/);
    } finally {
      await rm(folder, { recursive: true });
    }
  }, 60_000);

  test('Ctrl-C prints the report so far', async () => {
    await withRedis(async ({ address: { port } }) => {
      const settings = ['-p', String(port), '-t', 'set,get', '--duration', '60'];
      let interrupted = false;
      const { code, stdout } = await bench(settings, (text, interrupt) => {
        // A second Ctrl-C ends it at once.
        if (interrupted || !text.includes('requests/s')) return;
        interrupted = true;
        interrupt();
      });
      expect(code).toBe(130);
      expect(stdout).toMatch(/interrupted after \d+\.\d\d s/);
      expect(stdout).toMatch(/[\d,]+ requests\/s \([\d,]+ in/);
      expect(stdout).not.toContain('get: 127.0.0.1');
    });
  }, 60_000);
});
