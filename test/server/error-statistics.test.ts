import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { Server } from '../../src/server/server.js';
import { RawConnection, until } from '../compat/targets.js';

let server: Server;
let client: RawConnection;

beforeEach(async () => {
  server = new Server({ port: 0 });
  await server.listen();
  client = await RawConnection.open(server.port);
});

afterEach(async () => {
  client.close();
  await server.close();
});

async function info(section: string): Promise<string> {
  return client.call('INFO', section);
}

test('An error inside a transaction is counted once, and is not an error of EXEC', async () => {
  for (const argv of [['MULTI'], ['SET', 'a', 'b'], ['AUTH', 'a'], ['EXEC']]) await client.call(...argv);
  expect(await info('errorstats')).toContain('errorstat_ERR:count=1\r\n');
  expect(await info('stats')).toContain('total_error_replies:1\r\n');
  const stats = await info('commandstats');
  expect(stats).toMatch(/cmdstat_auth:calls=1,.*rejected_calls=0,failed_calls=1\r\n/);
  expect(stats).toMatch(/cmdstat_exec:calls=1,.*rejected_calls=0,failed_calls=0\r\n/);
  await client.call('EXEC');
  expect(await info('commandstats')).toMatch(/cmdstat_exec:calls=2,.*rejected_calls=0,failed_calls=1\r\n/);
  expect(await info('errorstats')).toContain('errorstat_ERR:count=2\r\n');
});

test('Every error that one command replies with is counted', async () => {
  await client.call('SET', 's', 'x');
  for (const argv of [['MULTI'], ['LPUSH', 's', '1'], ['INCR', 's'], ['EXEC']]) await client.call(...argv);
  expect(await info('errorstats')).toContain('errorstat_WRONGTYPE:count=1\r\n');
  expect(await info('errorstats')).toContain('errorstat_ERR:count=1\r\n');
});

test('The error of a client that is unblocked is counted once, as one of its command', async () => {
  const blocked = await RawConnection.open(server.port);
  const id = /\d+/.exec(await blocked.call('CLIENT', 'ID'))![0];
  blocked.send(['BLPOP', 'l', '0']);
  await until(() => Promise.resolve(server.blocking.count === 1));
  await client.call('CLIENT', 'UNBLOCK', id, 'ERROR');
  expect(await blocked.reply()).toMatch(/^-UNBLOCKED/);
  expect(await info('errorstats')).toContain('errorstat_UNBLOCKED:count=1\r\n');
  const stats = await info('commandstats');
  expect(stats).toMatch(/cmdstat_blpop:calls=1,.*rejected_calls=0,failed_calls=1\r\n/);
  expect(stats).toMatch(/cmdstat_client\|unblock:calls=1,.*rejected_calls=0,failed_calls=0\r\n/);
  blocked.close();
});

test('A request that breaks the protocol counts as an error', async () => {
  const other = await RawConnection.open(server.port);
  other.sendRaw('*1\r\n$x\r\n');
  expect(await other.reply()).toMatch(/^-ERR Protocol error/);
  expect(await info('errorstats')).toContain('errorstat_ERR:count=1\r\n');
});
