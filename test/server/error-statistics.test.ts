import { expect, test } from '@jest/globals';
import { RawConnection, until } from '../compat/targets.js';
import { ServedClient } from './served-client.js';

const served = new ServedClient();

async function info(section: string): Promise<string> {
  return served.client.call('INFO', section);
}

test('An error inside a transaction is counted once, and is not an error of EXEC', async () => {
  for (const argv of [['MULTI'], ['SET', 'a', 'b'], ['AUTH', 'a'], ['EXEC']])
    await served.client.call(...argv);
  expect(await info('errorstats')).toContain('errorstat_ERR:count=1\r\n');
  expect(await info('stats')).toContain('total_error_replies:1\r\n');
  const stats = await info('commandstats');
  expect(stats).toMatch(/cmdstat_auth:calls=1,.*rejected_calls=0,failed_calls=1\r\n/);
  expect(stats).toMatch(/cmdstat_exec:calls=1,.*rejected_calls=0,failed_calls=0\r\n/);
  await served.client.call('EXEC');
  expect(await info('commandstats')).toMatch(/cmdstat_exec:calls=2,.*rejected_calls=0,failed_calls=1\r\n/);
  expect(await info('errorstats')).toContain('errorstat_ERR:count=2\r\n');
});

test('Every error that one command replies with is counted', async () => {
  await served.client.call('SET', 's', 'x');
  for (const argv of [['MULTI'], ['LPUSH', 's', '1'], ['INCR', 's'], ['EXEC']])
    await served.client.call(...argv);
  expect(await info('errorstats')).toContain('errorstat_WRONGTYPE:count=1\r\n');
  expect(await info('errorstats')).toContain('errorstat_ERR:count=1\r\n');
});

test('The error of a client that is unblocked is counted once, as one of its command', async () => {
  const blocked = await RawConnection.open(served.server.port);
  const id = /\d+/.exec(await blocked.call('CLIENT', 'ID'))![0];
  blocked.send(['BLPOP', 'l', '0']);
  await until(() => Promise.resolve(served.server.blocking.count === 1));
  await served.client.call('CLIENT', 'UNBLOCK', id, 'ERROR');
  expect(await blocked.reply()).toMatch(/^-UNBLOCKED/);
  expect(await info('errorstats')).toContain('errorstat_UNBLOCKED:count=1\r\n');
  const stats = await info('commandstats');
  expect(stats).toMatch(/cmdstat_blpop:calls=1,.*rejected_calls=0,failed_calls=1\r\n/);
  expect(stats).toMatch(/cmdstat_client\|unblock:calls=1,.*rejected_calls=0,failed_calls=0\r\n/);
  blocked.close();
});

test('A request that breaks the protocol counts as an error', async () => {
  const other = await RawConnection.open(served.server.port);
  other.sendRaw('*1\r\n$x\r\n');
  expect(await other.reply()).toMatch(/^-ERR Protocol error/);
  expect(await info('errorstats')).toContain('errorstat_ERR:count=1\r\n');
});
