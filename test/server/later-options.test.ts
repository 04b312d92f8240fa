import { describe, expect, test } from '@jest/globals';
import { replySuite } from './reply-suite.js';

/* Options that later versions gave to commands of Redis 7.0. */

const { call, run, transcript } = replySuite();

describe('BITOP of Redis 8.2:', () => {
  transcript('DIFF, DIFF1 and ANDOR set the first key against the others; ONE wants a bit in one key only', [
    ['SETBIT a 0 1', ':0'],
    ['SETBIT a 1 1', ':0'],
    ['SETBIT a 20 1', ':0'],
    ['SETBIT b 1 1', ':0'],
    ['SETBIT b 2 1', ':0'],
    ['SETBIT c 2 1', ':0'],
    ['SETBIT c 3 1', ':0'],
    ['SETBIT c 40 1', ':0'],
    ['BITOP DIFF d a b c', ':6'],
    ['BITFIELD d GET u8 0 GET u8 16 GET u8 40', '*3 :128 :8 :0'],
    ['BITOP DIFF1 d a b c', ':6'],
    ['BITFIELD d GET u8 0 GET u8 16 GET u8 40', '*3 :48 :0 :128'],
    ['BITOP ANDOR d a b c', ':6'],
    ['BITFIELD d GET u8 0 GET u8 16 GET u8 40', '*3 :64 :0 :0'],
    ['BITOP ONE d a b c', ':6'],
    ['BITFIELD d GET u8 0 GET u8 16 GET u8 40', '*3 :144 :8 :128'],
    ['bitop one d a', ':3'],
    ['BITFIELD d GET u8 0', '*1 :192'],
    ['BITOP diff a a a', ':3'],
    ['BITCOUNT a', ':0'],
    ['BITOP DIFF d none nothing', ':0'],
    ['EXISTS d', ':0'],
  ]);

  transcript('those that compare need two keys', [
    ['BITOP DIFF d a', '-ERR BITOP DIFF must be called with at least two source keys.'],
    ['BITOP diff1 d a', '-ERR BITOP DIFF1 must be called with at least two source keys.'],
    ['BITOP ANDOR d a', '-ERR BITOP ANDOR must be called with at least two source keys.'],
    ['BITOP ONE d', "-ERR wrong number of arguments for 'bitop' command"],
  ]);
});

describe('SUNIONCARD and SDIFFCARD of Redis 8.10:', () => {
  transcript('they count what SUNION and SDIFF give, up to a limit', [
    ['SADD a 1 2 3 x', ':4'],
    ['SADD b 3 4', ':2'],
    ['SADD c x y', ':2'],
    ['SUNIONCARD 3 a b c', ':6'],
    ['SUNIONCARD 4 a none a b', ':5'],
    ['SUNIONCARD 2 none nothing', ':0'],
    ['SUNIONCARD 3 a b c LIMIT 5', ':5'],
    ['SUNIONCARD 3 a b c LIMIT 2', ':2'],
    ['SUNIONCARD 3 a b c LIMIT 0', ':6'],
    ['SUNIONCARD 3 a b c LIMIT 9 APPROX', ':6'],
    ['sunioncard 2 a b approx', ':5'],
    ['SDIFFCARD 2 a b', ':3'],
    ['SDIFFCARD 3 a b c', ':2'],
    ['SDIFFCARD 3 a b c LIMIT 1', ':1'],
    ['SDIFFCARD 1 a', ':4'],
    ['SDIFFCARD 2 a a', ':0'],
    ['SDIFFCARD 2 none a', ':0'],
    ['SDIFFCARD 2 a none', ':4'],
  ]);

  transcript('bad arguments have the errors of SINTERCARD', [
    ['SET s v', '+OK'],
    ['SADD a 1', ':1'],
    ['SUNIONCARD 1', "-ERR wrong number of arguments for 'sunioncard' command"],
    ['SUNIONCARD 0 a', '-ERR numkeys should be greater than 0'],
    ['SDIFFCARD x a', '-ERR numkeys should be greater than 0'],
    ['SDIFFCARD 3 a a', "-ERR Number of keys can't be greater than number of args"],
    ['SUNIONCARD 1 a LIMIT', '-ERR syntax error'],
    ['SUNIONCARD 1 a LIMIT -1', "-ERR LIMIT can't be negative"],
    ['SDIFFCARD 1 a APPROX', '-ERR syntax error'],
    ['SUNIONCARD 2 a s', '-WRONGTYPE Operation against a key holding the wrong kind of value'],
    ['SDIFFCARD 2 none s', '-WRONGTYPE Operation against a key holding the wrong kind of value'],
  ]);
});

describe('CLIENT KILL MAXAGE:', () => {
  transcript('it takes a number of seconds', [
    ['CLIENT KILL MAXAGE x', '-ERR value is not an integer or out of range'],
    ['CLIENT KILL MAXAGE 0', '-ERR maxage should be greater than 0'],
    ['CLIENT KILL MAXAGE -1 ID 3', '-ERR maxage should be greater than 0'],
    ['CLIENT KILL MAXAGE', '-ERR No such client'],
    ['CLIENT KILL ID 1 MAXAGE', '-ERR syntax error'],
  ]);

  test('connections that are younger stay, older ones go', async () => {
    expect(await run('CLIENT KILL SKIPME no MAXAGE 1000')).toBe(':0');
    const deadlineMs = Date.now() + 10_000;
    while (!(await call('CLIENT', 'INFO')).includes(' age=1 ') && Date.now() < deadlineMs);
    expect(await run('CLIENT KILL SKIPME no MAXAGE 1')).toBe(':1');
    expect(await run('PING')).toBe('(closed)');
  });
});
