import fc from 'fast-check';
import { anyInteger, integer, maybe, member, oneOf, several, words, type Words } from './words.js';

const key = oneOf('k1', 'k2', 'k3', 'n1');
const number = fc.oneof(
  anyInteger,
  oneOf('1.5', '-0.25', '3e3', '1e17', '0.1', '1e308', ' 1', '+1', '01', '-0'),
);
const value = fc.oneof(member, number, oneOf('hello world', 'ohmytext', 'mynewtext', 'z'.repeat(1000)));
/** Times that no run comes near to: replies do not depend on when it runs. */
export const farMs = integer(1, 9).map((n) => String(9_000_000_000_000 + Number(n) * 1000));
const farSeconds = integer(1, 9).map((n) => String(9_000_000_000 + Number(n)));
/** Times from now on, a thousand seconds apart: what is asked for the time that is left may differ by a few. */
export const seconds = integer(1, 9).map((n) => `${n}000`);
export const milliseconds = seconds.map((text) => `${text}000`);
export const expiry = fc.oneof(
  words('PXAT', farMs),
  words('EXAT', farSeconds),
  words('EX', seconds),
  words('PX', milliseconds),
);

export const stringCommand: Words = fc.oneof(
  { weight: 3, arbitrary: words('SET', key, value) },
  words(
    ...['SET', key, value],
    maybe(words(oneOf('NX', 'XX'))),
    maybe(words('GET')),
    maybe(fc.oneof(expiry, words('KEEPTTL'))),
  ),
  words(oneOf('SETNX', 'GETSET', 'APPEND'), key, value),
  words('SETEX', key, seconds, value),
  words('PSETEX', key, milliseconds, value),
  words(oneOf('GET', 'STRLEN', 'GETDEL', 'INCR', 'DECR'), key),
  words('GETEX', key, maybe(fc.oneof(expiry, words('PERSIST')))),
  words(oneOf('INCRBY', 'DECRBY'), key, anyInteger),
  words('INCRBYFLOAT', key, number),
  words('SETRANGE', key, integer(0, 60), value),
  words(oneOf('GETRANGE', 'SUBSTR'), key, integer(-40, 40), integer(-40, 40)),
  words(oneOf('MSET', 'MSETNX'), several(words(key, value), 1, 4)),
  words('MGET', several(key, 1, 4)),
  words(
    ...['LCS', key, key],
    maybe(words(oneOf('LEN', 'IDX'))),
    maybe(words('MINMATCHLEN', integer(-1, 4))),
    maybe(words('WITHMATCHLEN')),
  ),
  words('OBJECT', 'ENCODING', key),
  words(oneOf('EXPIRETIME', 'PEXPIRETIME', 'TTL', 'PTTL'), key),
);

const bits = oneOf('b1', 'b2', 'b3');
const offset = fc.oneof(
  { weight: 4, arbitrary: integer(0, 70) },
  { weight: 3, arbitrary: integer(0, 2000) },
  integer(60_000, 70_000),
  oneOf('4294967296', '-1'),
);
const bit = oneOf('0', '1');
const range = words(...[integer(-30, 30), integer(-30, 30)], maybe(words(oneOf('BYTE', 'BIT'))));
const encoding = fc
  .tuple(oneOf('u', 'i'), fc.integer({ min: 1, max: 64 }))
  .map(([sign, width]) => `${sign}${width}`);
const position = fc.oneof(
  integer(0, 200),
  integer(0, 20).map((i) => `#${i}`),
);
const field = fc.oneof(
  words('GET', encoding, position),
  words('SET', encoding, position, anyInteger),
  words('INCRBY', encoding, position, anyInteger),
  words('OVERFLOW', oneOf('WRAP', 'SAT', 'FAIL')),
);

export const bitmapCommand: Words = fc.oneof(
  { weight: 3, arbitrary: words('SETBIT', bits, offset, bit) },
  words('SET', bits, value),
  words('GETBIT', bits, offset),
  words('BITCOUNT', bits, maybe(range)),
  words('BITPOS', bits, bit, maybe(fc.oneof(words(integer(-9, 9)), range))),
  words('BITOP', oneOf('AND', 'OR', 'XOR'), bits, several(bits, 1, 3)),
  words('BITOP', 'NOT', bits, bits),
  { weight: 3, arbitrary: words('BITFIELD', bits, several(field, 1, 4)) },
  words('BITFIELD_RO', bits, 'GET', encoding, position),
  words('GET', bits),
  words(oneOf('SETRANGE', 'APPEND'), bits, integer(0, 300), value),
  words('GETRANGE', bits, integer(-40, 40), integer(-40, 40)),
  words('SET', bits, anyInteger),
);

const sketch = oneOf('p1', 'p2', 'p3');
const element = integer(0, 5000).map((i) => `element:${i}`);

export const hyperLogLogCommand: Words = fc.oneof(
  { weight: 4, arbitrary: words('PFADD', sketch, several(element, 0, 60)) },
  { weight: 2, arbitrary: words('PFADD', sketch, several(element, 200, 400)) },
  words('PFCOUNT', several(sketch, 1, 3)),
  words('PFDEBUG', oneOf('ENCODING', 'TODENSE', 'GETREG', 'DECODE'), sketch),
  words('COPY', sketch, sketch, 'REPLACE'),
  words('DEL', sketch),
  words('PFMERGE', sketch, several(sketch, 1, 3)),
  words('GET', sketch),
  words('SET', sketch, value),
);
