import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { splitInline } from '../../src/protocol/inline.js';
import type { PropagationSink } from '../../src/server/execution/propagation.js';
import { Server } from '../../src/server/server.js';
import { RawConnection, until } from '../compat/targets.js';

/** Gathers what is written, one line per command: the database where it changes, then the arguments. */
class Recorder implements PropagationSink {
  readonly lines: string[] = [];

  append(database: number, buffer: Buffer, start: number, end: number): void {
    const words = buffer
      .toString('latin1', start, end)
      .split('\r\n')
      .filter((_, i) => i > 0 && i % 2 === 0);
    this.lines.push(`${database}: ${words.join(' ')}`);
  }
}

let server: Server;
let port: number;
const recorder = new Recorder();

beforeAll(async () => {
  server = new Server({ 'enable-debug-command': 'yes', port: 0 });
  port = await server.listen();
  server.propagation.add(recorder);
});

afterAll(() => server.close());

/** Runs command lines on an empty server; what the lines behind `|` propagate, times in ms shown as <ms>. */
async function propagated(lines: readonly string[]): Promise<string[]> {
  const connection = await RawConnection.open(port);
  try {
    await connection.call('FLUSHALL');
    for (const line of lines) {
      if (line === '|') recorder.lines.length = 0;
      else await connection.call(...splitInline(line)!);
    }
    return recorder.lines.map((line) => line.replace(/\b1[5-9]\d{11}\b/g, '<ms>'));
  } finally {
    connection.close();
  }
}

const CASES: readonly (readonly [title: string, lines: readonly string[], expected: readonly string[]])[] = [
  ['a plain write goes as it came', ['|', 'SET k v', 'INCR n'], ['0: SET k v', '0: INCR n']],
  [
    'what changes nothing is not written',
    ['|', 'GET k', 'DEL k', 'SET k v XX', 'EXPIRE k 10', 'PERSIST k'],
    [],
  ],
  [
    'times from now on become absolute',
    [
      '|',
      'SET k v EX 100',
      'SETEX k 100 v',
      'PSETEX k 5000 v',
      'EXPIRE k 100',
      'GETEX k PX 5000',
      'PEXPIRE k 9000 NX',
    ],
    [
      '0: SET k v PXAT <ms>',
      '0: SET k v PXAT <ms>',
      '0: SET k v PXAT <ms>',
      '0: PEXPIREAT k <ms>',
      '0: PEXPIREAT k <ms>',
    ],
  ],
  [
    'absolute times in milliseconds stay as they are',
    ['|', 'SET k v PXAT 33177117420000', 'PEXPIREAT k 33177117420001 GT'],
    ['0: SET k v PXAT 33177117420000', '0: PEXPIREAT k 33177117420001 GT'],
  ],
  [
    'a time that has passed is a removal',
    ['SET k v', '|', 'EXPIRE k -1', 'SET k v', 'GETEX k EXAT 1'],
    ['0: DEL k', '0: SET k v', '0: DEL k'],
  ],
  ['GETDEL is a removal, GETSET a SET', ['|', 'GETSET k v', 'GETDEL k'], ['0: SET k v', '0: DEL k']],
  [
    'SET GET loses its GET',
    ['|', 'SET k v GET', 'SET k w GET XX', 'SET get GET get'],
    ['0: SET k v', '0: SET k w XX', '0: SET get GET'],
  ],
  [
    'what decides whether a string is set or removed is not written',
    [
      '|',
      'SET k v IFNE x',
      'SET k w IFEQ v GET KEEPTTL',
      'SET k x IFEQ w EX 100',
      'SET k y IFEQ nothing',
      'DELEX k IFEQ nothing',
      'DELEX k IFDNE 0000000000000000',
      'DELEX k',
    ],
    ['0: SET k v', '0: SET k w KEEPTTL', '0: SET k x PXAT <ms>', '0: DEL k'],
  ],
  [
    'MSETEX is MSET, or a SET for each key with its expiry',
    ['|', 'MSETEX 2 a 1 b 2 NX', 'MSETEX 2 a 1 b 2 NX', 'MSETEX 2 a 3 b 4 EX 100', 'MSETEX 1 a 5 XX KEEPTTL'],
    [
      '0: MSET a 1 b 2',
      '0: MULTI',
      '0: SET a 3 PXAT <ms>',
      '0: SET b 4 PXAT <ms>',
      '0: EXEC',
      '0: SET a 5 KEEPTTL',
    ],
  ],
  [
    'entries removed by policy are written as XDEL and XACK',
    [
      ...['XADD s 1-0 f v', 'XADD s 2-0 f v', 'XADD s 3-0 f v', 'XADD s 4-0 f v'],
      ...['XGROUP CREATE s g 0', 'XGROUP CREATE s h 0', 'XREADGROUP GROUP g c STREAMS s >'],
      ...['XREADGROUP GROUP h c STREAMS s >', 'XACK s h 4-0', '|'],
      'XDELEX s KEEPREF IDS 2 1-0 9-0',
      'XDELEX s DELREF IDS 2 1-0 2-0',
      'XDELEX s ACKED IDS 1 3-0',
      'XACKDEL s g ACKED IDS 2 3-0 4-0',
      'XACKDEL s h IDS 1 4-0',
    ],
    [
      '0: XDEL s 1-0',
      ...['0: MULTI', '0: XDEL s 2-0', '0: XACK s g 1-0 2-0', '0: XACK s h 1-0 2-0', '0: EXEC'],
      ...['0: MULTI', '0: XDEL s 4-0', '0: XACK s g 3-0 4-0', '0: EXEC'],
    ],
  ],
  [
    'a trim with a policy is an exact one, or XDEL of what went',
    [
      ...['XADD s 1-0 f v', 'XADD s 2-0 f v', 'XADD s 3-0 f v', 'XADD s 4-0 f v'],
      ...['XGROUP CREATE s g 0', 'XREADGROUP GROUP g c COUNT 3 STREAMS s >', 'XACK s g 2-0', '|'],
      'XTRIM s MAXLEN 9 DELREF',
      'XTRIM s MINID 1 KEEPREF',
      'XTRIM s MAXLEN 3 ACKED',
      'XTRIM s MAXLEN 2 DELREF',
      'XADD s DELREF MINID 4 5-0 f v',
      'XADD s ACKED MAXLEN 1 6-0 f v',
      'XADD s KEEPREF 7-0 f v',
    ],
    [
      '0: XDEL s 2-0',
      ...['0: MULTI', '0: XTRIM s MAXLEN = 2', '0: XACK s g 1-0', '0: EXEC'],
      ...['0: MULTI', '0: XADD s MINID = 4-0 5-0 f v', '0: XACK s g 3-0', '0: EXEC'],
      '0: XADD s 6-0 f v',
      '0: XADD s 7-0 f v',
    ],
  ],
  [
    'GETEX PERSIST is PERSIST, once',
    ['SET k v EX 100', '|', 'GETEX k PERSIST', 'GETEX k PERSIST', 'GETEX k'],
    ['0: PERSIST k'],
  ],
  ['INCRBYFLOAT is its result', ['|', 'INCRBYFLOAT k 1.5'], ['0: SET k 1.5 KEEPTTL']],
  [
    'flushing is written even when nothing was there',
    ['|', 'FLUSHDB', 'FLUSHALL ASYNC'],
    ['0: FLUSHDB', '0: FLUSHALL ASYNC'],
  ],
  [
    'a transaction of several writes stands together, without what only reads',
    ['|', 'MULTI', 'SET a 1', 'GET a', 'SET b 2 EX 100', 'EXEC'],
    ['0: MULTI', '0: SET a 1', '0: SET b 2 PXAT <ms>', '0: EXEC'],
  ],
  ['a transaction of one write needs no MULTI', ['|', 'MULTI', 'GET a', 'SET a 1', 'EXEC'], ['0: SET a 1']],
  ['a transaction that only reads is not written', ['|', 'MULTI', 'GET a', 'EXEC', 'MULTI', 'EXEC'], []],
  [
    'a transaction writes each command to its database',
    ['|', 'MULTI', 'SET a 1', 'SELECT 3', 'SET a 2', 'EXEC'],
    ['0: MULTI', '0: SET a 1', '3: SET a 2', '3: EXEC'],
  ],
  [
    'a key that is found expired is removed first',
    [
      'DEBUG SET-ACTIVE-EXPIRE 0',
      'SET k v PX 1',
      'DEBUG SLEEP 0.01',
      '|',
      'GET k',
      'DEBUG SET-ACTIVE-EXPIRE 1',
    ],
    ['0: DEL k'],
  ],
  [
    'SETBIT that changes nothing is not written',
    ['SETBIT k 7 1', '|', 'SETBIT k 7 1', 'SETBIT k 7 0'],
    ['0: SETBIT k 7 0'],
  ],
];

describe('what reaches files and replicas:', () => {
  test.each(CASES)('%s', async (_, lines, expected) => {
    expect(await propagated(lines)).toEqual(expected);
  });

  test('the expire cycle writes a removal for each key, alone', async () => {
    const connection = await RawConnection.open(port);
    await connection.call('FLUSHALL');
    recorder.lines.length = 0;
    await connection.call('MSET', 'a', '1', 'b', '2');
    await connection.call('PEXPIRE', 'a', '1');
    await connection.call('PEXPIRE', 'b', '1');
    await until(() => Promise.resolve(server.keyspace.size === 0));
    connection.close();
    expect(recorder.lines.slice(-2).sort()).toEqual(['0: DEL a', '0: DEL b']);
  });
});
