import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { OurTarget, RawConnection, until } from '../compat/targets.js';
import { replySuite } from './reply-suite.js';

const { transcript } = replySuite();

/** A stream of three entries, all pending for `one`, with times of delivery long ago. */
const PENDING = [
  ['XADD s 1-0 f v1', '$3 1-0'],
  ['XADD s 2-0 f v2', '$3 2-0'],
  ['XADD s 3-0 f v3', '$3 3-0'],
  ['XGROUP CREATE s g 0', '+OK'],
  ['XCLAIM s g one 0 1-0 TIME 3000 RETRYCOUNT 1 FORCE JUSTID', '*1 $3 1-0'],
  ['XCLAIM s g one 0 2-0 TIME 1000 RETRYCOUNT 5 FORCE JUSTID', '*1 $3 2-0'],
  ['XCLAIM s g one 0 3-0 TIME 2000 RETRYCOUNT 1 FORCE JUSTID', '*1 $3 3-0'],
  ['XGROUP SETID s g 3-0', '+OK'],
] as const;

describe('XREADGROUP CLAIM:', () => {
  let target: OurTarget;
  let reader: RawConnection;
  let other: RawConnection;
  beforeAll(async () => {
    target = await OurTarget.start({});
    reader = await RawConnection.open(target.port);
    other = await RawConnection.open(target.port);
  });
  afterAll(async () => {
    reader.close();
    other.close();
    await target.stop();
  });
  beforeEach(async () => {
    await other.call('FLUSHALL');
  });

  /** Entries of a reply: id, and how often it had been delivered. */
  function deliveries(reply: string): [string, number][] {
    const entries = reply.matchAll(
      /\*4\r\n\$\d+\r\n(\S+)\r\n\*2\r\n\$1\r\nf\r\n\$2\r\n\S+\r\n:(\d+)\r\n:(\d+)/g,
    );
    return [...entries].map(([, id, , count]) => [id!, Number(count)]);
  }

  async function pendingOfOne(): Promise<void> {
    for (const [line] of PENDING) await other.call(...line.split(' '));
  }

  /** A stream of one entry, which `one` has just read. */
  async function readByOne(): Promise<void> {
    for (const line of ['XADD s 1-0 f v1', 'XGROUP CREATE s g 0', 'XREADGROUP GROUP g one STREAMS s >'])
      await other.call(...line.split(' '));
  }

  function waitingRead(blockMs: number, minIdleMs: number): Promise<string> {
    const line = `XREADGROUP GROUP g two BLOCK ${blockMs} CLAIM ${minIdleMs} STREAMS s >`;
    return reader.call(...line.split(' '));
  }

  test('the longest idle come first, then entries nobody has read, all within COUNT', async () => {
    await pendingOfOne();
    await other.call('XADD', 's', '4-0', 'f', 'v4');
    const read = ['XREADGROUP', 'GROUP', 'g', 'two'];
    expect(
      deliveries(await reader.call(...read, 'CLAIM', '1000', 'COUNT', '2', 'STREAMS', 's', '>')),
    ).toEqual([
      ['2-0', 5],
      ['3-0', 1],
    ]);
    expect(
      deliveries(await reader.call(...read, 'CLAIM', '1000', 'COUNT', '5', 'STREAMS', 's', '>')),
    ).toEqual([
      ['1-0', 1],
      ['4-0', 0],
    ]);
    expect(await reader.call(...read, 'CLAIM', '60000', 'STREAMS', 's', '>')).toBe('*-1\r\n');
    expect(await other.call('XPENDING', 's', 'g', '-', '+', '1', 'two')).toMatch(
      /1-0\r\n\$3\r\ntwo\r\n:\d+\r\n:2/,
    );
  });

  test('NOACK does not take claimed entries off the list, nor puts new ones on it', async () => {
    await pendingOfOne();
    await other.call('XADD', 's', '4-0', 'f', 'v4');
    const read = ['XREADGROUP', 'GROUP', 'g', 'two', 'NOACK', 'CLAIM', '0', 'STREAMS', 's', '>'];
    expect(deliveries(await reader.call(...read)).map(([id]) => id)).toEqual(['2-0', '3-0', '1-0', '4-0']);
    expect(await other.call('XPENDING', 's', 'g')).toMatch(/^\*4\r\n:3\r\n\$3\r\n1-0\r\n\$3\r\n3-0/);
  });

  test('entries that were deleted cannot be claimed, and stay pending', async () => {
    await pendingOfOne();
    await other.call('XDEL', 's', '1-0', '2-0', '3-0');
    expect(await reader.call('XREADGROUP', 'GROUP', 'g', 'two', 'CLAIM', '0', 'STREAMS', 's', '>')).toBe(
      '*-1\r\n',
    );
    expect(await other.call('XPENDING', 's', 'g')).toMatch(/^\*4\r\n:3\r\n/);
  });

  test('a waiting reader gets an entry once it has been pending for long enough', async () => {
    await readByOne();
    const reply = waitingRead(9000, 150);
    expect(deliveries(await reply)).toEqual([['1-0', 1]]);
    expect(await target.blockedClients()).toBe(0);
  });

  test('a waiting reader gets nothing while writes are paused', async () => {
    await readByOne();
    const reply = waitingRead(0, 1000);
    await until(async () => (await target.blockedClients()) === 1);
    await other.call('CLIENT', 'PAUSE', '60000', 'WRITE');
    const idle = ['XPENDING', 's', 'g', 'IDLE', '1400', '-', '+', '1'];
    await until(async () => (await other.call(...idle)) !== '*0\r\n');
    expect(await other.call(...idle)).toContain('one');
    await other.call('CLIENT', 'UNPAUSE');
    expect(deliveries(await reply)).toEqual([['1-0', 1]]);
  });

  test('a new entry wakes a waiting reader before that', async () => {
    await readByOne();
    const reply = waitingRead(0, 600000);
    await until(async () => (await target.blockedClients()) === 1);
    await other.call('XADD', 's', '2-0', 'f', 'v2');
    expect(deliveries(await reply)).toEqual([['2-0', 0]]);
  });
});

describe('XREADGROUP CLAIM and its arguments:', () => {
  transcript('with an id of the own history it is ignored', [
    ...PENDING,
    ['XREADGROUP GROUP g one CLAIM 0 COUNT 1 STREAMS s 0', '*1 *2 $1 s *1 *2 $3 1-0 *2 $1 f $2 v1'],
  ]);

  transcript('bad ones are refused', [
    ...PENDING,
    ['XREADGROUP GROUP g c CLAIM x STREAMS s >', '-ERR min-idle-time is not an integer'],
    ['XREADGROUP GROUP g c CLAIM 1.5 STREAMS s >', '-ERR min-idle-time is not an integer'],
    ['XREADGROUP GROUP g c CLAIM -0 STREAMS s >', '-ERR min-idle-time is not an integer'],
    ['XREADGROUP GROUP g c CLAIM -10 STREAMS s >', '-ERR min-idle-time must be a positive integer'],
    ['XREADGROUP GROUP g c CLAIM STREAMS s >', '-ERR min-idle-time is not an integer'],
    ['XREADGROUP GROUP g CLAIM 5 c STREAMS s >', '-ERR syntax error'],
    ['XREADGROUP CLAIM 9223372036854775807 GROUP g c STREAMS s >', '*-1'],
    [
      'XREAD CLAIM 5 STREAMS s 0',
      '-ERR The CLAIM option is only supported by XREADGROUP. You called XREAD instead.',
    ],
  ]);
});
