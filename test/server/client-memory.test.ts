import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { Server } from '../../src/server/server.js';
import { RawConnection, until } from '../compat/targets.js';

const MB = 1024 * 1024;

let server: Server;
let control: RawConnection;

beforeEach(async () => {
  server = new Server({ port: 0 });
  await server.listen();
  control = await RawConnection.open(server.port);
  await control.call('CLIENT', 'NO-EVICT', 'on');
});

afterEach(async () => {
  control.close();
  await server.close();
});

async function named(name: string): Promise<RawConnection> {
  const client = await RawConnection.open(server.port);
  await client.call('CLIENT', 'SETNAME', name);
  return client;
}

/** The beginning of a request that never becomes whole. */
function unfinished(client: RawConnection, bytes: number): void {
  client.sendRaw(`*2\r\n$3\r\nGET\r\n$${bytes + 1}\r\n${'x'.repeat(bytes)}`);
}

async function isConnected(name: string): Promise<boolean> {
  return (await control.call('CLIENT', 'LIST')).includes(`name=${name} `);
}

async function buffered(name: string, bytes: number): Promise<void> {
  await until(async () => {
    const line = new RegExp(`name=${name} .* qbuf=(\\d+) `).exec(await control.call('CLIENT', 'LIST'));
    return Number(line?.[1]) >= bytes;
  });
}

test('beyond maxmemory-clients the largest client is closed, the others stay', async () => {
  await control.call('CONFIG', 'SET', 'maxmemory-clients', String(4 * MB));
  const small = await named('small');
  const large = await named('large');
  unfinished(small, MB);
  await buffered('small', MB);
  unfinished(large, 4 * MB);
  await until(async () => !(await isConnected('large')));
  expect(await isConnected('small')).toBe(true);
  expect(await control.call('INFO', 'stats')).toContain('evicted_clients:1\r\n');
  small.close();
});

test('a limit that is lowered is kept at once, but not by clients that may not be evicted', async () => {
  const kept = await named('kept');
  await kept.call('CLIENT', 'NO-EVICT', 'on');
  const evicted = await named('evicted');
  for (const client of [kept, evicted]) unfinished(client, MB);
  await buffered('kept', MB);
  await buffered('evicted', MB);
  await control.call('CONFIG', 'SET', 'maxmemory-clients', String(MB));
  await until(async () => !(await isConnected('evicted')));
  expect(await isConnected('kept')).toBe(true);
  kept.close();
});

test('maxmemory-clients may be a percentage of maxmemory', async () => {
  await control.call('CONFIG', 'SET', 'maxmemory', String(100 * MB), 'maxmemory-clients', '2%');
  const client = await named('client');
  unfinished(client, MB);
  await buffered('client', MB);
  expect(await isConnected('client')).toBe(true);
  await control.call('CONFIG', 'SET', 'maxmemory-clients', '1%');
  await until(async () => !(await isConnected('client')));
});

test('commands queued by MULTI count', async () => {
  await control.call('CONFIG', 'SET', 'maxmemory-clients', String(2 * MB));
  const client = await named('client');
  await client.call('MULTI');
  const value = 'x'.repeat(MB / 2);
  for (let i = 0; i < 5; i++) client.send(['SET', 'k', value]);
  await until(async () => !(await isConnected('client')));
  expect(await control.call('EXISTS', 'k')).toBe(':0\r\n');
});

test('what clients keep the server from freeing counts towards maxmemory: keys go', async () => {
  for (let i = 0; i < 64; i++) await control.call('SET', `k${i}`, 'x'.repeat(64 * 1024));
  const limit = String(server.usedMemory + MB);
  await control.call('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru', 'maxmemory', limit);
  expect(await control.call('DBSIZE')).toBe(':64\r\n');
  const client = await named('client');
  unfinished(client, 3 * MB);
  await buffered('client', 3 * MB);
  await until(async () => (await control.call('DBSIZE')) < ':50');
  expect(await isConnected('client')).toBe(true);
  client.close();
});

test('a client whose request has grown beyond the limit is closed before the request runs', async () => {
  await control.call('CONFIG', 'SET', 'maxmemory-clients', String(3 * MB));
  const client = await named('client');
  expect(await client.call('MSET', 'k', 'v', 'k2', 'x'.repeat(MB))).toBe('+OK\r\n');
  // Of this the server may see the end in the turn in which it sees that it is too much.
  client.send(['MSET', 'k', 'w', 'k2', 'x'.repeat(3 * MB)]);
  expect(await client.reply()).toBe('(closed)');
  expect(await control.call('GET', 'k')).toBe('$1\r\nv\r\n');
});

test('CLIENT LIST tells what a client holds: nothing while idle, an unfinished request, replies that wait', async () => {
  const field = async (name: string): Promise<number> => {
    const line = /.*name=client .*/.exec(await control.call('CLIENT', 'LIST'))![0];
    return Number(new RegExp(` ${name}=(\\d+)`).exec(line)?.[1]);
  };
  const client = await named('client');
  for (const name of ['qbuf', 'qbuf-free', 'rbs', 'rbp', 'omem']) expect(await field(name)).toBe(0);
  const idleBytes = await field('tot-mem');
  unfinished(client, MB);
  await until(async () => (await field('qbuf')) > MB);
  expect(await field('tot-mem')).toBe(idleBytes + (await field('qbuf')) + (await field('qbuf-free')));
  client.sendRaw('x\r\n');
  await client.reply();
  expect(await field('qbuf')).toBe(0);
  expect(await field('tot-mem')).toBe(idleBytes);
  // A request that was read in parts still stands in the client's own buffer while it runs.
  client.sendRaw('CLIENT IN');
  await until(async () => (await field('qbuf')) === 9);
  client.sendRaw('FO\r\n');
  const own = await client.reply();
  expect(own).toContain(' qbuf=13 ');
  expect(own).toMatch(/ qbuf-free=[1-9]\d* .* rbs=0 rbp=0 /);
});
