import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RequestBuilder } from '../../src/persistence/aof/request-builder.js';
import { ReplyWriter } from '../../src/protocol/reply-writer.js';
import { Session } from '../../src/server/clients/session.js';
import type { ConfigValues } from '../../src/server/config/directives.js';
import { silentLog } from '../../src/server/log.js';
import { Server } from '../../src/server/server.js';

const KEYS = 30_000;

let directory: string;
let servers: Server[];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'mredis-loading-'));
  servers = [];
});

afterEach(async () => {
  jest.restoreAllMocks();
  await Promise.all(servers.map((server) => server.close()));
  rmSync(directory, { recursive: true, force: true });
});

function newServer(config: Partial<ConfigValues>, lines: string[] = []): Server {
  const note = (_fields: object, message: string): void => void lines.push(message);
  const server = new Server({ port: 0, dir: directory, ...config }, { ...silentLog, info: note });
  servers.push(server);
  return server;
}

const reply = new ReplyWriter();
const builder = new RequestBuilder();

/** Runs a command in a server that need not listen yet; the reply. */
function run(server: Server, ...argv: readonly string[]): string {
  const session = new Session(server, reply, 1);
  reply.reset();
  builder.start(argv[0]!);
  for (const argument of argv.slice(1)) builder.text(argument);
  server.dispatcher.dispatch(session, builder.finish());
  return reply.buffer.subarray(reply.start, reply.position).toString('latin1');
}

function info(server: Server): Map<string, string> {
  const lines = run(server, 'INFO', 'persistence').split('\r\n');
  return new Map(lines.map((line) => line.split(':') as [string, string]));
}

/** Leaves files of many keys in the directory. */
async function leaveFiles(config: Partial<ConfigValues>): Promise<void> {
  const server = newServer(config);
  await server.listen();
  for (let i = 0; i < KEYS; i++) run(server, 'SET', `key:${i}`, `value:${i}`.repeat(20));
  if (config.appendonly !== true) run(server, 'SAVE');
  await server.close();
}

/** What INFO says every time that a load rests. */
async function follow(server: Server): Promise<Map<string, string>[]> {
  const listening = server.listen();
  const seen: Map<string, string>[] = [];
  while (server.port === 0) {
    await new Promise((resolve) => setImmediate(resolve));
    if (server.persistence.loading.progress !== null) {
      expect(server.port).toBe(0);
      seen.push(info(server));
    }
  }
  await listening;
  return seen;
}

const FORMS: readonly [string, Partial<ConfigValues>, string][] = [
  ['an RDB file', { save: [{ seconds: 9999, changes: 9999 }] }, 'dump.rdb'],
  ['an append-only file', { appendonly: true }, 'appendonlydir/redis.aof.1.incr.aof'],
];

describe.each(FORMS)('loading %s', (_name, config, file) => {
  test('leaves the event loop time, tells how far it is, and nobody is served before its end', async () => {
    await leaveFiles(config);
    const server = newServer(config);
    const seen = await follow(server);
    expect(seen.length).toBeGreaterThan(1);
    let loaded = -1;
    for (const fields of seen) {
      expect(fields.get('loading')).toBe('1');
      expect(Number(fields.get('loading_total_bytes'))).toBeGreaterThanOrEqual(
        statSync(join(directory, file)).size,
      );
      expect(Number(fields.get('loading_loaded_bytes'))).toBeGreaterThanOrEqual(loaded);
      loaded = Number(fields.get('loading_loaded_bytes'));
      const percent = (100 * loaded) / Number(fields.get('loading_total_bytes'));
      expect(fields.get('loading_loaded_perc')).toBe(percent.toFixed(2));
      expect(Number(fields.get('loading_start_time'))).toBeGreaterThan(1_600_000_000);
      expect(Number(fields.get('loading_eta_seconds'))).toBeGreaterThanOrEqual(0);
      expect(fields.has('loading_rdb_used_mem')).toBe(true);
    }
    expect(server.port).toBeGreaterThan(0);
    expect(run(server, 'DBSIZE')).toBe(`:${KEYS}\r\n`);
    const after = info(server);
    expect(after.get('loading')).toBe('0');
    expect([...after.keys()].filter((name) => name.startsWith('loading_'))).toEqual([]);
  });

  test('that takes long is followed in the log', async () => {
    await leaveFiles(config);
    const lines: string[] = [];
    const server = newServer(config, lines);
    // Every look at the clock is 300 ms after the one before.
    let ms = 0;
    jest.spyOn(performance, 'now').mockImplementation(() => (ms += 300));
    await server.listen();
    const shares = lines.flatMap((line) => /^Loading: (\d+) %$/.exec(line)?.[1] ?? []).map(Number);
    expect(shares.length).toBeGreaterThan(1);
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
    expect(shares.at(-1)).toBeLessThanOrEqual(100);
  });

  test('ends when the server is closed meanwhile, and gives the directory free', async () => {
    await leaveFiles(config);
    const server = newServer(config);
    const listening = server.listen();
    const outcome = listening.then(
      () => 'listens',
      (error: unknown) => String(error),
    );
    while (server.persistence.loading.progress === null)
      await new Promise((resolve) => setImmediate(resolve));
    await server.close();
    expect(await outcome).toContain('The server was closed while it was loading.');
    const again = newServer(config);
    await again.listen();
    expect(run(again, 'DBSIZE')).toBe(`:${KEYS}\r\n`);
  });
});

test('large values that an append-only file makes and removes again do not pile up while it is loaded', async () => {
  const first = newServer({ appendonly: true });
  await first.listen();
  for (let round = 0; round < 12; round++) {
    for (let i = 0; i < 10; i++) {
      const members = Array.from({ length: 1000 }, (_, j) => `member:${i}:${j}`);
      run(first, 'SADD', 'large', ...members);
    }
    run(first, 'DEL', 'large');
    for (let i = 0; i < 1100; i++) run(first, 'SET', 'key', `${round}:${i}`);
  }
  await first.close();
  const again = newServer({ appendonly: true });
  let most = 0;
  const release = again.keyspace.lazyFree.add.bind(again.keyspace.lazyFree);
  again.keyspace.lazyFree.add = (database, ref) => {
    release(database, ref);
    most = Math.max(most, again.keyspace.lazyFree.pending);
  };
  run(again, 'PING');
  await again.persistence.start();
  expect(most).toBeGreaterThan(0);
  expect(most).toBeLessThan(4);
});
