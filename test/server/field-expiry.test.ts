import { describe, expect, test } from '@jest/globals';
import { until } from '../compat/targets.js';
import { replySuite } from './reply-suite.js';

const { call, run, expectReplies, transcript } = replySuite();

describe('expire times of fields', () => {
  transcript('HEXPIRE and its kin tell of each field what became of it', [
    ['HSET h a 1 b 2 c 3', ':3'],
    ['HEXPIRE h 100 FIELDS 3 a nothing b', '*3 :1 :-2 :1'],
    ['HTTL h FIELDS 4 a b c nothing', '*4 :100 :100 :-1 :-2'],
    ['HPEXPIREAT h 99999999999999 FIELDS 1 c', '*1 :1'],
    ['HPEXPIRETIME h FIELDS 1 c', '*1 :99999999999999'],
    ['HEXPIRETIME h FIELDS 1 c', '*1 :100000000000'],
    ['HEXPIREAT h 99999999999 FIELDS 1 c', '*1 :1'],
    ['HEXPIRETIME h FIELDS 1 c', '*1 :99999999999'],
    ['HEXPIRE none 10 FIELDS 2 a b', '*2 :-2 :-2'],
    ['HTTL none FIELDS 1 a', '*1 :-2'],
    ['HLEN h', ':3'],
  ]);

  transcript('NX, XX, GT and LT compare with the time that is there, no time being the latest', [
    ['HSET h a 1 b 2', ':2'],
    ['HPEXPIREAT h 90000000000000 XX FIELDS 1 a', '*1 :0'],
    ['HPEXPIREAT h 90000000000000 GT FIELDS 1 a', '*1 :0'],
    ['HPEXPIREAT h 90000000000000 NX FIELDS 1 a', '*1 :1'],
    ['HPEXPIREAT h 90000000000001 NX FIELDS 1 a', '*1 :0'],
    ['HPEXPIREAT h 90000000000001 LT FIELDS 1 a', '*1 :0'],
    ['HPEXPIREAT h 90000000000001 gt FIELDS 1 a', '*1 :1'],
    ['HPEXPIREAT h 80000000000000 lt FIELDS 2 a b', '*2 :1 :1'],
    ['HPEXPIREAT h 80000000000002 xx FIELDS 2 a b', '*2 :1 :1'],
    ['HPEXPIRETIME h FIELDS 2 a b', '*2 :80000000000002 :80000000000002'],
    ['HPEXPIREAT h 1 NX FIELDS 1 a', '*1 :0'],
    ['HEXISTS h a', ':1'],
  ]);

  transcript('a time in the past removes the field, and the hash with its last field', [
    ['HSET h a 1 b 2', ':2'],
    ['HPEXPIREAT h 1 FIELDS 1 a', '*1 :2'],
    ['HGETALL h', '*2 $1 b $1 2'],
    ['HEXPIRE h 0 FIELDS 2 b b', '*2 :2 :-2'],
    ['EXISTS h', ':0'],
  ]);

  test('an expired field is gone for every command', async () => {
    await run('HSET h a 1 b 2 c 3');
    await run('DEBUG SET-ACTIVE-EXPIRE 0');
    await run('HPEXPIRE h 1 FIELDS 1 a');
    await until(async () => (await run('HGET h a')) === '$-1');
    await expectReplies([
      ['HLEN h', ':2'],
      ['HEXISTS h a', ':0'],
      ['HMGET h a b', '*2 $-1 $1 2'],
      ['HTTL h FIELDS 1 a', '*1 :-2'],
      ['HSETNX h a new', ':1'],
      ['HTTL h FIELDS 1 a', '*1 :-1'],
      ['HPEXPIRE h 1 FIELDS 3 a b c', '*3 :1 :1 :1'],
    ]);
    await until(async () => (await run('HLEN h')) === ':0');
    expect(await run('EXISTS h')).toBe(':0');
    await run('DEBUG SET-ACTIVE-EXPIRE 1');
  });

  test('fields expire though nobody asks for them, after RENAME, MOVE, COPY and SWAPDB too', async () => {
    await run('HSET kept a 1 b 2');
    await run('HPEXPIRE kept 50 FIELDS 1 a');
    for (const key of ['renamed', 'moved', 'original', 'swapped']) {
      await run(`HSET ${key} a 1`);
      await run(`HPEXPIRE ${key} 50 FIELDS 1 a`);
    }
    await run('RENAME renamed other');
    await run('MOVE moved 3');
    await run('COPY original copy');
    await run('SWAPDB 0 5');
    await run('SELECT 5');
    await until(async () => (await run('DBSIZE')) === ':1');
    await run('SELECT 3');
    await until(async () => (await run('DBSIZE')) === ':0');
    await run('SELECT 5');
    expect(await run('HKEYS kept')).toBe('*1 $1 b');
    await run('SELECT 0');
  });

  transcript('HSET takes the time away, HINCRBY leaves it, HPERSIST says which had one', [
    ['HSET h a 1 b 2 c 3', ':3'],
    ['HPEXPIREAT h 90000000000000 FIELDS 3 a b c', '*3 :1 :1 :1'],
    ['HSET h a 5', ':0'],
    ['HINCRBY h b 5', ':7'],
    ['HINCRBYFLOAT h c 0.5', '$3 3.5'],
    ['HPEXPIRETIME h FIELDS 3 a b c', '*3 :-1 :90000000000000 :90000000000000'],
    ['HPERSIST h FIELDS 3 a b nothing', '*3 :-1 :1 :-2'],
    ['HPEXPIRETIME h FIELDS 2 a b', '*2 :-1 :-1'],
    ['HDEL h c', ':1'],
    ['HSET h c 1', ':1'],
    ['HPEXPIRETIME h FIELDS 1 c', '*1 :-1'],
    ['HPERSIST none FIELDS 1 a', '*1 :-2'],
  ]);

  transcript('HGETEX, HGETDEL and HSETEX read, remove and set with times', [
    ['HSETEX h PXAT 90000000000000 FIELDS 2 a 1 b 2', ':1'],
    ['HPEXPIRETIME h FIELDS 2 a b', '*2 :90000000000000 :90000000000000'],
    ['HSETEX h FNX FIELDS 2 a 9 c 9', ':0'],
    ['HSETEX h FXX FIELDS 2 a 9 c 9', ':0'],
    ['HSETEX h FXX KEEPTTL FIELDS 1 a 3', ':1'],
    ['HSETEX h FNX EXAT 90000000000 FIELDS 1 c 3', ':1'],
    ['HGETEX h FIELDS 3 a c none', '*3 $1 3 $1 3 $-1'],
    ['HPEXPIRETIME h FIELDS 2 a c', '*2 :90000000000000 :90000000000000'],
    ['HGETEX h PERSIST FIELDS 1 a', '*1 $1 3'],
    ['HGETEX h PXAT 80000000000000 FIELDS 1 b', '*1 $1 2'],
    ['HPEXPIRETIME h FIELDS 2 a b', '*2 :-1 :80000000000000'],
    ['HSETEX h FIELDS 1 b 5', ':1'],
    ['HPEXPIRETIME h FIELDS 1 b', '*1 :-1'],
    ['HGETDEL h FIELDS 2 a none', '*2 $1 3 $-1'],
    ['HGETEX h PXAT 1 FIELDS 1 b', '*1 $1 5'],
    ['HGETALL h', '*2 $1 c $1 3'],
    ['HGETDEL h FIELDS 2 c c', '*2 $1 3 $-1'],
    ['EXISTS h', ':0'],
    ['HGETDEL h FIELDS 1 c', '*1 $-1'],
    ['HSETEX h PX 0 FIELDS 1 a 1', ':1'],
    ['EXISTS h', ':0'],
  ]);

  transcript('COPY, RENAME and MOVE keep the times', [
    ['HSETEX h PXAT 90000000000000 FIELDS 1 a 1', ':1'],
    ['COPY h copy', ':1'],
    ['HPERSIST h FIELDS 1 a', '*1 :1'],
    ['HPEXPIRETIME copy FIELDS 1 a', '*1 :90000000000000'],
    ['RENAME copy renamed', '+OK'],
    ['HPEXPIRETIME renamed FIELDS 1 a', '*1 :90000000000000'],
    ['OBJECT ENCODING renamed', '$10 listpackex'],
    ['DEL renamed h', ':2'],
  ]);

  test('DUMP and RESTORE keep the times', async () => {
    await run('HSET h a 1 b 2');
    await run('HPEXPIREAT h 90000000000000 FIELDS 1 a');
    const reply = await call('DUMP', 'h');
    const payload = reply.slice(reply.indexOf('\r\n') + 2, -2);
    expect(await call('RESTORE', 'copy', '0', payload)).toBe('+OK\r\n');
    expect(await run('HPEXPIRETIME copy FIELDS 2 a b')).toBe('*2 :90000000000000 :-1');
    expect(await run('HGET copy a')).toBe('$1 1');
  });

  test('bad arguments change nothing', async () => {
    expect(await run('HSET h a 1')).toBe(':1');
    await run('SET s x');
    const missing = '-ERR Mandatory argument FIELDS is missing or not at the right position';
    const mismatch = '-ERR The `numfields` parameter must match the number of arguments';
    const wrongType = '-WRONGTYPE Operation against a key holding the wrong kind of value';
    await expectReplies([
      ['HEXPIRE s 10 FIELDS 1 a', wrongType],
      ['HTTL s FIELDS 1 a', wrongType],
      ['HSETEX s FIELDS 1 a 1', wrongType],
      ['HEXPIRE h x FIELDS 1 a', '-ERR value is not an integer or out of range'],
      ['HEXPIRE h -1 FIELDS 1 a', '-ERR invalid expire time, must be >= 0'],
      ['HEXPIRE h 9223372036854775807 FIELDS 1 a', "-ERR invalid expire time in 'hexpire' command"],
      ['HPEXPIREAT h 281474976710655 FIELDS 1 a', "-ERR invalid expire time in 'hpexpireat' command"],
      ['HEXPIRE h 10 NX XX FIELDS 1 a', missing],
      ['HEXPIRE h 10 FIELD 1 a', missing],
      ['HEXPIRE h 10 FIELDS 0 a', '-ERR Parameter `numFields` should be greater than 0'],
      ['HEXPIRE h 10 FIELDS x a', '-ERR Parameter `numFields` should be greater than 0'],
      ['HEXPIRE h 10 FIELDS 2 a', mismatch],
      ['HEXPIRE h 10 FIELDS 1 a b', mismatch],
      ['HTTL h FIELDS 0 a', '-ERR Number of fields must be a positive integer'],
      ['HPERSIST h FIELDS 2 a', mismatch],
      ['HGETDEL h FIELDS x a', '-ERR Number of fields must be a positive integer'],
      ['HGETEX h EX 10 PERSIST FIELDS 1 a', missing],
      ['HSETEX h FNX FXX FIELDS 1 a 1', '-ERR Only one of FXX or FNX arguments can be specified'],
      [
        'HSETEX h EX 10 KEEPTTL FIELDS 1 a 1',
        '-ERR Only one of EX, PX, EXAT, PXAT or KEEPTTL arguments can be specified',
      ],
      ['HSETEX h NX FIELDS 1 a 1', '-ERR unknown argument: NX'],
      ['HSETEX h FIELDS 0 a 1', '-ERR invalid number of fields'],
      ['HSETEX h FIELDS 2 a 1', '-ERR wrong number of arguments'],
      ['HGETALL h', '*2 $1 a $1 1'],
      ['HTTL h FIELDS 1 a', '*1 :-1'],
    ]);
  });
});
