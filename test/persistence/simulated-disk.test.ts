import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { syncDirectory } from '../../src/persistence/atomic-file.js';
import { disk as files } from '../../src/persistence/disk.js';
import type { ConfigValues } from '../../src/server/config/directives.js';
import { Server } from '../../src/server/server.js';
import { RawConnection, until } from '../compat/targets.js';
import { seeded } from '../storage/seeded-random.js';
import { inAnyOrder, inOrder, type Random, SimulatedDisk } from './simulated-disk.js';

const CRASHES_PER_STEP = 3;

let root: string;
let data: string;
let disk: SimulatedDisk;
let servers: Server[];
/** What clients knew before each change of the disk. */
let known: { step: number; sent: number; acknowledged: number }[];
let sent: number;
let acknowledged: number;
/** Bytes of a value that is written with every count; 0 for none. */
let padding: number;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'mredis-disk-'));
  servers = [];
  padding = 0;
});

afterEach(async () => {
  disk.uninstall();
  for (const server of servers) await server.close();
  rmSync(root, { recursive: true, force: true });
});

async function start(dir: string, options: Partial<ConfigValues> = {}): Promise<RawConnection> {
  const server = new Server({ port: 0, dir, appendonly: true, appendfsync: 'always', ...options });
  servers.push(server);
  await server.listen();
  return RawConnection.open(server.port);
}

async function kept(dir: string): Promise<number> {
  const connection = await start(dir);
  const value = Number(/\r\n(\d+)\r\n$/.exec(await connection.call('GET', 'counter'))?.[1] ?? 0);
  // Each count has left bytes of its own.
  for (let i = 1; padding > 0 && i <= value; i++) {
    expect(await connection.call('GET', `padding:${i}`)).toBe(`$${padding}\r\n${padded(i)}\r\n`);
  }
  connection.close();
  await servers.pop()!.close();
  return value;
}

function padded(count: number): string {
  return `${count}.`.repeat(padding).slice(0, padding);
}

function note(): void {
  known.push({ step: disk.changes.length, sent, acknowledged });
}

async function count(connection: RawConnection, times: number): Promise<void> {
  for (let i = 0; i < times; i++) {
    if (padding > 0) await connection.call('SET', `padding:${sent + 1}`, padded(sent + 1));
    sent++;
    note();
    const reply = await connection.call('INCR', 'counter');
    if (reply.startsWith(':')) acknowledged = Number(reply.slice(1));
    note();
  }
}

async function rewrite(connection: RawConnection): Promise<void> {
  const { rewriting } = servers[0]!.persistence;
  await connection.call('BGREWRITEAOF');
  await count(connection, 2);
  await until(() => Promise.resolve(!rewriting.isRunning && !rewriting.scheduled));
}

function install(failing: number): void {
  data = mkdtempSync(join(root, 'data-'));
  disk = new SimulatedDisk(data);
  disk.failing = failing;
  known = [];
  sent = acknowledged = 0;
  disk.install();
}

async function begin(failing: number, options: Partial<ConfigValues> = {}): Promise<RawConnection> {
  install(failing);
  return start(data, options);
}

/** A single file, as Redis 6 leaves it, on disk. */
function writeSingleFile(text: string): void {
  const fd = files.openSync(join(data, 'redis.aof'), 'w', 0o644);
  files.writeSync(fd, Buffer.from(text));
  files.fsyncSync(fd);
  files.closeSync(fd);
  syncDirectory(data);
}

/** A new server that counts, and is rewritten in both formats meanwhile. */
async function work(failing: number): Promise<void> {
  const connection = await begin(failing);
  const { config } = servers[0]!;
  await count(connection, 3);
  await rewrite(connection);
  config['aof-use-rdb-preamble'] = false;
  await rewrite(connection);
  await count(connection, 2);
  note();
  connection.close();
  disk.uninstall();
}

/** As `work`, with a sync only now and then: what is acknowledged is what was written before one that has ended. */
async function workEverysec(): Promise<void> {
  const connection = await begin(-1, { appendfsync: 'everysec' });
  const server = servers[0]!;
  for (let round = 0; round < 3; round++) {
    await count(connection, 6);
    const before = acknowledged;
    // Seconds later, as far as the log knows.
    server.nowMs += 2000 * (round + 1);
    server.persistence.log.tick();
    await until(() => Promise.resolve(!server.persistence.log.syncing));
    synced.push({ step: disk.changes.length, count: before });
    await count(connection, 4);
    if (round === 1) await rewrite(connection);
  }
  note();
  connection.close();
  disk.uninstall();
}

/** Which counts were on disk from which step on (everysec). */
let synced: { step: number; count: number }[] = [];

/** What a server finds after a crash before change number `step`. */
async function crashed(step: number, random: Random, lose: typeof inOrder): Promise<number> {
  const dir = mkdtempSync(join(root, 'crash-'));
  disk.crash(step, random, dir, lose);
  const value = await kept(dir);
  rmSync(dir, { recursive: true, force: true });
  return value;
}

test('after a crash at any step the server starts, with all that was acknowledged and nothing twice', async () => {
  await work(-1);
  const random = seeded(7);
  const { changes } = disk;
  for (let step = 0; step <= changes.length; step++) {
    for (let i = 0; i < CRASHES_PER_STEP; i++) {
      const then = known.filter((each) => each.step <= step).at(-1) ?? { sent: 0, acknowledged: 0 };
      const value = await crashed(step, random, inOrder);
      expect([step, value >= then.acknowledged, value <= then.sent]).toEqual([step, true, true]);
    }
  }
}, 300_000);

test('blocks that reach the disk in any order: the server starts, with all that was acknowledged (always)', async () => {
  padding = 1500;
  await work(-1);
  const random = seeded(11);
  for (let step = 0; step <= disk.changes.length; step++) {
    const then = known.filter((each) => each.step <= step).at(-1) ?? { sent: 0, acknowledged: 0 };
    const value = await crashed(step, random, inAnyOrder);
    expect([step, value >= then.acknowledged, value <= then.sent]).toEqual([step, true, true]);
  }
}, 300_000);

test.each([
  ['in order', inOrder],
  ['in any order', inAnyOrder],
] as const)(
  'blocks that reach the disk %s: the server starts, with all that was synced (everysec)',
  async (_, lose) => {
    padding = 1500;
    synced = [];
    await workEverysec();
    const random = seeded(13);
    for (let step = 0; step <= disk.changes.length; step++) {
      for (let i = 0; i < 2; i++) {
        const least = synced.filter((each) => each.step <= step).at(-1)?.count ?? 0;
        const value = await crashed(step, random, lose);
        expect([step, value >= least, value <= sent]).toEqual([step, true, true]);
      }
    }
  },
  300_000,
);

test.each([
  ['in order', inOrder],
  ['in any order', inAnyOrder],
] as const)(
  'a crash while a single file becomes a set of files loses nothing (%s)',
  async (_, lose) => {
    install(-1);
    writeSingleFile('*2\r\n$6\r\nSELECT\r\n$1\r\n0\r\n*3\r\n$3\r\nSET\r\n$7\r\ncounter\r\n$1\r\n7\r\n');
    sent = acknowledged = 7;
    const first = disk.changes.length;
    note();
    const connection = await start(data);
    await count(connection, 2);
    connection.close();
    disk.uninstall();
    const random = seeded(17);
    for (let step = first; step <= disk.changes.length; step++) {
      for (let i = 0; i < 2 * CRASHES_PER_STEP; i++) {
        const then = known.filter((each) => each.step <= step).at(-1)!;
        const value = await crashed(step, random, lose);
        expect([step, value >= then.acknowledged, value <= then.sent]).toEqual([step, true, true]);
      }
    }
  },
  120_000,
);

test('a sync that fails (everysec): writes are refused until one succeeds, then the file is written anew', async () => {
  const connection = await begin(-1, { appendfsync: 'everysec' });
  const { persistence } = servers[0]!;
  const sync = (afterMs: number): void => {
    servers[0]!.nowMs += afterMs;
    persistence.log.tick();
  };
  await count(connection, 3);
  disk.failing = disk.calls;
  sync(2000);
  await until(() => Promise.resolve(persistence.log.error !== null));
  expect(await connection.call('INCR', 'counter')).toContain('-MISCONF Errors writing to the AOF file');
  expect(await connection.call('GET', 'counter')).toBe('$1\r\n3\r\n');
  sync(4000);
  await until(() => Promise.resolve(persistence.log.error === null));
  await count(connection, 2);
  expect(acknowledged).toBe(5);
  // What the failed sync was for may never reach the disk, whatever later syncs say.
  await until(() => Promise.resolve(persistence.rewriting.count === 1));
  connection.close();
  disk.uninstall();
  expect(await crashed(disk.changes.length, () => 1, inOrder)).toBe(5);
});

test('whatever call fails, nothing acknowledged is lost and nothing is applied twice', async () => {
  await work(-1);
  const { calls } = disk;
  await servers.pop()!.close();
  for (let failing = 0; failing < calls; failing++) {
    const failure = await work(failing).then(
      () => null,
      (error: unknown) => String(error),
    );
    disk.uninstall();
    disk.failing = -1;
    const copy = join(root, `copy-${failing}`);
    mkdirSync(copy);
    // All that was written, synced or not.
    disk.crash(disk.changes.length, () => 1, copy);
    const value = await kept(copy);
    expect([failing, value >= acknowledged, value <= sent]).toEqual([failing, true, true]);
    // Only while it starts may a failing disk stop it.
    expect([failing, sent > 0 ? failure : null]).toEqual([failing, null]);
    await servers.pop()?.close();
  }
}, 300_000);
