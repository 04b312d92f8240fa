import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ConfigValues } from '../../src/server/config/directives.js';
import { Server } from '../../src/server/server.js';
import { RawConnection, until } from '../compat/targets.js';
import { seeded } from '../storage/seeded-random.js';
import { SimulatedDisk } from './simulated-disk.js';

const CRASHES_PER_STEP = 3;

let root: string;
let data: string;
let disk: SimulatedDisk;
let servers: Server[];
/** What clients knew before each change of the disk. */
let known: { step: number; sent: number; acknowledged: number }[];
let sent: number;
let acknowledged: number;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'mredis-disk-'));
  servers = [];
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
  connection.close();
  await servers.pop()!.close();
  return value;
}

function note(): void {
  known.push({ step: disk.changes.length, sent, acknowledged });
}

async function count(connection: RawConnection, times: number): Promise<void> {
  for (let i = 0; i < times; i++) {
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

/** A new server that counts, and is rewritten in both formats meanwhile. */
async function work(failing: number): Promise<void> {
  data = mkdtempSync(join(root, 'data-'));
  disk = new SimulatedDisk(data);
  disk.failing = failing;
  known = [];
  sent = acknowledged = 0;
  disk.install();
  const connection = await start(data);
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

test('after a crash at any step the server starts, with all that was acknowledged and nothing twice', async () => {
  await work(-1);
  const random = seeded(7);
  const { changes } = disk;
  for (let step = 0; step <= changes.length; step++) {
    for (let i = 0; i < CRASHES_PER_STEP; i++) {
      const dir = join(root, `crash-${step}-${i}`);
      mkdirSync(dir);
      disk.crash(step, random, dir);
      const then = known.filter((each) => each.step <= step).at(-1) ?? { sent: 0, acknowledged: 0 };
      const value = await kept(dir);
      expect([step, value >= then.acknowledged, value <= then.sent]).toEqual([step, true, true]);
      rmSync(dir, { recursive: true, force: true });
    }
  }
}, 300_000);

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
