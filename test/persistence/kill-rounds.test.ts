import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RawConnection } from '../compat/targets.js';
import { MredisProcess } from './mredis-process.js';

/** Rounds per policy: KILL_ROUNDS=100 makes 200 of them. */
const ROUNDS = Number(process.env['KILL_ROUNDS'] ?? 3);
const CLIENTS = 4;
const DEPTH = 8;
const RUN_MS_MAX = 1200;
/** Under everysec a write may be lost that was acknowledged so shortly before the end. */
const EVERYSEC_LOSS_MS = 2000;
/** Keys that make a rewrite last long enough to be killed in the middle. */
const FILLING = 20_000;

let directory: string;
let server: MredisProcess | null;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'mredis-kill-'));
  server = null;
});

afterEach(async () => {
  await server?.end('SIGKILL');
  rmSync(directory, { recursive: true, force: true });
});

/** Counts up one key, several requests ahead of the replies, until the server is gone. */
class Counter {
  sent = 0;
  /** Values that were acknowledged, with the time of it. */
  readonly acknowledged: { value: number; atMs: number }[] = [];

  constructor(
    readonly key: string,
    private readonly connection: RawConnection,
  ) {}

  async run(): Promise<void> {
    for (let i = 0; i < DEPTH; i++) this.send();
    for (;;) {
      const reply = await this.connection.reply();
      if (!reply.startsWith(':')) {
        this.connection.close();
        return;
      }
      this.acknowledged.push({ value: Number(reply.slice(1)), atMs: performance.now() });
      this.send();
    }
  }

  private send(): void {
    this.sent++;
    this.connection.send(['INCR', this.key]);
  }
}

async function fill(port: number): Promise<void> {
  const connection = await RawConnection.open(port);
  for (let i = 0; i < FILLING; i++) connection.send(['SET', `filling:${i}`, `value ${i}`]);
  for (let i = 0; i < FILLING; i++) await connection.reply();
  connection.close();
}

/** Lets clients write, kills the server at some moment, and says what each of them knows. */
async function roundOf(
  running: MredisProcess,
  round: number,
): Promise<{ counters: Counter[]; endMs: number }> {
  const counters = await Promise.all(
    Array.from(
      { length: CLIENTS },
      async (_, i) => new Counter(`counter:${i}`, await RawConnection.open(running.port)),
    ),
  );
  const runs = counters.map((counter) => counter.run());
  await delay(Math.random() * RUN_MS_MAX);
  if (round % 2 === 1) {
    const connection = await RawConnection.open(running.port);
    await connection.call('BGREWRITEAOF');
    await delay(Math.random() * 100);
    connection.close();
  }
  const endMs = performance.now();
  await running.end('SIGKILL');
  await Promise.all(runs);
  return { counters, endMs };
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}

for (const policy of ['always', 'everysec'] as const) {
  test(
    `a server killed at any moment starts again and has what it acknowledged, appendfsync ${policy}`,
    async () => {
      const options = ['--appendonly', 'yes', '--appendfsync', policy];
      const allowedMs = policy === 'always' ? 0 : EVERYSEC_LOSS_MS;
      let before = new Map<string, number>();
      server = await MredisProcess.start(directory, ...options);
      await fill(server.port);
      for (let round = 0; round < ROUNDS; round++) {
        const { counters, endMs } = await roundOf(server, round);
        server = await MredisProcess.start(directory, ...options);
        const connection = await RawConnection.open(server.port);
        const now = new Map<string, number>();
        for (const { key, sent, acknowledged } of counters) {
          const kept = Number(/\r\n(\d+)\r\n$/.exec(await connection.call('GET', key))?.[1] ?? 0);
          const due = acknowledged.filter(({ atMs }) => allowedMs === 0 || atMs < endMs - allowedMs);
          expect(kept).toBeGreaterThanOrEqual(due.at(-1)?.value ?? 0);
          // Nor is anything applied twice.
          expect(kept).toBeLessThanOrEqual((before.get(key) ?? 0) + sent);
          now.set(key, kept);
        }
        expect(await connection.call('DBSIZE')).toBe(`:${FILLING + now.size}\r\n`);
        connection.close();
        before = now;
      }
    },
    60_000 + ROUNDS * 30_000,
  );
}
