import type { Redis } from 'ioredis';

/** Payloads that the server gives of values of every type and representation, and some as older versions wrote them. */
export async function dumpSamples(client: Redis): Promise<Map<string, Buffer>> {
  const samples = new Map<string, Buffer>();
  const take = async (
    name: string,
    ...commands: readonly (readonly (string | number)[])[]
  ): Promise<void> => {
    await client.del('sample');
    for (const [command, ...args] of commands) await client.call(String(command), ...args);
    samples.set(name, await client.dumpBuffer('sample'));
  };
  const many = (count: number, of: (i: number) => string): string[] =>
    Array.from({ length: count }, (_, i) => of(i));
  await take('a string', ['SET', 'sample', 'some text']);
  await take('an integer', ['SET', 'sample', 123_456]);
  await take('a compressed string', ['SET', 'sample', 'abcabc'.repeat(100)]);
  await take('a sparse HyperLogLog', ['PFADD', 'sample', ...many(20, (i) => `e${i}`)]);
  await take('a small list', [
    'RPUSH',
    'sample',
    'a',
    7,
    -300,
    70_000,
    'b'.repeat(80),
    '9223372036854775807',
  ]);
  await take('a large list', ['RPUSH', 'sample', ...many(400, (i) => `element ${i} ${'x'.repeat(i % 50)}`)]);
  await take('a list of long elements', ['RPUSH', 'sample', 'x'.repeat(9000), 'y', 'z'.repeat(10_000)]);
  await take('a set of integers', ['SADD', 'sample', 1, 2, 3, -70_000, 5_000_000_000]);
  await take('a small set', ['SADD', 'sample', 'a', 'b', 'c', 12, 'd'.repeat(70)]);
  await take('a large set', ['SADD', 'sample', ...many(300, (i) => `member ${i}`)]);
  await take('a small hash', ['HSET', 'sample', 'a', 1, 'b', 'two', 'c', -5000, 'd', 'x'.repeat(64)]);
  await take('a large hash', ['HSET', 'sample', ...many(1200, (i) => `item ${i}`)]);
  await take(
    'a hash with a field that expires',
    ['HSET', 'sample', 'a', 1, 'b', 2, 'c', 3],
    ['HPEXPIREAT', 'sample', 9_000_000_000_000, 'FIELDS', 2, 'a', 'c'],
  );
  await take(
    'a large hash with fields that expire',
    ['HSET', 'sample', ...many(1200, (i) => `item ${i}`)],
    ['HPEXPIREAT', 'sample', 9_000_000_000_000, 'FIELDS', 2, 'item 0', 'item 2'],
  );
  await take('a small sorted set', ['ZADD', 'sample', 1, 'a', 2.5, 'b', -3, 'c', 1e100, 'd', 'inf', 'e']);
  await take('a large sorted set', [
    'ZADD',
    'sample',
    ...many(400, (i) => (i % 2 === 0 ? `${i * 1.5}` : `m${i}`)),
  ]);
  await take(
    'a stream with groups',
    ['XADD', 'sample', '1-1', 'a', 1, 'b', 2],
    ['XADD', 'sample', '2-1', 'a', 3, 'b', 4],
    ['XADD', 'sample', '2-2', 'c', 5],
    ['XADD', 'sample', '900000000-5', 'a', 6, 'b', 'seven'],
    ['XDEL', 'sample', '2-1'],
    ['XGROUP', 'CREATE', 'sample', 'g', 0],
    ['XGROUP', 'CREATE', 'sample', 'h', '$'],
    ['XREADGROUP', 'GROUP', 'g', 'ann', 'COUNT', 2, 'STREAMS', 'sample', '>'],
    ['XREADGROUP', 'GROUP', 'g', 'bob', 'COUNT', 9, 'STREAMS', 'sample', '>'],
  );
  await take(
    'a stream of several nodes',
    ...many(250, String).map((i) => ['XADD', 'sample', `${Number(i) + 1}-0`, 'field', i]),
  );
  await client.del('sample');
  for (const [name, body] of OLDER) samples.set(name, payload(body));
  return samples;
}

/** The body with version 11 and a checksum of zero, which must not be looked at. */
function payload(body: readonly number[]): Buffer {
  return Buffer.from([...body, 11, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
}

/** Three elements, `a`, `b` and 5, or four with `zz` at the end. */
const ziplist = (four: boolean): number[] => {
  const elements = [0, 1, 97, 3, 1, 98, 3, 0xfe, 5, ...(four ? [3, 2, 122, 122] : [])];
  const length = 11 + elements.length;
  return [length, length, 0, 0, 0, four ? 19 : 16, 0, 0, 0, four ? 4 : 3, 0, ...elements, 255];
};
/** `a`, 1, `b`, 2. */
const pairs = [0, 1, 97, 3, 0xf2, 2, 1, 98, 3, 0xf3];
const scored = [21, 21, 0, 0, 0, 18, 0, 0, 0, 4, 0, ...pairs, 255];

const OLDER: readonly (readonly [string, readonly number[]])[] = [
  ['a list of strings', [1, 3, 1, 97, 1, 98, 0xc0, 5]],
  ['a set of strings', [2, 3, 1, 97, 1, 98, 0xc0, 5]],
  ['a sorted set with scores as text', [3, 3, 1, 97, 1, 49, 1, 98, 254, 1, 99, 3, 49, 46, 53]],
  ['a hash of strings', [4, 2, 1, 97, 1, 98, 1, 99, 0xc0, 5]],
  ['a zipmap', [9, 13, 2, 1, 97, 1, 0, 49, 1, 98, 2, 1, 50, 51, 0, 255]],
  ['a list in a ziplist', [10, ...ziplist(false)]],
  ['a sorted set in a ziplist', [12, ...scored]],
  ['a hash in a ziplist', [13, ...ziplist(true)]],
  ['a quicklist of ziplists', [14, 2, ...ziplist(false), ...ziplist(true)]],
  ['a set in a listpack', [20, 14, 14, 0, 0, 0, 3, 0, 0x81, 97, 2, 0x81, 98, 2, 5, 1, 255]],
];
