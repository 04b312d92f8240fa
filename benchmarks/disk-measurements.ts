import { copyFile, cp, mkdir, mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LoadResult } from '../src/client/bench/load-result.js';
import { Redis } from 'ioredis';
import type { SpawnedServer } from '../src/client/bench/spawned-server.js';
import { request } from './feed.js';
import type { Pair } from './figures.js';
import { pairs } from './pairs.js';
import { bench, withServer, type ServerOptions } from './servers.js';
import { fill } from './side-measurements.js';

const AOF = 'redis.aof';
const APPENDING: ServerOptions = ['--appendonly', 'yes', '--appendfilename', AOF];
/** Prime, so that its multiples modulo any smaller count visit every key in an order that looks random. */
const STRIDE = 7_368_787;

/** From the start of the process to its first PONG with `keys` keys to load: from an AOF of SETs, and from an RDB. In ms. */
export async function measureLoading(
  rounds: number,
  keys: number,
): Promise<Record<'load-aof' | 'load-rdb', Pair>> {
  const source = await mkdtemp(join(tmpdir(), 'mredis-bench-load-'));
  try {
    await writeAppendOnlyFile(join(source, 'appendonlydir'), keys);
    await withServer('redis', saveSnapshot, [...APPENDING, '--dir', source]);
    const aof = await measureStart(rounds, keys, APPENDING, (directory) =>
      cp(join(source, 'appendonlydir'), join(directory, 'appendonlydir'), { recursive: true }),
    );
    const rdb = await measureStart(rounds, keys, [], (directory) =>
      copyFile(join(source, 'dump.rdb'), join(directory, 'dump.rdb')),
    );
    return { 'load-aof': aof, 'load-rdb': rdb };
  } finally {
    await rm(source, { recursive: true, force: true });
  }
}

/** Both servers load the same bytes: an AOF of plain SETs, as a Redis writes it. */
async function writeAppendOnlyFile(directory: string, keys: number): Promise<void> {
  await mkdir(directory);
  const file = await open(join(directory, `${AOF}.1.incr.aof`), 'w');
  const parts: string[] = [request('SELECT', '0')];
  for (let i = 0; i < keys; i++) {
    const key = String((i * STRIDE) % keys).padStart(12, '0');
    parts.push(request('SET', `key:${key}`, `value:${key}`));
    if (parts.length < 10_000 && i < keys - 1) continue;
    await file.write(parts.join(''));
    parts.length = 0;
  }
  await file.close();
  await writeFile(join(directory, `${AOF}.manifest`), `file ${AOF}.1.incr.aof seq 1 type i\n`);
}

async function saveSnapshot(server: SpawnedServer): Promise<void> {
  await withClient(server, (client) => client.save());
}

async function withClient<T>(server: SpawnedServer, use: (client: Redis) => Promise<T>): Promise<T> {
  const client = new Redis(server.address.port);
  try {
    return await use(client);
  } finally {
    client.disconnect();
  }
}

async function measureStart(
  rounds: number,
  keys: number,
  options: ServerOptions,
  place: (directory: string) => Promise<void>,
): Promise<Pair> {
  const directory = await mkdtemp(join(tmpdir(), 'mredis-bench-start-'));
  try {
    await place(directory);
    const measure = async (server: SpawnedServer): Promise<{ start: number }> => {
      const loaded = await withClient(server, (client) => client.dbsize());
      if (loaded !== keys) throw new Error(`the server loaded ${loaded} of ${keys} keys`);
      return { start: server.startMs };
    };
    // The first server of all warms the page cache for both.
    await withServer('redis', measure, [...options, '--dir', directory]);
    return (await pairs(rounds, measure, [...options, '--dir', directory])).start;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** Requests a second that keep coming while the file is rewritten, half of them writes. */
const RATE = 20_000;
const POLL_MS = 20;
/** So long before the rewrite: its clients are not to wait for what any server does in its first second of load. */
const WARM_UP_SECONDS = 2;

/** BGREWRITEAOF of `keys` keys under load: its time, and the 99th percentile of the clients during it. In ms. */
export function measureRewrite(
  rounds: number,
  keys: number,
): Promise<Record<'rewrite-time' | 'rewrite-p99', Pair>> {
  return pairs(
    rounds,
    async (server) => {
      await fill(server, keys);
      const rewritten = new AbortController();
      const flags = [
        '--rate',
        String(RATE),
        '--duration',
        '10m',
        '--warmup',
        String(WARM_UP_SECONDS),
        '--keys',
        String(keys),
        '--mix',
        'set:50,get:50',
      ];
      const line = ['--port', String(server.address.port), ...flags, '--no-prefill', '--json'];
      const loading = bench(line, rewritten.signal);
      const time = await withClient(server, rewriteTime);
      rewritten.abort();
      // What `mredis bench --json` prints.
      const [result] = JSON.parse(await loading) as LoadResult[];
      return { 'rewrite-time': time, 'rewrite-p99': result?.latency.p99Ms ?? NaN };
    },
    ['--appendonly', 'yes', '--appendfsync', 'everysec', '--auto-aof-rewrite-percentage', '0'],
  );
}

/** Waits for the load to begin, then for a whole BGREWRITEAOF; gives the time of the latter in ms. */
async function rewriteTime(client: Redis): Promise<number> {
  const field = async (name: string): Promise<string | undefined> =>
    new RegExp(`^${name}:(.*)\r`, 'm').exec(await client.info())?.[1];
  const commands = async (): Promise<number> => Number(await field('total_commands_processed'));
  const before = await commands();
  while ((await commands()) - before < 1.1 * RATE * WARM_UP_SECONDS) await sleep(POLL_MS);
  const began = performance.now();
  await client.bgrewriteaof();
  while ((await field('aof_rewrite_in_progress')) !== '0') await sleep(POLL_MS);
  const time = performance.now() - began;
  if ((await field('aof_last_bgrewrite_status')) !== 'ok') throw new Error('the rewrite failed');
  return time;
}
