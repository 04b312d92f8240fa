// `npm run bench:memory`: resident memory of both servers with the same data, and the longest waits while it grows.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { LoadResult } from '../src/client/bench/load-result.js';
import type { SpawnedServer } from '../src/client/bench/spawned-server.js';
import { Feed, request } from './feed.js';
import { GROWTH_ROWS, type GrowthRow } from './growth-rows.js';
import { MEMORY_ROWS, type MemoryRow } from './memory-rows.js';
import { type MemoryFigures, renderMemoryReport } from './memory-report.js';
import { origin } from './origin.js';
import { bench, longestTurn, ROOT, SERVER_NAMES, withServer, type ServerName } from './servers.js';
import { residentBytes } from './side-measurements.js';

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    rounds: { type: 'string', default: '1' },
    render: { type: 'boolean', default: false },
    out: { type: 'string' },
  },
});
const { quick } = options;
const rounds = Number(options.rounds);
const out = options.out ?? (quick ? join(tmpdir(), 'mredis-benchmarks') : `${ROOT}docs`);
const file = join(out, 'benchmarks-memory.json');

/** Allocators and garbage collectors give pages back when there is nothing else to do. */
const SETTLE_MS = quick ? 1_000 : 3_000;
/** Before the measurement a thousand keys or elements come and go this often, so that code and buffers are there. */
const WARM_UP_ROUNDS = 20;
const WARM_UP_COUNT = 1_000;

async function residentAdded(name: ServerName, row: MemoryRow): Promise<number> {
  return withServer(name, async (server) => {
    const count = quick ? row.count / 10 : row.count;
    const feed = await Feed.open(server.address.port);
    for (let round = 0; round < WARM_UP_ROUNDS; round++) {
      await row.fill(feed, WARM_UP_COUNT);
      await feed.send(1, () => request('FLUSHALL'));
    }
    await sleep(SETTLE_MS);
    const before = await residentBytes(server.pid);
    await row.fill(feed, count);
    await sleep(SETTLE_MS);
    const added = (await residentBytes(server.pid)) - before;
    feed.close();
    return added / count;
  });
}

/** The longest that another client waits for its PING, at 200 a second, while the data grows. In ms. */
async function longestWait(name: ServerName, row: GrowthRow): Promise<number> {
  return withServer(name, async (server) => {
    const { port } = server.address;
    const grown = new AbortController();
    const flags = ['--rate', '200', '--duration', '10m', '--connections', '4', '--threads', '1', '--json'];
    const watching = bench(['--port', String(port), ...flags, 'PING'], grown.signal);
    await grow(server, row);
    grown.abort();
    // What `mredis bench --json` prints.
    const [result] = JSON.parse(await watching) as LoadResult[];
    return result?.latency.maxMs ?? NaN;
  });
}

async function grow(server: SpawnedServer, row: GrowthRow): Promise<void> {
  const feed = await Feed.open(server.address.port);
  await row.fill(feed, quick ? row.count / 10 : row.count);
  feed.close();
}

async function measured(measure: (name: ServerName) => Promise<number>): Promise<MemoryFigures[string]> {
  const here = origin();
  const values: Record<ServerName, number[]> = { redis: [], mredis: [] };
  for (let round = 0; round < rounds; round++) {
    for (const name of round % 2 === 0 ? SERVER_NAMES : SERVER_NAMES.toReversed())
      values[name].push(await measure(name));
  }
  return { ...values, origin: here };
}

async function main(): Promise<void> {
  const wanted = new RegExp(options.only);
  const measurements = [
    ...MEMORY_ROWS.map((row) => ({ id: row.id, measure: (name: ServerName) => residentAdded(name, row) })),
    ...GROWTH_ROWS.map((row) => ({ id: row.id, measure: (name: ServerName) => longestWait(name, row) })),
  ].filter(({ id }) => wanted.test(id));
  await mkdir(out, { recursive: true });
  const text = await readFile(file, 'utf8').catch(() => '{}');
  // Our own file, or nothing yet.
  const figures = JSON.parse(text) as MemoryFigures;
  for (const { id, measure } of options.render ? [] : measurements) {
    const figure = await measured(measure);
    figures[id] = figure;
    console.log(id, figure.redis.map(tenths).join(' '), '->', figure.mredis.map(tenths).join(' '));
    await writeFile(file, `${JSON.stringify(figures, undefined, 1)}\n`);
  }
  for (const row of options.render ? [] : GROWTH_ROWS.filter(({ id }) => wanted.test(id))) {
    const turns: number[] = [];
    for (let round = 0; round < rounds; round++) turns.push(await longestTurn((server) => grow(server, row)));
    figures[row.id] = { ...figures[row.id]!, turns };
    console.log(row.id, 'longest turn', turns.map(tenths).join(' '));
    await writeFile(file, `${JSON.stringify(figures, undefined, 1)}\n`);
  }
  await writeFile(join(out, 'benchmarks-memory.md'), renderMemoryReport(figures, quick));
}

function tenths(value: number): string {
  return value.toFixed(1);
}

await main();
