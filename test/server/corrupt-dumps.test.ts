/** Payloads that were altered: RESTORE refuses them, or what it makes of them is a value like any other. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { Server } from '../../src/server/server.js';
import { seeded } from '../storage/seeded-random.js';
import { AlteredDumps, INDEX_BYTES } from './altered-dumps.js';
import { dumpSamples } from './dump-samples.js';

/** For each of some thirty samples. */
const ROUNDS = 25;

const folder = mkdtempSync(join(tmpdir(), 'corrupt-'));
let server: Server;
let client: Redis;

beforeAll(async () => {
  server = new Server({ port: 0, 'enable-debug-command': 'yes', dir: folder });
  client = new Redis(await server.listen(), '127.0.0.1');
  await client.call('DEBUG', 'SET-SKIP-CHECKSUM-VALIDATION', '1');
});

afterAll(async () => {
  client.disconnect();
  await server.close();
  rmSync(folder, { recursive: true });
});

test('payloads with altered bytes are refused, or are values like any other; memory comes back', async () => {
  const altered = new AlteredDumps(server, client);
  for (const [name, payload] of await dumpSamples(client))
    await altered.run(name, payload, ROUNDS, seeded(7));
  expect(altered.refused).toBeGreaterThan(100);
  expect(altered.accepted).toBeGreaterThan(100);
}, 120_000);

/** A payload without a checksum. */
const payload = (...bytes: readonly (number | string)[]): Buffer =>
  Buffer.concat([
    ...bytes.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : Buffer.from([part]))),
    Buffer.from([11, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
  ]);

const listpack = (count: number, ...elements: readonly number[]): string => {
  const length = 7 + elements.length;
  return String.fromCharCode(length, length, 0, 0, 0, count, 0, ...elements, 255);
};
const A = [0x81, 97, 2];
const ONE = [1, 1];
const ID = '\0'.repeat(15);

const BAD: readonly (readonly [string, Buffer])[] = [
  ['a set with a member twice', payload(2, 2, '\x01a\x01a')],
  ['a set in a listpack with a member twice', payload(20, listpack(2, ...A, ...A))],
  ['a hash with a field twice', payload(4, 2, '\x01a\x01b\x01a\x01c')],
  ['a hash in a listpack with a field twice', payload(16, listpack(4, ...A, ...ONE, ...A, ...ONE))],
  ['a sorted set with a member twice', payload(5, 2, '\x01a', '\0'.repeat(8), '\x01a', '\0'.repeat(8))],
  ['a sorted set in a listpack with a member twice', payload(17, listpack(4, ...A, ...ONE, ...A, ...ONE))],
  ['a sorted set whose score is no number', payload(17, listpack(2, ...A, ...A))],
  ['a hash whose last field has no value', payload(16, listpack(3, ...A, ...ONE, ...A))],
  ['a listpack that counts wrong', payload(16, listpack(4, ...A, ...ONE))],
  ['an empty list', payload(1, 0)],
  ['an empty set', payload(2, 0)],
  ['an empty hash in a listpack', payload(16, listpack(0))],
  ['a quicklist of nothing', payload(18, 0)],
  ['a quicklist of an empty node', payload(18, 1, 2, listpack(0))],
  ['a quicklist with an empty plain node', payload(18, 2, 1, 0, 2, listpack(1, ...A))],
  ['an intset out of order', payload(11, 12, '\x02\0\0\0\x02\0\0\0\x02\0\x01\0')],
  ['an intset with an integer twice', payload(11, 12, '\x02\0\0\0\x02\0\0\0\x01\0\x01\0')],
  ['an empty intset', payload(11, 8, '\x02\0\0\0\0\0\0\0')],
  ['a ziplist that counts wrong', payload(10, 14, '\x0e\0\0\0\x0a\0\0\0\x02\0\0\x01a\xff')],
  ['a ziplist with another last element', payload(10, 14, '\x0e\0\0\0\x0b\0\0\0\x01\0\0\x01a\xff')],
  ['a ziplist with a wrong backward length', payload(10, 14, '\x0e\0\0\0\x0a\0\0\0\x01\0\x02\x01a\xff')],
  ['a zipmap with a long length for a short field', payload(9, 11, '\x01\xfe\x01\0\0\0a\x01\0b\xff')],
  ['a zipmap that counts wrong', payload(9, 7, '\x02\x01a\x01\x00b\xff')],
  ['a stream that has none of its entries', payload(15, 0, 1, 1, 0, 0)],
  ['a stream with a group twice', payload(15, 0, 0, 0, 0, 2, '\x01g', 0, 0, 0, 0, '\x01g', 0, 0, 0, 0)],
  [
    'a stream with a consumer twice',
    payload(15, 0, 0, 0, 0, 1, '\x01g', 0, 0, 0, 2, '\x01c', '\0'.repeat(8), 0, '\x01c', '\0'.repeat(8), 0),
  ],
  [
    'a stream with an entry that is pending twice',
    payload(15, 0, 0, 0, 0, 1, '\x01g', 0, 0, 2, `${ID}\x01${ID.slice(0, 9)}${ID}\x01${ID.slice(0, 9)}`, 0),
  ],
  [
    'a stream with an entry that is pending for nobody',
    payload(15, 0, 0, 0, 0, 1, '\x01g', 0, 0, 1, `${ID}\x01${ID.slice(0, 8)}\x01`, 0),
  ],
  [
    'a stream whose consumer has an entry that is not pending',
    payload(15, 0, 0, 0, 0, 1, '\x01g', 0, 0, 0, 1, '\x01c', '\0'.repeat(8), 1, `${ID}\x01`),
  ],
];

test.each(BAD)('%s is refused, and what is under the name stays', async (_, bytes) => {
  const empty = await new AlteredDumps(server, client).emptyBytes();
  for (const mode of ['no', 'clients', 'yes']) {
    await client.config('SET', 'sanitize-dump-payload', mode);
    await client.set('kept', 'value');
    await expect(client.restore('kept', 0, bytes, 'REPLACE')).rejects.toThrow('ERR Bad data format');
    expect(await client.get('kept')).toBe('value');
    expect(await client.dbsize()).toBe(1);
    await client.del('kept');
  }
  expect(server.keyspace.slab.liveBytes).toBeLessThanOrEqual(empty + INDEX_BYTES);
});

test('a file whose hash has a field twice is refused with sanitize-dump-payload yes, else the field is one', async () => {
  const twice = listpack(4, ...A, ...ONE, ...A, 2, 1);
  const file = `REDIS0011\x10\x01h${twice}\xff${'\0'.repeat(8)}`;
  writeFileSync(join(folder, 'dump.rdb'), file, 'latin1');
  for (const mode of ['no', 'clients']) {
    await client.config('SET', 'sanitize-dump-payload', mode);
    expect(await client.call('DEBUG', 'RELOAD', 'NOSAVE')).toBe('OK');
    expect(await client.hgetall('h')).toEqual({ a: '2' });
  }
  await client.config('SET', 'sanitize-dump-payload', 'yes');
  await expect(client.call('DEBUG', 'RELOAD', 'NOSAVE')).rejects.toThrow('ERR');
});
