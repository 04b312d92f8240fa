import { createServer } from 'node:net';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { launch, ListenError } from '../../src/server/launch/launch.js';
import { silentLog } from '../../src/server/log.js';
import { Server } from '../../src/server/server.js';
import { RawConnection } from '../compat/targets.js';
import { freePort } from '../free-port.js';

let server: Server;
let client: RawConnection;
let port: number;

beforeEach(async () => {
  port = await freePort();
  server = new Server({ port });
  await server.listen();
  client = await RawConnection.open(port);
});

afterEach(async () => {
  client.close();
  await server.close();
});

/** Asks by a connection of its own. */
async function ask(at: number, host = '127.0.0.1'): Promise<string> {
  const other = await RawConnection.open(at, host);
  const reply = await other.call('PING');
  other.close();
  return reply;
}

test('CONFIG SET port moves the server; a port that is taken leaves it where it is', async () => {
  const next = await freePort();
  expect(await client.call('CONFIG', 'SET', 'port', String(next))).toBe('+OK\r\n');
  expect(await ask(next)).toBe('+PONG\r\n');
  await expect(ask(port)).rejects.toThrow('ECONNREFUSED');
  const other = createServer().listen(port, '127.0.0.1');
  await once(other, 'listening');
  expect(await client.call('CONFIG', 'SET', 'port', String(port))).toContain('Unable to listen on this port');
  expect(await client.call('CONFIG', 'GET', 'port')).toContain(String(next));
  expect(await ask(next)).toBe('+PONG\r\n');
  other.close();
});

test('An address that this machine does not have is refused, and the old one stays', async () => {
  const refusal = await client.call('CONFIG', 'SET', 'bind', '999.999.999.999');
  expect(refusal).toContain('Failed to bind to specified addresses');
  expect(await client.call('CONFIG', 'GET', 'bind')).toContain('127.0.0.1 -::1');
  expect(await ask(port)).toBe('+PONG\r\n');
});

test('An empty bind means no address at all, until there is one again', async () => {
  expect(await client.call('CONFIG', 'SET', 'bind', '')).toBe('+OK\r\n');
  await expect(ask(port)).rejects.toThrow('ECONNREFUSED');
  expect(await client.call('CONFIG', 'SET', 'bind', '127.0.0.1')).toBe('+OK\r\n');
  expect(await ask(port)).toBe('+PONG\r\n');
});

test('A server that is told to listen nowhere does not start', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'mredis-'));
  const started = launch(['--bind', '', '--dir', directory], silentLog);
  await expect(started).rejects.toThrow(ListenError);
  rmSync(directory, { recursive: true });
});

test('Protected mode lets others in only by a password, or when it is off', async () => {
  const addresses = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  const host = addresses.find(({ family, internal }) => family === 'IPv4' && !internal)?.address;
  if (host === undefined) return console.warn('this machine has no address beside its own');
  await client.call('CONFIG', 'SET', 'bind', '*');
  expect(await ask(port, host)).toMatch(/^-DENIED/);
  await client.call('CONFIG', 'SET', 'requirepass', 'secret');
  expect(await ask(port, host)).toMatch(/^-NOAUTH/);
  await client.call('CONFIG', 'SET', 'requirepass', '');
  expect(await ask(port, host)).toMatch(/^-DENIED/);
  await client.call('CONFIG', 'SET', 'protected-mode', 'no');
  expect(await ask(port, host)).toBe('+PONG\r\n');
});
