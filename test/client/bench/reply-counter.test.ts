import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ReplyCounter, ReplyKind } from '../../../src/client/bench/reply-counter.js';

const { VALUE, NULL, ERROR, PUSH } = ReplyKind;

/** Every type of RESP2 and RESP3, and what kind of reply it is. */
const CASES: readonly (readonly [string, ReplyKind])[] = [
  ['+OK\r\n', VALUE],
  ['+\r\n', VALUE],
  ['+QUEUED\r\n', VALUE],
  ['-ERR unknown command\r\n', ERROR],
  [':42\r\n', VALUE],
  [':-1\r\n', VALUE],
  ['$5\r\nhello\r\n', VALUE],
  ['$0\r\n\r\n', VALUE],
  ['$7\r\n+OK\r\n-E\r\n', VALUE],
  ['$-1\r\n', NULL],
  ['*-1\r\n', NULL],
  ['_\r\n', NULL],
  ['*0\r\n', VALUE],
  ['*2\r\n$1\r\na\r\n:1\r\n', VALUE],
  ['*2\r\n$-1\r\n*-1\r\n', VALUE],
  ['*2\r\n*2\r\n:1\r\n*0\r\n+x\r\n', VALUE],
  ['*2\r\n+OK\r\n-WRONGTYPE no\r\n', ERROR],
  ['%2\r\n+a\r\n:1\r\n+b\r\n*1\r\n:2\r\n', VALUE],
  ['~2\r\n+a\r\n+b\r\n', VALUE],
  [',3.14\r\n', VALUE],
  ['#t\r\n', VALUE],
  ['(3492890328409238509324850943850943825024385\r\n', VALUE],
  ['!9\r\nSYNTAX no\r\n', ERROR],
  ['=8\r\ntxt:some\r\n', VALUE],
  ['|1\r\n+ttl\r\n:3600\r\n$1\r\nv\r\n', VALUE],
  ['*2\r\n|1\r\n+x\r\n+y\r\n:1\r\n:2\r\n', VALUE],
  ['>3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$1\r\nm\r\n', PUSH],
];

function kindsOf(chunks: readonly Uint8Array[]): ReplyKind[] {
  const counter = new ReplyCounter();
  const kinds: ReplyKind[] = [];
  for (const chunk of chunks) {
    let at = 0;
    while (at < chunk.length) {
      at = counter.advance(chunk, at, chunk.length);
      if (counter.complete) kinds.push(counter.kind);
    }
  }
  return kinds;
}

describe('ReplyCounter', () => {
  const bytes = Buffer.from(CASES.map(([text]) => text).join(''));
  const kinds = CASES.map(([, kind]) => kind);

  test.each(CASES)('reads %j as one reply, whole and byte by byte', (text, kind) => {
    expect(kindsOf([Buffer.from(text)])).toEqual([kind]);
    expect(kindsOf([...Buffer.from(text)].map((byte) => Uint8Array.of(byte)))).toEqual([kind]);
  });

  test('finds the same replies in a stream split at every position', () => {
    expect(kindsOf([bytes])).toEqual(kinds);
    for (let split = 1; split < bytes.length; split++) {
      expect(kindsOf([bytes.subarray(0, split), bytes.subarray(split)])).toEqual(kinds);
    }
  });

  test('finds the same replies however the stream is cut', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(bytes.length)), fc.shuffledSubarray([...CASES]), (cuts, cases) => {
        const stream = Buffer.from(cases.map(([text]) => text).join(''));
        const at = [0, ...cuts.filter((cut) => cut < stream.length).sort((a, b) => a - b), stream.length];
        const chunks = at.slice(1).map((end, i) => stream.subarray(at[i], end));
        expect(kindsOf(chunks)).toEqual(cases.map(([, kind]) => kind));
      }),
    );
  });

  test('keeps the text of an error, also across chunks, and cuts a very long one', () => {
    const counter = new ReplyCounter();
    const first = Buffer.from('-ERR unk');
    const second = Buffer.from('nown\r\n');
    counter.advance(first, 0, first.length);
    expect(counter.complete).toBe(false);
    counter.advance(second, 0, second.length);
    expect(counter.errorText).toBe('ERR unknown');
    const long = Buffer.from(`-${'x'.repeat(100_000)}\r\n`);
    counter.advance(long, 0, long.length);
    expect(counter.complete).toBe(true);
    expect(counter.errorText).toHaveLength(200);
  });

  test('skips a bulk string of megabytes that arrives in pieces', () => {
    const piece = Buffer.alloc(1024 * 1024, '-');
    const chunks = [
      Buffer.from(`$${4 * piece.length}\r\n`),
      piece,
      piece,
      piece,
      piece,
      Buffer.from('\r\n+OK\r\n'),
    ];
    expect(kindsOf(chunks)).toEqual([VALUE, VALUE]);
  });

  test.each(['HTTP/1.1 400 Bad Request\r\n', '$12x\r\n', '$\r\n', '*99999999999\r\n', '\r\n'])(
    'calls %j broken',
    (text) => {
      expect(kindsOf([Buffer.from(text)])[0]).toBe(ReplyKind.BROKEN);
    },
  );
});
