import fc from 'fast-check';
import { match } from './collections.js';
import { integer, maybe, member, oneOf, several, words, type Words } from './words.js';

/** Scores differ under most keys; under `lex` they are all 0. */
const key = oneOf('a', 'b', 'c');
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

export const sortedSetCommand: Words = fc.oneof(
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
  words('ZMSCORE', key, several(member, 1, 4)),
  {
    weight: 2,
    arbitrary: words(
      ...['ZADD', key],
      maybe(words(oneOf('NX', 'XX'))),
      maybe(words(oneOf('GT', 'LT'))),
      maybe(words('CH')),
      maybe(words('INCR')),
      ...[score, member],
    ),
  },
  words('ZREVRANGE', key, integer(-50, 50), integer(-50, 50), withScores),
  words('ZRANGEBYLEX', 'lex', lexBound, lexBound, limit),
  words('ZREVRANGEBYLEX', 'lex', lexBound, lexBound, limit),
  words('ZRANGESTORE', 'to', 'lex', lexBound, lexBound, 'BYLEX', reverse, limit),
  words('ZRANDMEMBER', key, '1000', withScores),
  words('ZSCAN', key, '0', match, 'COUNT', '5000'),
  words(oneOf('BZPOPMIN', 'BZPOPMAX'), several(key, 1, 3), '0.001'),
  words('BZMPOP', '0.001', '2', key, key, oneOf('MIN', 'MAX'), maybe(words('COUNT', integer(1, 5)))),
  words('DEL', key),
);

const place = oneOf('g1', 'g2');
/** So many that hardly two members stand at one place: those come in any order. */
const position = fc
  .tuple(fc.integer({ min: -190_000, max: 190_000 }), fc.integer({ min: -88_000, max: 88_000 }))
  .map(([longitude, latitude]) => [String(longitude / 1000), String(latitude / 1000)]);
const unit = oneOf('m', 'km', 'ft', 'mi');
const center = fc.oneof(words('FROMMEMBER', member), words('FROMLONLAT', position));
const area = fc.oneof(
  words('BYRADIUS', integer(0, 9000), unit),
  words('BYBOX', integer(0, 9000), integer(0, 9000), unit),
);
const shown = words(maybe(words('WITHDIST')), maybe(words('WITHCOORD')), maybe(words('WITHHASH')));
const nearest = words(oneOf('ASC', 'DESC'), maybe(words('COUNT', integer(0, 9))));

export const geoCommand: Words = fc.oneof(
  {
    weight: 3,
    arbitrary: words(
      'GEOADD',
      place,
      maybe(words(oneOf('NX', 'XX', 'CH'))),
      several(words(position, member), 1, 9),
    ),
  },
  words('GEOPOS', place, member, member),
  words('GEOHASH', place, member),
  words('GEODIST', place, member, member, maybe(words(unit))),
  words('GEOSEARCH', place, center, area, nearest, shown),
  // Not STOREDIST: the sine of V8 and that of the C library differ in the last bit, which a stored score shows.
  words('GEOSEARCHSTORE', 'g2', place, center, area, nearest),
  words('GEORADIUS', place, position, integer(0, 9000), unit, shown, nearest),
  words('GEORADIUS_RO', place, position, integer(0, 9000), unit, shown, nearest),
  words('GEORADIUSBYMEMBER', place, member, integer(0, 9000), unit, nearest),
  words('GEORADIUSBYMEMBER_RO', place, member, integer(0, 9000), unit, shown, nearest),
  words('GEORADIUS', place, position, integer(0, 9000), unit, nearest, 'STORE', 'g2'),
  words('GEORADIUSBYMEMBER', place, member, integer(0, 9000), unit, nearest, 'STORE', 'g2'),
  words('ZREM', place, member),
  words('ZRANGE', place, '0', '-1', 'WITHSCORES'),
);
