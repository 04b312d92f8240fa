import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Server } from '../../src/server/server.js';
import { RawConnection } from '../compat/targets.js';

let server: Server;
let port: number;

beforeAll(async () => {
  server = new Server({ port: 0 });
  port = await server.listen();
});

afterAll(async () => {
  await server.close();
});

async function connected(resp: '2' | '3'): Promise<RawConnection> {
  const client = await RawConnection.open(port);
  await client.call('HELLO', resp);
  return client;
}

test.each(['2', '3'] as const)(
  'CLIENT REPLY OFF silences replies, not confirmations and messages (RESP%s)',
  async (resp) => {
    const client = await connected(resp);
    const publisher = await connected('2');
    const mark = resp === '3' ? '>' : '*';
    client.send(['CLIENT', 'REPLY', 'OFF']);
    client.send(['SET', 'k', 'v']);
    client.send(['SUBSCRIBE', 'c']);
    expect(await client.reply('any')).toBe(`${mark}3\r\n$9\r\nsubscribe\r\n$1\r\nc\r\n:1\r\n`);
    expect(await publisher.call('PUBLISH', 'c', 'hi')).toBe(':1\r\n');
    expect(await client.reply('any')).toBe(`${mark}3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$2\r\nhi\r\n`);
    client.send(['UNSUBSCRIBE', 'c']);
    expect(await client.reply('any')).toBe(`${mark}3\r\n$11\r\nunsubscribe\r\n$1\r\nc\r\n:0\r\n`);
    client.close();
    publisher.close();
  },
);

test('a message that a transaction publishes to its own client comes behind the whole reply', async () => {
  const client = await connected('3');
  client.send(['SUBSCRIBE', 'c']);
  await client.reply('any');
  await client.call('MULTI');
  await client.call('PUBLISH', 'c', 'hi');
  await client.call('GET', 'none');
  expect(await client.call('EXEC')).toBe('*2\r\n:1\r\n_\r\n');
  expect(await client.reply('any')).toBe('>3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$2\r\nhi\r\n');
  client.close();
});

test('key misses of one command do not stand inside its reply', async () => {
  const client = await connected('3');
  await client.call('CONFIG', 'SET', 'notify-keyspace-events', 'Em');
  client.send(['PSUBSCRIBE', '*']);
  await client.reply('any');
  expect(await client.call('MGET', 'a', 'b')).toBe('*2\r\n_\r\n_\r\n');
  expect(await client.reply('any')).toContain('keymiss');
  expect(await client.reply('any')).toContain('keymiss');
  await client.call('CONFIG', 'SET', 'notify-keyspace-events', '');
  client.close();
});

test('many messages published at once reach every subscriber whole and in order, whatever their sizes', async () => {
  const names = ['a', 'b'];
  const subscribers = await Promise.all([1, 2, 3, 4].map(() => connected('2')));
  for (const [i, subscriber] of subscribers.entries()) {
    // The first two hear the same, the others something else each.
    for (const name of [names, names, names.slice(0, 1), names.slice(1)][i]!) {
      subscriber.send(['SUBSCRIBE', name]);
      await subscriber.reply('any');
    }
  }
  const publisher = await connected('2');
  const sizes = [1, 200, 63_000, 3_000, 70_000, 0, 65_536, 10];
  const messages = Array.from({ length: 300 }, (_, i) => ({
    channel: names[i % 3 === 0 ? 0 : 1]!,
    text: `${i}:`.padEnd(sizes[i % sizes.length]!, String.fromCharCode(97 + (i % 26))),
  }));
  for (const { channel, text } of messages) publisher.send(['PUBLISH', channel, text]);
  for (const [i, subscriber] of subscribers.entries()) {
    for (const { channel, text } of messages) {
      if ((i === 2 && channel !== 'a') || (i === 3 && channel !== 'b')) continue;
      const reply = await subscriber.reply('any');
      const expected = `*3\r\n$7\r\nmessage\r\n$1\r\n${channel}\r\n$${text.length}\r\n${text}\r\n`;
      // Compared as a whole first: a difference of 70,000 characters is no message.
      expect(reply === expected ? '' : reply.slice(0, 80)).toBe('');
    }
  }
  for (const client of [...subscribers, publisher]) client.close();
});
