import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ReplyDecoder, type ReplyLimits } from '../../src/protocol/reply-decoder.js';
import { type Reply, ReplyProtocolError } from '../../src/protocol/reply.js';

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');

function decode(pieces: readonly Buffer[], limits?: Partial<ReplyLimits>): Reply[] {
  const replies: Reply[] = [];
  const decoder = new ReplyDecoder((reply) => replies.push(reply), limits);
  for (const piece of pieces) decoder.push(piece);
  expect(decoder.idle).toBe(true);
  return replies;
}

const bulk = (text: string): Reply => ({ type: 'bulk', bytes: bytes(text) });
const simple = (text: string): Reply => ({ type: 'simple', bytes: bytes(text) });
const integer = (value: number | bigint): Reply => ({ type: 'integer', value });
const nil: Reply = { type: 'null' };

/** What a server sends, and the replies it means. */
const CASES: readonly (readonly [name: string, input: string, replies: readonly Reply[]])[] = [
  ['a simple string', '+OK\r\n', [simple('OK')]],
  ['an empty simple string', '+\r\n', [simple('')]],
  ['an error', '-ERR no\r\n', [{ type: 'error', bytes: bytes('ERR no') }]],
  ['a bulk error', '!8\r\nERR a\r\nb\r\n', [{ type: 'bulk-error', bytes: bytes('ERR a\r\nb') }]],
  ['integers', ':0\r\n:-12\r\n:+7\r\n:-0\r\n', [integer(0), integer(-12), integer(7), integer(0)]],
  [
    'integers beyond 2^53',
    ':9223372036854775807\r\n:-9223372036854775808\r\n',
    [integer(9223372036854775807n), integer(-9223372036854775808n)],
  ],
  ['a bulk string', '$5\r\nhello\r\n', [bulk('hello')]],
  ['a bulk string that looks like the protocol', '$9\r\n\r\n$5\r\n*2\r\r\n', [bulk('\r\n$5\r\n*2\r')]],
  ['an empty bulk string', '$0\r\n\r\n', [bulk('')]],
  ['binary bytes', '$4\r\n\x00\xff\r\n\r\n', [bulk('\x00\xff\r\n')]],
  ['every null', '$-1\r\n*-1\r\n_\r\n', [nil, nil, nil]],
  [
    'doubles',
    ',3.25\r\n,inf\r\n,-inf\r\n,1e10\r\n,.5\r\n',
    [
      { type: 'double', value: 3.25, text: '3.25' },
      { type: 'double', value: Infinity, text: 'inf' },
      { type: 'double', value: -Infinity, text: '-inf' },
      { type: 'double', value: 1e10, text: '1e10' },
      { type: 'double', value: 0.5, text: '.5' },
    ],
  ],
  ['a double that is no number', ',nan\r\n', [{ type: 'double', value: NaN, text: 'nan' }]],
  ['booleans', '#t\r\n#f\r\n', [true, false].map((value) => ({ type: 'boolean', value }))],
  [
    'a big number',
    '(-1234567999999999999999999999999999999\r\n',
    [{ type: 'big-number', value: -1234567999999999999999999999999999999n }],
  ],
  ['a verbatim string', '=7\r\ntxt:a\r\n\r\n', [{ type: 'verbatim', format: 'txt', bytes: bytes('a\r\n') }]],
  ['an empty array', '*0\r\n', [{ type: 'array', elements: [] }]],
  [
    'nested arrays that end together',
    '*2\r\n:1\r\n*2\r\n*0\r\n*1\r\n$1\r\na\r\n+OK\r\n',
    [
      {
        type: 'array',
        elements: [
          integer(1),
          {
            type: 'array',
            elements: [
              { type: 'array', elements: [] },
              { type: 'array', elements: [bulk('a')] },
            ],
          },
        ],
      },
      simple('OK'),
    ],
  ],
  [
    'a map, whose keys may be of any type',
    '%2\r\n:1\r\n#t\r\n*1\r\n:1\r\n%0\r\n',
    [
      {
        type: 'map',
        entries: [
          [integer(1), { type: 'boolean', value: true }],
          [
            { type: 'array', elements: [integer(1)] },
            { type: 'map', entries: [] },
          ],
        ],
      },
    ],
  ],
  ['a set', '~2\r\n+a\r\n_\r\n', [{ type: 'set', elements: [simple('a'), nil] }]],
  [
    'a push before a reply',
    '>2\r\n+invalidate\r\n_\r\n:5\r\n',
    [{ type: 'push', elements: [simple('invalidate'), nil] }, integer(5)],
  ],
  [
    'attributes, which belong to what follows',
    '|1\r\n+ttl\r\n:9\r\n*2\r\n|1\r\n+hot\r\n#t\r\n+a\r\n+b\r\n|1\r\n+x\r\n:1\r\n$1\r\nz\r\n',
    [
      {
        type: 'array',
        elements: [
          {
            type: 'simple',
            bytes: bytes('a'),
            attributes: [[simple('hot'), { type: 'boolean', value: true }]],
          },
          simple('b'),
        ],
        attributes: [[simple('ttl'), integer(9)]],
      },
      { type: 'bulk', bytes: bytes('z'), attributes: [[simple('x'), integer(1)]] },
    ],
  ],
];

describe('replies arrive as they were sent', () => {
  test.each(CASES)('%s, in one piece', (_, input, replies) => {
    expect(decode([bytes(input)])).toEqual(replies);
  });

  test.each(CASES)('%s, byte by byte', (_, input, replies) => {
    expect(decode(Array.from(input, bytes))).toEqual(replies);
  });

  test.each(CASES)('%s, cut at every position', (_, input, replies) => {
    for (let at = 1; at < input.length; at++) {
      expect(decode([bytes(input.slice(0, at)), bytes(input.slice(at))])).toEqual(replies);
    }
  });
});

const BAD: readonly (readonly [input: string, message: string])[] = [
  ['HTTP/1.1 400 Bad Request\r\n', 'Protocol error, got "H" as reply type byte'],
  ['\x00', 'Protocol error, got "\\x00" as reply type byte'],
  [':abc\r\n', 'Bad integer value'],
  [':9223372036854775808\r\n', 'Bad integer value'],
  [':\r\n', 'Bad integer value'],
  [',1.2.3\r\n', 'Bad double value'],
  ['#x\r\n', 'Bad bool value'],
  ['(1.5\r\n', 'Bad bignum value'],
  ['_x\r\n', 'Bad nil value'],
  ['=2\r\nab\r\n', 'Bad verbatim string value'],
  ['$abc\r\n', 'Bad bulk string length'],
  ['$-2\r\n', 'Bulk string length out of range'],
  ['$536870913\r\n', 'Bulk string length out of range'],
  ['!-1\r\n', 'Bulk string length out of range'],
  ['$1\r\nabc', 'Bad bulk string: its length does not lead to CR LF'],
  ['*x\r\n', 'Bad multi-bulk length'],
  ['*-2\r\n', 'Multi-bulk length out of range'],
  ['%-1\r\n', 'Multi-bulk length out of range'],
  ['*99999999999\r\n', 'Multi-bulk length out of range'],
  ['-ERR a\nb\r\n', 'Bad simple string value'],
  ['*1\r\n'.repeat(65), 'Reply nested more than 64 levels deep'],
  [`+${'x'.repeat(1024 * 1024)}`, 'Line of more than 1048576 bytes'],
];

test.each(BAD)('%j is refused', (input, message) => {
  const refused = new ReplyProtocolError(message);
  const whole = new ReplyDecoder(() => undefined);
  expect(() => {
    whole.push(bytes(input));
  }).toThrow(refused);
  if (input.length > 1000) return;
  const decoder = new ReplyDecoder(() => undefined);
  expect(() => {
    for (const byte of input) decoder.push(bytes(byte));
  }).toThrow(refused);
});

test('a line without an end is refused at the limit, in whatever pieces it comes', () => {
  const decoder = new ReplyDecoder(() => undefined, { lineBytesMax: 1000 });
  expect(() => {
    for (let i = 0; i < 11; i++) decoder.push(bytes(`+${'x'.repeat(99)}`));
  }).toThrow(ReplyProtocolError);
});

test('a claimed length takes no memory before its bytes come', () => {
  const before = process.memoryUsage();
  const decoders = Array.from({ length: 100 }, () => new ReplyDecoder(() => undefined));
  for (const decoder of decoders) decoder.push(bytes('*4294967295\r\n$536870912\r\nabc'));
  const after = process.memoryUsage();
  expect(after.arrayBuffers - before.arrayBuffers).toBeLessThan(1024 * 1024);
  expect(after.heapUsed - before.heapUsed).toBeLessThan(64 * 1024 * 1024);
  expect(decoders.every((decoder) => !decoder.idle)).toBe(true);
});

test('a long bulk string in small pieces is joined once', () => {
  const length = 8 * 1024 * 1024;
  const pieces = [bytes(`$${length}\r\n`)];
  for (let at = 0; at < length; at += 1024) pieces.push(Buffer.alloc(1024, at / 1024));
  pieces.push(bytes('\r\n'));
  const [reply] = decode(pieces);
  expect(reply?.type === 'bulk' && reply.bytes.length).toBe(length);
});

/** RESP of a reply, written as plainly as possible, to check the decoder against. */
function encode(reply: Reply): string {
  const sized = (type: string, text: string): string => `${type}${text.length}\r\n${text}\r\n`;
  const all = (replies: readonly Reply[]): string => replies.map(encode).join('');
  const attributes = reply.attributes;
  const prefix = attributes === undefined ? '' : `|${attributes.length}\r\n${all(attributes.flat())}`;
  switch (reply.type) {
    case 'simple':
      return `${prefix}+${reply.bytes.toString('latin1')}\r\n`;
    case 'error':
      return `${prefix}-${reply.bytes.toString('latin1')}\r\n`;
    case 'bulk':
      return prefix + sized('$', reply.bytes.toString('latin1'));
    case 'bulk-error':
      return prefix + sized('!', reply.bytes.toString('latin1'));
    case 'verbatim':
      return prefix + sized('=', `${reply.format}:${reply.bytes.toString('latin1')}`);
    case 'integer':
      return `${prefix}:${reply.value}\r\n`;
    case 'double':
      return `${prefix},${reply.text}\r\n`;
    case 'big-number':
      return `${prefix}(${reply.value}\r\n`;
    case 'boolean':
      return `${prefix}#${reply.value ? 't' : 'f'}\r\n`;
    case 'null':
      return `${prefix}_\r\n`;
    case 'map':
      return `${prefix}%${reply.entries.length}\r\n${all(reply.entries.flat())}`;
    default:
      return `${prefix}${{ array: '*', set: '~', push: '>' }[reply.type]}${reply.elements.length}\r\n${all(reply.elements)}`;
  }
}

const text = fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)) });
const line = text.map((value) => bytes(value.replace(/[\r\n]/g, ' ')));

const { reply } = fc.letrec<{ reply: Reply; plain: Reply; list: Reply[]; entries: [Reply, Reply][] }>(
  (tie) => ({
    list: fc.array(tie('reply'), { maxLength: 4 }),
    entries: fc.array(fc.tuple(tie('reply'), tie('reply')), { maxLength: 3 }),
    plain: fc.oneof(
      { maxDepth: 4 },
      fc.record({ type: fc.constantFrom('simple', 'error'), bytes: line }),
      fc.record({ type: fc.constantFrom('bulk', 'bulk-error'), bytes: text.map(bytes) }),
      fc.record({
        type: fc.constant('verbatim'),
        format: fc.constantFrom('txt', 'mkd'),
        bytes: text.map(bytes),
      }),
      fc.record({ type: fc.constant('integer'), value: fc.maxSafeInteger().map((n) => n || 0) }),
      fc
        .double({ noNaN: true, noDefaultInfinity: true })
        .map((value) => ({ type: 'double', value, text: Object.is(value, -0) ? '-0' : String(value) })),
      fc.record({ type: fc.constant('big-number'), value: fc.bigInt() }),
      fc.record({ type: fc.constant('boolean'), value: fc.boolean() }),
      fc.constant({ type: 'null' }),
      fc.record({ type: fc.constantFrom('array', 'set', 'push'), elements: tie('list') }),
      fc.record({ type: fc.constant('map'), entries: tie('entries') }),
    ) as fc.Arbitrary<Reply>,
    reply: fc.oneof(
      { arbitrary: tie('plain'), weight: 9 },
      fc
        .tuple(tie('plain'), fc.array(fc.tuple(tie('plain'), tie('plain')), { minLength: 1, maxLength: 2 }))
        .map(([value, attributes]) => ({ ...value, attributes })),
    ),
  }),
);

test('any reply, cut anywhere, comes back as it was sent', () => {
  fc.assert(
    fc.property(fc.array(reply, { maxLength: 3 }), fc.array(fc.nat(), { maxLength: 6 }), (replies, cuts) => {
      const input = bytes(replies.map(encode).join(''));
      const at = [0, ...cuts.map((cut) => cut % (input.length + 1)), input.length].sort((a, b) => a - b);
      const pieces = at.slice(1).map((end, i) => input.subarray(at[i], end));
      expect(decode(pieces)).toEqual(replies);
    }),
    { numRuns: 300 },
  );
});
