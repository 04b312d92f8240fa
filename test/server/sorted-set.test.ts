import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Server } from '../../src/server/server.js';
import { RawConnection } from '../compat/targets.js';

/* What redis-server 7.0 cannot be compared with: the additions of 7.2, limits of our own, and what is propagated. */

let server: Server;
let client: RawConnection;
const propagated: string[] = [];

beforeAll(async () => {
  server = new Server({ port: 0 });
  client = await RawConnection.open(await server.listen());
  server.propagation.add({
    append: (_database, buffer, start, end) => propagated.push(buffer.toString('latin1', start, end)),
  });
});

afterAll(async () => {
  client.close();
  await server.close();
});

test('ZRANK and ZREVRANK WITHSCORE reply with rank and score', async () => {
  await client.call('ZADD', 'ranks', '1', 'a', '2.5', 'b', '3', 'c');
  expect(await client.call('ZRANK', 'ranks', 'b', 'WITHSCORE')).toBe('*2\r\n:1\r\n$3\r\n2.5\r\n');
  expect(await client.call('ZREVRANK', 'ranks', 'a', 'withscore')).toBe('*2\r\n:2\r\n$1\r\n1\r\n');
  expect(await client.call('ZRANK', 'ranks', 'x', 'WITHSCORE')).toBe('*-1\r\n');
  expect(await client.call('ZRANK', 'missing', 'x', 'WITHSCORE')).toBe('*-1\r\n');
  expect(await client.call('ZRANK', 'ranks', 'a', 'WITHSCORES')).toBe('-ERR syntax error\r\n');
  expect(await client.call('ZRANK', 'ranks', 'a', 'WITHSCORE', 'x')).toBe(
    "-ERR wrong number of arguments for 'zrank' command\r\n",
  );
});

test('ZRANDMEMBER refuses to repeat members until memory runs out', async () => {
  await client.call('ZADD', 'random', '1', 'a');
  const refused = '-ERR value is out of range\r\n';
  expect(await client.call('ZRANDMEMBER', 'random', '-9223372036854775807')).toBe(refused);
  expect(await client.call('ZRANDMEMBER', 'random', '-4611686018427387903', 'WITHSCORES')).toBe(refused);
});

test('pops from several keys are propagated as pops of one, with the number really taken', async () => {
  await client.call('ZADD', 'pops', '1', 'a', '2', 'b', '3', 'c');
  propagated.length = 0;
  await client.call('ZMPOP', '2', 'missing', 'pops', 'MAX');
  await client.call('BZPOPMIN', 'missing', 'pops', '0');
  await client.call('BZMPOP', '0', '1', 'pops', 'MIN', 'COUNT', '10');
  expect(propagated).toEqual([
    '*3\r\n$7\r\nZPOPMAX\r\n$4\r\npops\r\n$1\r\n1\r\n',
    '*2\r\n$7\r\nZPOPMIN\r\n$4\r\npops\r\n',
    '*3\r\n$7\r\nZPOPMIN\r\n$4\r\npops\r\n$1\r\n1\r\n',
  ]);
});

test('what changes nothing is not propagated', async () => {
  await client.call('ZADD', 'same', '1', 'a');
  propagated.length = 0;
  await client.call('ZADD', 'same', '1', 'a');
  await client.call('ZADD', 'same', 'NX', '2', 'a');
  await client.call('ZREM', 'same', 'x');
  await client.call('ZREMRANGEBYSCORE', 'same', '5', '6');
  await client.call('ZUNIONSTORE', 'nowhere', '1', 'missing');
  await client.call('GEORADIUS', 'same', '0', '0', '1', 'm');
  expect(propagated).toEqual([]);
});
