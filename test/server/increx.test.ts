import { describe, expect, test } from '@jest/globals';
import { replySuite } from './reply-suite.js';

const { call, run, transcript } = replySuite();

const SYNTAX = '-ERR syntax error';
const MAX = '9223372036854775807';
const MIN = '-9223372036854775808';

describe('INCREX with integers:', () => {
  transcript('it adds one, or what BYINT says, and replies with the sum and what was added', [
    ['INCREX n', '*2 :1 :1'],
    ['INCREX n', '*2 :2 :1'],
    ['INCREX n BYINT 40', '*2 :42 :40'],
    ['increx n byint -50', '*2 :-8 :-50'],
    ['INCREX n BYINT 0', '*2 :-8 :0'],
    ['GET n', '$2 -8'],
    ['OBJECT ENCODING n', '$3 int'],
  ]);

  transcript('beyond a bound nothing is done, or with SATURATE what leads to it', [
    ['SET n 10', '+OK'],
    ['INCREX n BYINT 10 UBOUND 15', '*2 :10 :0'],
    ['INCREX n BYINT -10 LBOUND 5', '*2 :10 :0'],
    ['INCREX n BYINT 5 UBOUND 15', '*2 :15 :5'],
    ['INCREX n BYINT 10 UBOUND 20 SATURATE', '*2 :20 :5'],
    ['INCREX n SATURATE LBOUND 0 BYINT -100 UBOUND 30', '*2 :0 :-20'],
    ['SET n 50', '+OK'],
    ['INCREX n UBOUND 30', '*2 :50 :0'],
    ['INCREX n BYINT -25 UBOUND 30', '*2 :25 :-25'],
    ['SET n 50', '+OK'],
    ['INCREX n UBOUND 30 SATURATE', '*2 :30 :-20'],
    ['INCREX none LBOUND 10', '*2 :0 :0'],
    ['EXISTS none', ':0'],
    ['INCREX none LBOUND 10 SATURATE', '*2 :10 :10'],
  ]);

  transcript('64 bits are bounds too', [
    ['SET n 9223372036854775800', '+OK'],
    ['INCREX n BYINT 9223372036854775800', '*2 :9223372036854775800 :0'],
    ['INCREX n BYINT 9223372036854775800 SATURATE', `*2 :${MAX} :7`],
    ['GET n', `$19 ${MAX}`],
    [`INCREX n UBOUND ${MIN} SATURATE`, '-ERR applied increment would overflow'],
    ['GET n', `$19 ${MAX}`],
    ['SET n -9223372036854775800', '+OK'],
    ['INCREX n BYINT -9223372036854775800 SATURATE', `*2 :${MIN} :-8`],
  ]);
});

describe('INCREX with floats:', () => {
  transcript('BYFLOAT adds as INCRBYFLOAT does', [
    ['SET n 1.5', '+OK'],
    ['INCREX n BYFLOAT 0.25', '*2 $4 1.75 $4 0.25'],
    ['INCREX n BYFLOAT 3.1', '*2 $4 4.85 $3 3.1'],
    ['INCREX n BYFLOAT 100 UBOUND 42.5', '*2 $4 4.85 $1 0'],
    ['INCREX n BYFLOAT 100 UBOUND 42.5 SATURATE', '*2 $4 42.5 $5 37.65'],
    ['INCREX n BYFLOAT -100 LBOUND -5.5 SATURATE', '*2 $4 -5.5 $3 -48'],
    ['INCREX n BYFLOAT 1 LBOUND -inf UBOUND +inf', '*2 $4 -4.5 $1 1'],
    ['OBJECT ENCODING n', '$6 embstr'],
    ['INCREX n', '-ERR value is not an integer or out of range'],
  ]);

  test('in RESP3 they are doubles', async () => {
    await call('HELLO', '3');
    expect(await run('INCREX c BYFLOAT 1.5')).toBe('*2 ,1.5 ,1.5');
    await call('HELLO', '2');
  });

  transcript('infinities are refused', [
    ['SET n 0', '+OK'],
    ['INCREX n BYFLOAT +inf', '-ERR BYFLOAT increment cannot be Infinity'],
    ['INCREX n BYFLOAT -inf', '-ERR BYFLOAT increment cannot be Infinity'],
    ['INCREX n BYFLOAT nan', '-ERR Increment is not a valid float'],
    ['SET n inf', '+OK'],
    ['INCREX n BYFLOAT 1', '-ERR value cannot be Infinity'],
  ]);
});

describe('INCREX and expiry:', () => {
  transcript('a TTL is kept, set, set once, removed; a time that has passed removes the key', [
    ['SET n 1 EX 1000', '+OK'],
    ['INCREX n', '*2 :2 :1'],
    ['TTL n', ':1000'],
    ['INCREX n EX 50', '*2 :3 :1'],
    ['TTL n', ':50'],
    ['INCREX n PX 70000 ENX', '*2 :4 :1'],
    ['TTL n', ':50'],
    ['INCREX n EXAT 1 ENX', '*2 :5 :1'],
    ['INCREX n PERSIST', '*2 :6 :1'],
    ['TTL n', ':-1'],
    ['INCREX n ENX PXAT 4000000000000', '*2 :7 :1'],
    ['PEXPIRETIME n', ':4000000000000'],
    ['INCREX n UBOUND 7 EX 10', '*2 :7 :0'],
    ['PEXPIRETIME n', ':4000000000000'],
    ['INCREX n EXAT 1', '*2 :8 :1'],
    ['EXISTS n', ':0'],
    ['INCREX n PXAT 1', '*2 :1 :1'],
    ['EXISTS n', ':0'],
  ]);
});

describe('INCREX and bad arguments:', () => {
  transcript('each has its error, and nothing is changed', [
    ['INCREX', "-ERR wrong number of arguments for 'increx' command"],
    ['INCREX n FOO', SYNTAX],
    ['INCREX n BYINT', SYNTAX],
    ['INCREX n BYINT 1 BYFLOAT 1.5', SYNTAX],
    ['INCREX n BYINT 1 BYINT 2', SYNTAX],
    ['INCREX n SATURATE SATURATE', SYNTAX],
    ['INCREX n LBOUND 0 LBOUND 1', SYNTAX],
    ['INCREX n EX 10 PX 10', SYNTAX],
    ['INCREX n EX 10 EX 10', SYNTAX],
    ['INCREX n EX 10 PERSIST', SYNTAX],
    ['INCREX n PERSIST ENX', SYNTAX],
    ['INCREX n ENX', '-ERR ENX flag requires an expiration'],
    ['INCREX n BYINT 1.5', '-ERR Increment is not an integer or out of range'],
    ['INCREX n BYFLOAT abc', '-ERR Increment is not a valid float'],
    ['INCREX n UBOUND abc', '-ERR UBOUND is not an integer or out of range'],
    ['INCREX n LBOUND 10 UBOUND 5', "-ERR LBOUND can't be greater than UBOUND"],
    ['INCREX n BYFLOAT 1 LBOUND 1.5 UBOUND 1.25', "-ERR LBOUND can't be greater than UBOUND"],
    ['INCREX n EX 0', "-ERR invalid expire time in 'increx' command"],
    ['INCREX n EX x', '-ERR value is not an integer or out of range'],
    ['EXISTS n', ':0'],
    ['RPUSH l a', ':1'],
    ['INCREX l', '-WRONGTYPE Operation against a key holding the wrong kind of value'],
    ['SET s hello', '+OK'],
    ['INCREX s', '-ERR value is not an integer or out of range'],
    ['INCREX s BYFLOAT 1', '-ERR value is not a valid float'],
  ]);
});
