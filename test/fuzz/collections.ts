import fc from 'fast-check';
import { anyInteger, counted, integer, maybe, member, oneOf, several, words, type Words } from './words.js';

/** A time to wait: nobody pushes meanwhile. */
const BRIEFLY = '0.001';
/** What SCAN and its like look for. */
export const match = maybe(words('MATCH', oneOf('*', 'm*', '*1*', 'member:?', '[a-m]*', '\\*', 'm1')));

const list = oneOf('l1', 'l2', 'l3');
const end = oneOf('LEFT', 'RIGHT');
const index = fc.oneof(integer(-4, 4), integer(-200, 200));

export const listCommand: Words = fc.oneof(
  { weight: 4, arbitrary: words(oneOf('LPUSH', 'RPUSH'), list, several(member, 1, 30)) },
  words(oneOf('LPUSHX', 'RPUSHX'), list, member),
  { weight: 2, arbitrary: words(oneOf('LPOP', 'RPOP'), list, maybe(words(integer(0, 20)))) },
  words('LRANGE', list, index, index),
  words('LINDEX', list, index),
  words('LSET', list, index, member),
  words('LINSERT', list, oneOf('BEFORE', 'AFTER'), member, member),
  words('LREM', list, integer(-3, 3), member),
  words('LTRIM', list, index, index),
  words(
    ...['LPOS', list, member],
    maybe(words('RANK', integer(-3, 3))),
    maybe(words('COUNT', integer(0, 3))),
    maybe(words('MAXLEN', integer(0, 20))),
  ),
  words('LMOVE', list, list, end, end),
  words('RPOPLPUSH', list, list),
  words('LMPOP', counted(list), end, maybe(words('COUNT', integer(1, 9)))),
  words('LLEN', list),
  words(oneOf('BLPOP', 'BRPOP'), several(list, 1, 3), BRIEFLY),
  words('BLMOVE', list, list, end, end, BRIEFLY),
  words('BRPOPLPUSH', list, list, BRIEFLY),
  words('BLMPOP', BRIEFLY, counted(list), end, maybe(words('COUNT', integer(1, 9)))),
  words('DEL', list),
  words('SORT', list, oneOf('ALPHA', 'DESC'), 'ALPHA', 'LIMIT', integer(0, 5), integer(-1, 9)),
  words('SORT', list, 'ALPHA', 'STORE', list),
  words('OBJECT', 'ENCODING', list),
);

const set = oneOf('s1', 's2', 's3');
const item = fc.oneof(member, anyInteger);

export const setCommand: Words = fc.oneof(
  { weight: 3, arbitrary: words('SADD', set, several(item, 1, 20)) },
  { weight: 2, arbitrary: words('SADD', set, several(anyInteger, 1, 40)) },
  { weight: 2, arbitrary: words('SREM', set, several(item, 1, 6)) },
  words('SISMEMBER', set, item),
  words('SMISMEMBER', set, several(item, 1, 4)),
  words('SCARD', set),
  words('SMEMBERS', set),
  words('SMOVE', set, set, item),
  words(oneOf('SINTER', 'SUNION', 'SDIFF'), several(set, 1, 3)),
  words(oneOf('SINTERSTORE', 'SUNIONSTORE', 'SDIFFSTORE'), set, several(set, 1, 3)),
  words('SINTERCARD', counted(set), maybe(words('LIMIT', integer(-1, 3)))),
  words('SPOP', set, '1000'),
  words('SRANDMEMBER', set, '1000'),
  words('SRANDMEMBER', set, '-7'),
  words('SSCAN', set, '0', match, 'COUNT', '5000'),
  words('DEL', set),
  words('OBJECT', 'ENCODING', set),
);

const hash = oneOf('h1', 'h2', 'h3');
const number = fc.oneof(anyInteger, oneOf('1.5', '-0.25', '3e3', '1e17', '0.1'));
const fields = several(words(member, fc.oneof(member, number)), 1, 12);

export const hashCommand: Words = fc.oneof(
  { weight: 3, arbitrary: words(oneOf('HSET', 'HMSET'), hash, fields) },
  words('HSETNX', hash, member, member),
  { weight: 2, arbitrary: words('HDEL', hash, several(member, 1, 6)) },
  words('HINCRBY', hash, member, anyInteger),
  words('HINCRBYFLOAT', hash, member, number),
  words(oneOf('HGET', 'HEXISTS', 'HSTRLEN'), hash, member),
  words('HMGET', hash, several(member, 1, 5)),
  words(oneOf('HGETALL', 'HKEYS', 'HVALS', 'HLEN'), hash),
  words('HRANDFIELD', hash, '1000'),
  words('HRANDFIELD', hash, '1000', 'WITHVALUES'),
  words('HSCAN', hash, '0', match, 'COUNT', '5000'),
  words('DEL', hash),
  words('OBJECT', 'ENCODING', hash),
);
