import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { Server } from '../../src/server/server.js';
import { RawConnection, until } from '../compat/targets.js';

/* Many clients in states that end in many ways: afterwards nothing of them is left. */

let server: Server;
let port: number;
let control: RawConnection;
let clients: RawConnection[];

beforeEach(async () => {
  server = new Server({ port: 0 });
  port = await server.listen();
  clients = [];
  control = await RawConnection.open(port);
});

afterEach(async () => {
  for (const client of clients) client.close();
  control.close();
  await server.close();
});

async function connect(): Promise<RawConnection> {
  const client = await RawConnection.open(port);
  clients.push(client);
  return client;
}

async function idOf(client: RawConnection): Promise<string> {
  return (await client.call('CLIENT', 'ID')).trim().slice(1);
}

async function info(section: string, field: string): Promise<number> {
  return Number(new RegExp(`${field}:(\\d+)`).exec(await control.call('INFO', section))?.[1]);
}

const poll = (condition: () => boolean): Promise<void> => until(() => Promise.resolve(condition()));

/** Only the control connection is left, and it holds what it held. */
async function expectNothingLeft(memoryBefore: number): Promise<void> {
  for (const client of clients) client.close();
  await until(async () => (await info('clients', 'connected_clients')) === 1);
  expect(server.blocking.count).toBe(0);
  expect(server.blocking.keys).toBe(0);
  expect(await info('clients', 'blocked_clients')).toBe(0);
  expect(await info('clients', 'tracking_clients')).toBe(0);
  expect((await control.call('CLIENT', 'LIST')).match(/id=/g)).toHaveLength(1);
  expect(await info('memory', 'mem_clients_normal')).toBeLessThanOrEqual(memoryBefore + 1024);
}

const WAITS: readonly (readonly string[])[] = [
  ['BLPOP', 'l1', 'l2', '0'],
  ['BRPOP', 'l2', '0'],
  ['BLMOVE', 'l1', 'l3', 'LEFT', 'RIGHT', '0'],
  ['BLMPOP', '0', '2', 'l1', 'l2', 'LEFT'],
  ['BZPOPMIN', 'z', '0'],
  ['BZMPOP', '0', '1', 'z', 'MAX'],
  ['XREAD', 'BLOCK', '0', 'STREAMS', 'x', '$'],
  ['XREADGROUP', 'GROUP', 'g', 'c', 'BLOCK', '0', 'STREAMS', 'x', '>'],
  ['XREADGROUP', 'GROUP', 'g', 'c', 'BLOCK', '0', 'CLAIM', '600000', 'STREAMS', 'x', '>'],
  ['WAIT', '1', '0'],
];

test('A thousand clients that wait, and are killed, unblocked, closed or served, leave nothing behind', async () => {
  await control.call('XGROUP', 'CREATE', 'x', 'g', '$', 'MKSTREAM');
  const before = await info('memory', 'mem_clients_normal');
  const ids: string[] = [];
  for (let i = 0; i < 1000; i++) {
    const client = await connect();
    ids.push(await idOf(client));
    client.send(WAITS[i % WAITS.length]!);
  }
  await poll(() => server.blocking.count === 1000);
  const replies = clients.map((client, i) => (Math.floor(i / 10) % 4 === 3 ? null : client.reply('any')));
  const WAYS = [['CLIENT', 'KILL', 'ID'], ['CLIENT', 'UNBLOCK'], ['CLIENT', 'UNBLOCK'], null, undefined];
  for (const [i, id] of ids.entries()) {
    const way = WAYS[Math.floor(i / 10) % 5];
    if (way === null) clients[i]!.close();
    else if (way !== undefined)
      await control.call(...way, id, ...(Math.floor(i / 10) % 5 === 1 ? ['ERROR'] : []));
  }
  await poll(() => server.blocking.count === 200);
  expect(await Promise.all(replies.slice(10, 20).map(async (reply) => await reply))).toEqual(
    Array<string>(10).fill('-UNBLOCKED client unblocked via CLIENT UNBLOCK\r\n'),
  );
  expect(await replies[0]).toBe('(closed)');
  await control.call('RPUSH', 'l1', ...Array.from({ length: 100 }, String));
  await control.call('RPUSH', 'l2', ...Array.from({ length: 100 }, String));
  await control.call('ZADD', 'z', ...Array.from({ length: 100 }, (_, i) => [String(i), `m${i}`]).flat());
  await control.call('XADD', 'x', '*', 'f', 'v');
  // Those of the group that got nothing, and those that wait for replicas.
  await poll(() => server.blocking.count <= 60);
  await control.call('DEL', 'x');
  await poll(() => server.blocking.count === 20);
  await expectNothingLeft(before);
}, 60_000);

test('Writers that a pause holds back while others wait for them', async () => {
  const before = await info('memory', 'mem_clients_normal');
  const waiting: RawConnection[] = [];
  for (let i = 0; i < 100; i++) {
    const client = await connect();
    client.send(['BLPOP', `k${i}`, '0']);
    waiting.push(client);
  }
  await poll(() => server.blocking.count === 100);
  const monitor = await connect();
  expect(await monitor.call('MONITOR')).toBe('+OK\r\n');
  expect(await control.call('CLIENT', 'PAUSE', '60000', 'WRITE')).toBe('+OK\r\n');
  const writers: RawConnection[] = [];
  const ids: string[] = [];
  for (let i = 0; i < 100; i++) {
    const client = await connect();
    ids.push(await idOf(client));
    client.send(['RPUSH', `k${i}`, `v${i}`]);
    writers.push(client);
  }
  expect(await control.call('GET', 'k0')).toBe('$-1\r\n');
  expect(server.blocking.count).toBe(100);
  for (let i = 0; i < 100; i += 4) expect(await control.call('CLIENT', 'KILL', 'ID', ids[i]!)).toBe(':1\r\n');
  expect(await control.call('CLIENT', 'UNPAUSE')).toBe('+OK\r\n');
  const replies = await Promise.all(writers.map((writer) => writer.reply()));
  expect(replies).toEqual(replies.map((_, i) => (i % 4 === 0 ? '(closed)' : ':1\r\n')));
  const served = [...waiting.entries()].filter(([i]) => i % 4 !== 0);
  for (const [i, client] of served) expect(await client.reply()).toContain(`\r\nv${i}\r\n`);
  expect(server.blocking.count).toBe(25);
  let seen = 0;
  while (seen < 75) if ((await monitor.reply('any')).includes('"RPUSH"')) seen++;
  await expectNothingLeft(before);
}, 60_000);

test('Clients that track keys for another one, which goes; and those that hear of them themselves', async () => {
  const before = await info('memory', 'mem_clients_normal');
  const target = await connect();
  const targetId = await idOf(target);
  target.send(['SUBSCRIBE', '__redis__:invalidate']);
  await target.reply('any');
  const resp2: RawConnection[] = [];
  const resp3: RawConnection[] = [];
  for (let i = 0; i < 40; i++) {
    const client = await connect();
    if (i % 2 === 0) resp2.push(client);
    else resp3.push(client);
    if (i % 2 === 1) await client.call('HELLO', '3');
    const redirect = i % 4 === 3 ? [] : ['REDIRECT', targetId];
    expect(await client.call('CLIENT', 'TRACKING', 'ON', ...redirect)).toBe('+OK\r\n');
    for (let key = 0; key < 20; key++) await client.call('GET', `k${key}`);
  }
  expect(await info('stats', 'tracking_total_keys')).toBe(20);
  expect(await info('stats', 'tracking_total_items')).toBe(800);
  for (let key = 0; key < 10; key++) await control.call('SET', `k${key}`, 'v');
  // Thirty clients of forty have theirs sent here.
  for (let i = 0; i < 300; i++) expect(await target.reply('any')).toContain('__redis__:invalidate');
  for (let key = 0; key < 10; key++) expect(await resp3[1]!.reply('any')).toContain(`\r\nk${key}\r\n`);
  expect(await control.call('CLIENT', 'KILL', 'ID', targetId)).toBe(':1\r\n');
  await control.call('SET', 'k10', 'v');
  expect(await resp3[0]!.reply('any')).toContain('tracking-redir-broken');
  expect(await resp3[1]!.reply('any')).toContain('\r\nk10\r\n');
  expect(await resp2[0]!.call('CLIENT', 'TRACKINGINFO')).toContain('broken_redirect');
  await control.call('FLUSHALL');
  expect(await info('stats', 'tracking_total_keys')).toBe(0);
  expect(await info('stats', 'tracking_total_items')).toBe(0);
  await expectNothingLeft(before);
}, 60_000);
