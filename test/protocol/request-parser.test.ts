import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { bulk, bytewise, CASES, MANY } from './request-cases.js';
import { BATCH_WORDS, Parsed, ParserState } from '../../src/protocol/request-batch.js';
import { RequestParser } from '../../src/protocol/request-parser.js';

interface Outcome {
  readonly requests: readonly (readonly string[])[];
  readonly error: string | null;
}

/** Feeds `chunks` as a connection would: what was not consumed comes again in front of the next chunk. */
function parseChunks(chunks: readonly Buffer[], state = new ParserState()): Outcome {
  const parser = new RequestParser();
  const requests: string[][] = [];
  let pending = Buffer.alloc(0);
  for (const chunk of chunks) {
    pending = Buffer.concat([pending, chunk]);
    let at = 0;
    while (at < pending.length) {
      const parsed = parser.parse(pending, at, pending.length, state);
      if (parsed === Parsed.BROKEN) return { requests, error: parser.error };
      if (parsed === Parsed.INCOMPLETE) break;
      if (parsed === Parsed.INLINE) requests.push(parser.inline);
      for (let i = 0; parsed === Parsed.REQUESTS && i < parser.requests; i++)
        requests.push(argsOf(parser, pending, i));
      if (parser.consumed === at) break;
      at = parser.consumed;
    }
    pending = pending.subarray(at);
  }
  return { requests, error: null };
}

function argsOf(parser: RequestParser, buffer: Buffer, index: number): string[] {
  const args: string[] = [];
  const first = parser.batch[BATCH_WORDS * index]!;
  for (let i = 0; i < parser.batch[BATCH_WORDS * index + 1]!; i++) {
    const offset = parser.args[first + 2 * i]!;
    args.push(buffer.toString('latin1', offset, offset + parser.args[first + 2 * i + 1]!));
  }
  return args;
}

describe.each(CASES)('$name', ({ bytes, requests, error = null }) => {
  const input = Buffer.from(bytes, 'latin1');

  test('whole', () => {
    expect(parseChunks([input])).toEqual({ requests, error });
  });

  test('byte by byte', () => {
    expect(parseChunks(bytewise(input))).toEqual({ requests, error });
  });

  test('split at every position', () => {
    for (let at = 1; at < input.length; at++) {
      expect(parseChunks([input.subarray(0, at), input.subarray(at)])).toEqual({ requests, error });
    }
  });
});

describe('lines without an end', () => {
  const long = Buffer.alloc(64 * 1024 + 2, 'a');

  test.each([
    ['an inline command', '', 'too big inline request'],
    ['an array header', '*', 'too big mbulk count string'],
    ['a bulk header', '*1\r\n$', 'too big bulk count string'],
  ])('%s is refused after 64 KiB', (_, start, reason) => {
    const { error } = parseChunks([Buffer.concat([Buffer.from(start), long])]);
    expect(error).toBe(`ERR Protocol error: ${reason}`);
  });
});

describe('before authentication', () => {
  const unauthenticated = (): ParserState => {
    const state = new ParserState();
    state.authenticated = false;
    return state;
  };

  test('ten arguments pass, eleven do not', () => {
    expect(parseChunks([Buffer.from(bulk(...MANY.slice(0, 10)))], unauthenticated()).error).toBeNull();
    expect(parseChunks([Buffer.from(bulk(...MANY.slice(0, 11)))], unauthenticated()).error).toBe(
      'ERR Protocol error: unauthenticated multibulk length',
    );
  });

  test('16 KiB pass, one byte more does not', () => {
    const limit = 16 * 1024;
    expect(parseChunks([Buffer.from(bulk('AUTH', 'x'.repeat(limit)))], unauthenticated()).error).toBeNull();
    expect(parseChunks([Buffer.from(bulk('AUTH', 'x'.repeat(limit + 1)))], unauthenticated()).error).toBe(
      'ERR Protocol error: unauthenticated bulk length',
    );
  });
});

test('an array of a million arguments in small chunks is read once, not once per chunk', () => {
  const count = 1024 * 1024;
  const input = Buffer.from(`*${count}\r\n${'$1\r\nx\r\n'.repeat(count)}`);
  const chunks: Buffer[] = [];
  for (let at = 0; at < input.length; at += 32 * 1024) chunks.push(input.subarray(at, at + 32 * 1024));
  const state = new ParserState();
  const parser = new RequestParser();
  let pending = Buffer.alloc(0);
  let found = 0;
  for (const chunk of chunks) {
    pending = Buffer.concat([pending, chunk]);
    if (parser.parse(pending, 0, pending.length, state) === Parsed.REQUESTS) found = parser.batch[1]!;
  }
  expect(found).toBe(count);
  expect(parser.consumed).toBe(input.length);
});

test('the claim of a huge argument allocates nothing', () => {
  const parser = new RequestParser();
  const input = Buffer.from('*2\r\n$3\r\nSET\r\n$536870912\r\nabc');
  const before = process.memoryUsage().arrayBuffers;
  expect(parser.parse(input, 0, input.length, new ParserState())).toBe(Parsed.INCOMPLETE);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1024 * 1024);
  expect(parser.needed).toBeGreaterThan(536_870_912);
});

test('any requests, cut anywhere, come out as they went in', () => {
  const argument = fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes).toString('latin1'));
  const requests = fc.array(fc.array(argument, { minLength: 1, maxLength: 14 }), {
    minLength: 1,
    maxLength: 100,
  });
  fc.assert(
    fc.property(requests, fc.array(fc.nat(5000), { maxLength: 20 }), (sent, cuts) => {
      const input = Buffer.from(sent.map((args) => bulk(...args)).join(''), 'latin1');
      const edges = [
        0,
        ...cuts.map((cut) => Math.min(cut, input.length)).sort((a, b) => a - b),
        input.length,
      ];
      const chunks = edges.slice(1).map((edge, i) => input.subarray(edges[i], edge));
      expect(parseChunks(chunks)).toEqual({ requests: sent, error: null });
    }),
  );
});

test('any bytes at all give requests or an error, whole and byte by byte alike', () => {
  const alphabet = fc.constantFrom('*', '$', '1', '2', '0', '-', '\r\n', '\n', 'a', ' ', '"', "'", '\\', ':');
  fc.assert(
    fc.property(fc.array(alphabet, { maxLength: 40 }), (parts) => {
      const input = Buffer.from(parts.join(''));
      expect(parseChunks(bytewise(input))).toEqual(parseChunks([input]));
    }),
    { numRuns: 2000 },
  );
});
