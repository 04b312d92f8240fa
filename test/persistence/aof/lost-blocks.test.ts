import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ConfigValues } from '../../../src/server/config/directives.js';
import { Server } from '../../../src/server/server.js';
import { RawConnection } from '../../compat/targets.js';

const PAGE = 4096;
const VALUE = 'v'.repeat(1000);

let directory: string;
let servers: Server[];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'mredis-lost-'));
  servers = [];
});

afterEach(async () => {
  await Promise.all(servers.map((server) => server.close()));
  rmSync(directory, { recursive: true, force: true });
});

async function start(options: Partial<ConfigValues> = {}): Promise<Server> {
  const server = new Server({ port: 0, dir: directory, appendonly: true, appendfsync: 'always', ...options });
  servers.push(server);
  await server.listen();
  return server;
}

/** The file of 30 values, each in a batch of its own. With `marked`, a sync mark stands behind the twentieth. */
async function written(options: Partial<ConfigValues> = {}, marked = false): Promise<Buffer> {
  const server = await start(options);
  const connection = await RawConnection.open(server.port);
  for (let i = 0; i < 30; i++) {
    if (marked && i === 20) {
      while (Date.now() < server.startedAtMs + 1100) await connection.call('PING');
    }
    expect(await connection.call('SET', `key:${i}`, VALUE)).toBe('+OK\r\n');
  }
  connection.close();
  await server.close();
  return readFileSync(increment());
}

function increment(): string {
  const folder = join(directory, 'appendonlydir');
  return join(
    folder,
    readdirSync(folder).find((name) => name.endsWith('.incr.aof'))!,
  );
}

async function keysOf(server: Server): Promise<number> {
  const connection = await RawConnection.open(server.port);
  const reply = await connection.call('DBSIZE');
  connection.close();
  return Number(reply.slice(1));
}

test('a page that was never written: what a checksum covers before it stays, the whole file is kept beside', async () => {
  const bytes = await written();
  bytes.fill(0, 3 * PAGE, 4 * PAGE);
  writeFileSync(increment(), bytes);
  const keys = await keysOf(await start());
  // The record that reaches into the page is the twelfth or so.
  expect(keys).toBe(bytes.toString('latin1', 0, 3 * PAGE).split('#CRC:').length - 2);
  const kept = readdirSync(join(directory, 'appendonlydir')).find((name) => name.includes('.lost-'))!;
  expect(readFileSync(join(directory, 'appendonlydir', kept))).toEqual(bytes);
  await servers.at(-1)!.close();
  expect(await keysOf(await start())).toBe(keys);
});

test('a page of zeros before a sync mark was damaged otherwise: the start is refused', async () => {
  const bytes = await written({}, true);
  expect(bytes.toString('latin1')).toMatch(/\r\n#SYNC:\d+\r\n#CRC:/);
  bytes.fill(0, 3 * PAGE, 4 * PAGE);
  writeFileSync(increment(), bytes);
  await expect(start()).rejects.toThrow('Bad file format reading the append only file');
  expect(readFileSync(increment())).toEqual(bytes);
});

test('behind the mark it is an end that was lost', async () => {
  const bytes = await written({}, true);
  const from = PAGE * Math.ceil((bytes.indexOf('#SYNC:') + 100) / PAGE);
  bytes.fill(0, from, from + PAGE);
  writeFileSync(increment(), bytes);
  expect(await keysOf(await start())).toBeGreaterThanOrEqual(20);
});

test('without checksums nothing tells, and the start is refused; so it is with aof-load-truncated no', async () => {
  const plain = await written({ 'aof-checksum': false });
  plain.fill(0, 3 * PAGE, 4 * PAGE);
  writeFileSync(increment(), plain);
  await expect(start()).rejects.toThrow('Bad file format reading the append only file');
  rmSync(directory, { recursive: true });
  const bytes = await written();
  bytes.fill(0, 3 * PAGE, 4 * PAGE);
  writeFileSync(increment(), bytes);
  await expect(start({ 'aof-load-truncated': false })).rejects.toThrow('reading the append only file');
});

test.each([true, false])(
  'zeros from the middle of a record to the end (checksums %s) are a cut end',
  async (checksum) => {
    const bytes = await written({ 'aof-checksum': checksum });
    bytes.fill(0, bytes.length - 500);
    writeFileSync(increment(), Buffer.concat([bytes, Buffer.alloc(3 * PAGE)]));
    const server = await start();
    expect(await keysOf(server)).toBe(29);
    expect(server.persistence.loading.truncated).toBeNull();
  },
);
