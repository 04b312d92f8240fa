/** Random rows of commands run on both servers; the first row whose replies differ is shrunk to its least. */
import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { OurTarget, RawConnection, RedisTarget } from './targets.js';

const hasRedis = spawnSync('redis-server', ['--version']).status === 0;
let targets: readonly [OurTarget, RedisTarget] | null = null;
let connections: readonly RawConnection[] = [];

beforeAll(async () => {
  if (!hasRedis) return console.warn('no redis-server found: random commands are not compared');
  targets = [await OurTarget.start({}), await RedisTarget.start({})];
  connections = await Promise.all(targets.map((target) => RawConnection.open(target.port)));
}, 30_000);

afterAll(async () => {
  for (const connection of connections) connection.close();
  for (const target of targets ?? []) await target.stop();
});

type Words = fc.Arbitrary<readonly string[]>;

const words = (...parts: readonly (string | Words | fc.Arbitrary<string>)[]): Words =>
  fc
    .tuple(...parts.map((part) => (typeof part === 'string' ? fc.constant(part) : part)))
    .map((found: readonly (string | readonly string[])[]) => found.flat());
const maybe = (part: Words): Words => fc.oneof(fc.constant([]), part);
const oneOf = (...choices: readonly string[]): fc.Arbitrary<string> => fc.constantFrom(...choices);
const integer = (min: number, max: number): fc.Arbitrary<string> => fc.integer({ min, max }).map(String);

/** Scores differ under most keys; under `lex` they are all 0. */
const key = oneOf('a', 'b', 'c');
const member = fc.oneof(
  integer(0, 12).map((i) => `m${i}`),
  integer(0, 200).map((i) => `member:${i}`),
  oneOf('', 'ab', '\xff', 'x'.repeat(63), 'x'.repeat(70)),
);
const score = fc.oneof(
  integer(-5, 20),
  fc.double({ min: -1e6, max: 1e15, noNaN: true }).map(String),
  oneOf('inf', '-inf', '-0', '0.1', '1e17', '3.5'),
);
const bound = fc.oneof(
  score,
  integer(-5, 20).map((i) => `(${i}`),
  oneOf('-inf', '+inf'),
);
const lexBound = fc.oneof(
  oneOf('-', '+', '[', '(ab'),
  member.map((name) => `[${name}`),
  member.map((name) => `(${name}`),
);
const limit = maybe(words('LIMIT', integer(-1, 5), integer(-1, 7)));
const withScores = maybe(words('WITHSCORES'));
const reverse = maybe(words('REV'));
const sources = fc
  .tuple(
    fc.array(oneOf('a', 'b', 'c', 'lex', 'set'), { minLength: 1, maxLength: 3 }),
    fc.boolean(),
    oneOf('SUM', 'MIN', 'MAX'),
  )
  .map(([names, weighted, aggregate]) => [
    String(names.length),
    ...names,
    ...(weighted ? ['WEIGHTS', ...names.map((_, i) => ['2', '-1', '0'][i]!), 'AGGREGATE', aggregate] : []),
  ]);
const pairs = fc.array(fc.tuple(score, member), { minLength: 1, maxLength: 40 }).map((found) => found.flat());
const zeros = fc
  .array(member, { minLength: 1, maxLength: 40 })
  .map((found) => found.flatMap((name) => ['0', name]));

const command: Words = fc.oneof(
  { weight: 6, arbitrary: words('ZADD', key, pairs) },
  { weight: 2, arbitrary: words('ZADD', 'lex', zeros) },
  { weight: 2, arbitrary: words('ZADD', key, oneOf('NX', 'XX', 'GT', 'LT'), 'CH', pairs) },
  words('ZADD', key, 'INCR', score, member),
  words('ZINCRBY', key, score, member),
  words('ZREM', key, member, member),
  words('SADD', 'set', member, member),
  words(oneOf('ZSCORE', 'ZRANK', 'ZREVRANK'), key, member),
  words('ZRANGE', key, integer(-150, 150), integer(-150, 150), reverse, withScores),
  words('ZRANGE', key, bound, bound, 'BYSCORE', reverse, limit, withScores),
  words(oneOf('ZRANGEBYSCORE', 'ZREVRANGEBYSCORE'), key, bound, bound, limit, withScores),
  words('ZRANGE', 'lex', lexBound, lexBound, 'BYLEX', reverse, limit),
  words(oneOf('ZLEXCOUNT', 'ZREMRANGEBYLEX'), 'lex', lexBound, lexBound),
  words(oneOf('ZCOUNT', 'ZREMRANGEBYSCORE'), key, bound, bound),
  words('ZREMRANGEBYRANK', key, integer(-9, 9), integer(-9, 9)),
  words(oneOf('ZPOPMIN', 'ZPOPMAX'), key, maybe(words(integer(0, 4)))),
  words('ZMPOP', '2', key, key, oneOf('MIN', 'MAX'), 'COUNT', integer(1, 5)),
  words(oneOf('ZUNION', 'ZINTER'), sources, withScores),
  words(oneOf('ZUNIONSTORE', 'ZINTERSTORE'), oneOf('to', 'c'), sources),
  words('ZDIFF', '2', key, oneOf('a', 'set'), withScores),
  words('ZDIFFSTORE', 'to', '2', key, key),
  words('ZINTERCARD', '2', key, oneOf('a', 'set')),
  words('ZRANGESTORE', 'to', key, bound, bound, 'BYSCORE', reverse, limit),
  words('ZRANGESTORE', 'to', key, integer(-9, 9), integer(-9, 9)),
  words('ZRANGE', 'to', '0', '-1', 'WITHSCORES'),
  words('OBJECT', 'ENCODING', oneOf('a', 'b', 'c', 'lex', 'to')),
  words('ZCARD', key),
);

async function replies(
  connection: RawConnection,
  commands: readonly (readonly string[])[],
): Promise<string[]> {
  for (const argv of commands) connection.send(argv);
  const found: string[] = [];
  for (const argv of commands) found.push(await connection.reply('reply', argv.join(' ')));
  return found;
}

test('random rows of sorted set commands get the same replies as from redis-server', async () => {
  expect(hasRedis || process.env['CI'] !== 'true').toBe(true);
  const property = fc.asyncProperty(
    fc.array(command, { minLength: 20, maxLength: 200, size: 'max' }),
    async (commands) => {
      const row = [['FLUSHALL'], ...commands];
      const [ours, theirs] = await Promise.all(connections.map((connection) => replies(connection, row)));
      expect(ours).toEqual(theirs);
    },
  );
  await fc.assert(property, { numRuns: hasRedis ? 80 : 0 });
}, 120_000);
