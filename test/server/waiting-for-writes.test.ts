import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type ConfigValues } from '../../src/server/config/directives.js';
import { OurTarget, RawConnection, until } from '../compat/targets.js';
import { replySuite } from './reply-suite.js';

const NO_AOF = '-ERR WAITAOF cannot be used when numlocal is set but appendonly is disabled.';
const { transcript } = replySuite();

describe('WAITAOF without an append-only file:', () => {
  transcript('arguments are read before it is looked whether there is one', [
    ['WAITAOF 0 0 0', '*2 :0 :0'],
    ['WAITAOF 1 0 0', NO_AOF],
    ['WAITAOF 1 0', "-ERR wrong number of arguments for 'waitaof' command"],
    ['WAITAOF x 0 0', '-ERR value is not an integer or out of range'],
    ['WAITAOF 2 0 0', '-ERR value is out of range, value must between 0 and 1'],
    ['WAITAOF -1 0 0', '-ERR value is out of range, value must between 0 and 1'],
    ['WAITAOF 1 -1 0', '-ERR value is out of range, must be positive'],
    ['WAITAOF 1 x 0', '-ERR value is out of range, must be positive'],
    ['WAITAOF 1 0 x', '-ERR timeout is not an integer or out of range'],
    ['WAITAOF 1 0 -5', '-ERR timeout is negative'],
    ['WAITAOF 0 1 20', '*2 :0 :0'],
    ['MULTI', '+OK'],
    ['WAITAOF 0 1 0', '+QUEUED'],
    ['EXEC', '*1 *2 :0 :0'],
  ]);
});

describe.each(['always', 'everysec', 'no'] as const)('WAITAOF with appendfsync %s:', (appendfsync) => {
  let directory: string;
  let target: OurTarget;
  let connection: RawConnection;
  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'mredis-'));
    const config: Partial<ConfigValues> = { appendonly: true, appendfsync, dir: directory };
    target = await OurTarget.start({ config });
    connection = await RawConnection.open(target.port);
  });
  afterAll(async () => {
    connection.close();
    await target.stop();
    rmSync(directory, { recursive: true });
  });

  const synced = appendfsync === 'no' ? 0 : 1;

  test('it replies 1 once the write is on disk, and 0 in the end where nobody takes care of that', async () => {
    for (let i = 0; i < 3; i++) {
      await connection.call('SET', 'k', `${i}`);
      const reply = await connection.call('WAITAOF', '1', '0', synced ? '9000' : '50');
      expect(reply).toBe(`*2\r\n:${synced}\r\n:0\r\n`);
    }
    expect(await target.blockedClients()).toBe(0);
  });

  test('the requests behind it run in order', async () => {
    for (const argv of [
      ['INCR', 'n'],
      ['WAITAOF', '1', '0', '50'],
      ['INCR', 'n'],
    ])
      connection.send(argv);
    expect(await connection.reply()).toBe(':1\r\n');
    expect(await connection.reply()).toMatch(/^\*2\r\n:[01]\r\n:0\r\n$/);
    expect(await connection.reply()).toBe(':2\r\n');
  });

  test('a rewrite moves the log to another file, and what was synced stays so', async () => {
    await connection.call('SET', 'k', 'v');
    await connection.call('BGREWRITEAOF');
    await until(async () =>
      (await connection.call('INFO', 'persistence')).includes('aof_rewrite_in_progress:0'),
    );
    if (appendfsync === 'no') return;
    expect(await connection.call('WAITAOF', '1', '0', '9000')).toBe('*2\r\n:1\r\n:0\r\n');
  });

  test('who waits hears that the append-only file is turned off', async () => {
    const waiter = await RawConnection.open(target.port);
    const reply = waiter.call('WAITAOF', '1', '1', '0');
    await until(async () => (await target.blockedClients()) === 1);
    await connection.call('CONFIG', 'SET', 'appendonly', 'no');
    expect(await reply).toBe(`${NO_AOF}\r\n`);
    waiter.close();
  });
});
