import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { OurTarget, RawConnection, RedisTarget } from './targets.js';

const present = spawnSync('redis-server', ['--version']).status === 0;
let ours: OurTarget;
let redis: RedisTarget;

beforeAll(async () => {
  if (!present) return;
  ours = await OurTarget.start({});
  redis = await RedisTarget.start({});
}, 30_000);

afterAll(async () => {
  if (!present) return;
  await ours.stop();
  await redis.stop();
});

/** Entries of several blocks, some deleted, with a group that has two consumers and a group that has none. */
const LINES = [
  ...Array.from({ length: 150 }, (_, i) => `XADD s ${i * 7 + 1}-${i % 3} field value-${i} other ${i}`),
  'XADD s 18446744073709551615-5 a b',
  'XDEL s 8-1 15-2 1-0 1037-1',
  'XGROUP CREATE s empty 100 ENTRIESREAD 4',
  'XGROUP CREATE s group 0',
  'XREADGROUP GROUP group alice COUNT 90 STREAMS s >',
  'XREADGROUP GROUP group bob COUNT 20 STREAMS s >',
  'XCLAIM s group bob 0 29-1 36-2 TIME 1700000000000 RETRYCOUNT 7 JUSTID',
  'XACK s group 22-0',
];

/** What a reader can see, but for the nodes of Redis's radix tree and the times at which it was built. */
async function seen(connection: RawConnection): Promise<string[]> {
  const full = await connection.call('XINFO', 'STREAM', 's', 'FULL', 'COUNT', '0');
  const range = await connection.call('XRANGE', 's', '-', '+');
  return [full.replace(/radix-tree-nodes\r\n:\d+/, ''), range];
}

/** Builds the stream on one server and carries it to the other by DUMP and RESTORE. */
async function carry(fromPort: number, toPort: number): Promise<[string[], string[]]> {
  const from = await RawConnection.open(fromPort);
  const to = await RawConnection.open(toPort);
  try {
    await from.call('FLUSHALL');
    await to.call('FLUSHALL');
    for (const line of LINES) expect(await from.call(...line.split(' '))).not.toMatch(/^-/);
    const dump = await from.call('DUMP', 's');
    const payload = dump.slice(dump.indexOf('\r\n') + 2, -2);
    expect(await to.call('RESTORE', 's', '0', payload)).toBe('+OK\r\n');
    return [await seen(to), await seen(from)];
  } finally {
    from.close();
    to.close();
  }
}

test('A stream with groups goes to redis-server and back as it is', async () => {
  if (!present) console.warn('no redis-server found: nothing is compared');
  expect(present || process.env['CI'] !== 'true').toBe(true);
  const [there, here] = present ? await carry(ours.port, redis.port) : [];
  expect(there).toEqual(here);
  const [back, from] = present ? await carry(redis.port, ours.port) : [];
  expect(back).toEqual(from);
});
