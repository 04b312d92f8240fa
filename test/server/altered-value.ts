import type { Redis } from 'ioredis';
import { until } from '../compat/targets.js';

/** Reads all of the value under `key` in several ways, changes it, copies it. Throws where two of them disagree. */
export async function exercise(client: Redis, key: string): Promise<void> {
  const type = await client.type(key);
  await roundTrip(client, key);
  await READERS[type]!(client, key);
  await client.copy(key, 'copied', 'REPLACE');
  await client.unlink('copied');
}

/** What DUMP gives of it is the same value again. */
async function roundTrip(client: Redis, key: string): Promise<void> {
  const dumped = await client.dumpBuffer(key);
  await client.restore('copied', 0, dumped, 'REPLACE');
  // Fields whose time has passed go sooner in one than in the other.
  await until(async () => {
    const [digest, other] = (await client.call('DEBUG', 'DIGEST-VALUE', key, 'copied')) as string[];
    return digest === other || (await client.exists(key, 'copied')) < 2;
  });
}

const READERS: Readonly<Record<string, (client: Redis, key: string) => Promise<void>>> = {
  string: async (client, key) => {
    const value = await client.getBuffer(key);
    same(value!.length, await client.strlen(key), 'STRLEN');
    await client.pfcount(key).catch(isReply);
    await client.pfadd(key, 'x').catch(isReply);
    await client.append(key, 'x');
    await client.setrange(key, 3, 'yy');
  },
  list: async (client, key) => {
    const elements = await client.lrangeBuffer(key, 0, -1);
    same(elements.length, await client.llen(key), 'LLEN');
    same((await client.lindexBuffer(key, -1))?.toString('hex'), elements.at(-1)?.toString('hex'), 'LINDEX');
    await client.rpush(key, 'x', 'y');
    await client.lset(key, 0, 'z');
    await client.linsert(key, 'BEFORE', 'y', 'w');
    same(await client.lrem(key, 1, 'w'), 1, 'LREM');
    await client.lpop(key);
    await client.ltrim(key, 1, -2);
  },
  set: async (client, key) => {
    const members = await client.smembersBuffer(key);
    same(members.length, await client.scard(key), 'SCARD');
    same((await client.smismember(key, ...members)).includes(0), false, 'SMISMEMBER');
    await client.sadd(key, 'new one', '77');
    same(await client.srem(key, ...members), members.length, 'SREM');
    await client.sadd(key, ...members.slice(0, 10));
  },
  hash: async (client, key) => {
    let found: Buffer[] = [];
    await until(async () => {
      found = (await client.callBuffer('HGETALL', key)) as Buffer[];
      return found.length === 2 * (await client.hlen(key));
    });
    const fields = found.filter((_, i) => i % 2 === 0);
    if (fields.length > 0) {
      const values = await client.hmgetBuffer(key, ...fields);
      same(
        values.every((value, i) => value?.equals(found[2 * i + 1]!)),
        true,
        'HMGET',
      );
      await client.hset(key, 'new one', '77');
      await client.call('HSET', key, fields[0]!, 'other');
      same(await client.hdel(key, ...fields), fields.length, 'HDEL');
    }
    await client.hset(key, 'a', 'x'.repeat(70));
  },
  zset: async (client, key) => {
    const found = ((await client.callBuffer('ZRANGE', key, 0, -1, 'WITHSCORES')) as Buffer[][]).flat();
    same(found.length, 2 * (await client.zcard(key)), 'ZCARD');
    const members = found.filter((_, i) => i % 2 === 0);
    const scores = found
      .filter((_, i) => i % 2 === 1)
      .map((score) => Number(String(score).replace('inf', 'Infinity')));
    same(
      scores.every((score, i) => i === 0 || score >= scores[i - 1]!),
      true,
      'the order',
    );
    for (const [i, member] of members.slice(0, 20).entries())
      same(await client.zrank(key, member), i, 'ZRANK');
    same((await client.zmscore(key, ...members)).includes(null), false, 'ZMSCORE');
    await client.zadd(key, 3, 'new one', -1, members[0]!);
    same(await client.zrem(key, ...members), members.length, 'ZREM');
    await client.zpopmin(key);
  },
  stream: async (client, key) => {
    const entries = await client.xrange(key, '-', '+');
    same(entries.length, await client.xlen(key), 'XLEN');
    await client.xinfo('STREAM', key, 'FULL', 'COUNT', 0);
    const groups = (await client.callBuffer('XINFO', 'GROUPS', key)) as Buffer[][];
    for (const group of groups) {
      const name = group[1]!;
      await client.call('XPENDING', key, name, '-', '+', 100);
      await client.call('XREADGROUP', 'GROUP', name, 'new', 'COUNT', 10, 'STREAMS', key, '>');
      await client.call('XAUTOCLAIM', key, name, 'new', 0, 0);
      await client.call('XGROUP', 'DELCONSUMER', key, name, 'new');
    }
    await client.xadd(key, '*', 'a', 'b').catch(isReply);
    if (entries.length > 0) same(await client.xdel(key, entries[0]![0]), 1, 'XDEL');
    await client.xtrim(key, 'MAXLEN', 1);
  },
};

function same(found: unknown, expected: unknown, what: string): void {
  if (found !== expected) throw new Error(`${what}: ${String(found)}, not ${String(expected)}`);
}

/** An error that the server replied, not one of the connection. */
function isReply(error: unknown): void {
  if (!(error instanceof Error) || error.name !== 'ReplyError') throw error;
}
