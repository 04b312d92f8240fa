import { spawn } from 'node:child_process';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { OurTarget, RawConnection } from '../compat/targets.js';

let target: OurTarget;

beforeAll(async () => {
  target = await OurTarget.start({});
});

afterAll(async () => {
  await target.stop();
});

/** Aggregates that are dictionaries, some of them packed, and what else may stand where one is expected. */
function filling(): string[][] {
  const lines: string[][] = [];
  for (let i = 0; i < 600; i++) {
    lines.push(
      ['HSET', 'hash', `f${i}`, `v${i}`],
      ['SADD', 'set', `m${i}`],
      ['ZADD', 'zset', String(i), `m${i}`],
    );
  }
  // Three levels of nodes, and as many members with a score of their own as with one of seven.
  for (let i = 0; i < 4000; i++)
    lines.push(['ZADD', 'tied', String(i % 2 === 0 ? i % 7 : i), `m${(i * 7919) % 4001}`]);
  return [
    ...lines,
    ['HSET', 'small', 'f1', 'v'],
    ['ZADD', 'packed', '1', 'm1'],
    ['SADD', 'ints', '1', '2'],
    ['SET', 'string', 'f1'],
  ];
}

/** Commands that a batch looks up ahead, on keys that change under them. */
function questions(): string[][] {
  const keys = ['hash', 'small', 'set', 'ints', 'zset', 'packed', 'string', 'missing', 'hash2'];
  const lines: string[][] = [];
  for (let i = 0; i < 300; i++) {
    const key = keys[(i * 7) % keys.length]!;
    const [field, member] = [`f${(i * 37) % 700}`, `m${(i * 37) % 700}`];
    lines.push(
      ['HGET', 'hash', field],
      ['HGET', key, field],
      ['SISMEMBER', key, member],
      ['ZSCORE', key, member],
      ['ZRANK', 'zset', member],
      ['HSET', key, field, 'new'],
      ['HDEL', 'hash', field],
      ['SREM', 'set', member],
      ['ZADD', 'zset', String(i), member],
      ['ZPOPMIN', i % 3 === 0 ? 'zset' : key],
      ['HGET', 'hash'],
      ['HGET', 'hash', ''],
    );
    if (i % 5 === 0) {
      for (let j = 0; j < 40; j++)
        lines.push([j % 2 === 0 ? 'ZRANK' : 'ZREVRANK', 'tied', `m${(i * 61 + j * 577) % 4100}`]);
      lines.push(
        ['ZINCRBY', 'tied', '5', `m${i}`],
        ['ZRANK', 'tied', `m${i}`, 'WITHSCORE'],
        ['ZPOPMAX', 'tied'],
      );
    }
    if (i % 50 === 20)
      lines.push(['RENAME', 'hash', 'hash2'], ['DEL', 'set'], ['SADD', 'set', ...manyMembers]);
    if (i % 50 === 45) lines.push(['RENAME', 'hash2', 'hash'], ['DEL', 'zset', 'string']);
  }
  return lines;
}

const manyMembers = Array.from({ length: 500 }, (_, i) => `m${i}`);

/** A client in a process of its own that sends INCRs as fast as it can. */
const EAGER = `
  const socket = require('node:net').connect(Number(process.argv[1]), '127.0.0.1');
  socket.write('*2\\r\\n$4\\r\\nINCR\\r\\n$7\\r\\ncounter\\r\\n'.repeat(Number(process.argv[2])));
  socket.resume();
`;

test.each(['auto', 'portable'] as const)(
  'Others are served while a client sends megabytes of requests (transport %s)',
  async (transport) => {
    const count = 500_000;
    const server = await OurTarget.start({ config: { transport } });
    const other = await RawConnection.open(server.port);
    const eager = spawn(process.execPath, ['-e', EAGER, String(server.port), String(count)]);
    const seen = new Set<string>();
    while (!seen.has(`$6\r\n${count}\r\n`)) seen.add(await other.call('GET', 'counter'));
    expect(seen.size).toBeGreaterThan(30);
    eager.kill();
    other.close();
    await server.stop();
  },
);

test('A pipeline is answered as the same commands one by one', async () => {
  const alone = await RawConnection.open(target.port);
  const lines = [['FLUSHALL'], ...filling(), ...questions()];
  const expected: string[] = [];
  for (const line of lines) expected.push(await alone.call(...line));
  const connection = await RawConnection.open(target.port);
  const requests = lines.map((line) => line.map((arg) => `$${arg.length}\r\n${arg}\r\n`));
  connection.sendRaw(requests.map((bulks) => `*${bulks.length}\r\n${bulks.join('')}`).join(''));
  const replies: string[] = [];
  for (const line of lines) replies.push(await connection.reply('reply', line.join(' ')));
  expect(replies).toEqual(expected);
  alone.close();
  connection.close();
});
