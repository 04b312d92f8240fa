import fc from 'fast-check';
import { counted, integer, maybe, member, oneOf, several, words, type Words } from './words.js';

const stream = oneOf('x1', 'x2');
const group = oneOf('ga', 'gb');
const consumer = oneOf('ann', 'bob');
const id = fc.oneof(
  integer(0, 60),
  fc.tuple(fc.nat(60), fc.nat(3)).map(([time, sequence]) => `${time}-${sequence}`),
);
const from = fc.oneof(
  id,
  oneOf('-', '+'),
  id.map((text) => `(${text}`),
);
const newId = fc.oneof(
  fc.tuple(fc.nat(400), fc.nat(3)).map(([time, sequence]) => `${time}-${sequence}`),
  integer(0, 400).map((time) => `${time}-*`),
);
const trim = words(
  fc.oneof(
    words('MAXLEN', '~', integer(0, 30), maybe(words('LIMIT', integer(0, 200)))),
    words('MINID', '~', id, maybe(words('LIMIT', integer(0, 200)))),
    words('MAXLEN', maybe(words('=')), integer(0, 30)),
    words('MINID', maybe(words('=')), id),
  ),
);
const count = maybe(words('COUNT', integer(0, 9)));

export const streamCommand: Words = fc.oneof(
  {
    weight: 6,
    arbitrary: words(
      ...['XADD', stream],
      maybe(words('NOMKSTREAM')),
      fc.oneof({ weight: 5, arbitrary: words() }, trim),
      newId,
      several(words(member, member), 1, 3),
    ),
  },
  words('XLEN', stream),
  words(oneOf('XRANGE', 'XREVRANGE'), stream, from, from, count),
  words('XDEL', stream, several(id, 1, 3)),
  words('XTRIM', stream, trim),
  words('XREAD', count, 'STREAMS', stream, id),
  words('XSETID', stream, newId, maybe(words('ENTRIESADDED', integer(0, 90), 'MAXDELETEDID', id))),
  {
    weight: 2,
    arbitrary: words(
      ...['XGROUP', 'CREATE', stream, group, fc.oneof(id, oneOf('$'))],
      maybe(words('MKSTREAM')),
      maybe(words('ENTRIESREAD', integer(-1, 30))),
    ),
  },
  words('XGROUP', 'SETID', stream, group, fc.oneof(id, oneOf('$'))),
  words('XGROUP', oneOf('CREATECONSUMER', 'DELCONSUMER'), stream, group, consumer),
  words('XGROUP', 'DESTROY', stream, group),
  {
    weight: 3,
    arbitrary: words(
      ...['XREADGROUP', 'GROUP', group, consumer, count],
      maybe(words('NOACK')),
      ...['STREAMS', stream, fc.oneof({ weight: 3, arbitrary: oneOf('>') }, id)],
    ),
  },
  words('XACK', stream, group, several(id, 1, 3)),
  words('XPENDING', stream, group),
  words('XPENDING', stream, group, maybe(words('IDLE', oneOf('0', '9000000'))), from, from, integer(0, 9)),
  words('XPENDING', stream, group, '-', '+', integer(0, 9), consumer),
  words('XCLAIM', stream, group, consumer, '9000000', several(id, 1, 3)),
  words('XINFO', 'STREAM', stream, maybe(words('FULL', maybe(words('COUNT', integer(0, 12)))))),
  words('XINFO', 'CONSUMERS', stream, group),
  words('XREAD', count, 'BLOCK', '1', 'STREAMS', stream, fc.oneof(id, oneOf('$'))),
  words('XREADGROUP', 'GROUP', group, consumer, 'BLOCK', '1', 'STREAMS', stream, oneOf('>')),
  words(oneOf('COPY', 'RENAME'), stream, stream),
  words('DEL', stream),
  words(
    ...['XCLAIM', stream, group, consumer, '0', several(id, 1, 3)],
    maybe(fc.oneof(words('IDLE', integer(0, 9)), words('TIME', integer(1, 9)))),
    maybe(words('RETRYCOUNT', integer(0, 9))),
    maybe(words('FORCE')),
    maybe(words('JUSTID')),
    maybe(words('LASTID', id)),
  ),
  words('XAUTOCLAIM', stream, group, consumer, '0', id, count, maybe(words('JUSTID'))),
  words('XINFO', 'GROUPS', stream),
  words('XREAD', 'COUNT', '3', 'STREAMS', 'x1', 'x2', id, id),
  words('OBJECT', 'ENCODING', stream),
  words('LMPOP', counted(stream), 'LEFT'),
);
