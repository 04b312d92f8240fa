import { describe } from '@jest/globals';
import { replySuite } from './reply-suite.js';

const { transcript } = replySuite();

const WRONGTYPE = '-WRONGTYPE Operation against a key holding the wrong kind of value';
const SYNTAX = '-ERR syntax error';
const NO_DIGEST = '-ERR must be exactly 16 hexadecimal characters';
/** XXH3 of `hello` and of the empty string. */
const HELLO = '9555e8555c62dcfd';
const EMPTY = '2d06800538d394c2';

describe('DIGEST:', () => {
  transcript('it is XXH3, 16 digits with leading zeros', [
    ['SET k hello', '+OK'],
    ['DIGEST k', `$16 ${HELLO}`],
    ['SET k ""', '+OK'],
    ['DIGEST k', `$16 ${EMPTY}`],
    [
      'SET k v8lf0c11xh8ymlqztfd3eeq16kfn4sspw7fqmnuuq3k3t75em5wdizgcdw7uc26nnf961u2jkfzkjytls2kwlj7626sd',
      '+OK',
    ],
    ['DIGEST k', '$16 00006c38adf31777'],
    ['SET k 12345', '+OK'],
    ['DIGEST k', '$16 f34099ede96b5581'],
    ['DIGEST missing', '$-1'],
    ['RPUSH l a', ':1'],
    ['DIGEST l', WRONGTYPE],
    ['DIGEST', "-ERR wrong number of arguments for 'digest' command"],
    ['DIGEST k l', "-ERR wrong number of arguments for 'digest' command"],
  ]);
});

describe('SET under a comparison:', () => {
  transcript('IFEQ and IFDEQ want that string, IFNE and IFDNE another one or none', [
    ['SET k hello', '+OK'],
    ['SET k a IFEQ other', '$-1'],
    ['SET k a IFNE hello', '$-1'],
    ['SET k a IFDEQ 0000000000000000', '$-1'],
    [`SET k a IFDNE ${HELLO}`, '$-1'],
    ['GET k', '$5 hello'],
    ['SET k one ifeq hello', '+OK'],
    ['SET k hello IFNE hello', '+OK'],
    [`SET k two IFDEQ ${HELLO.toUpperCase()}`, '+OK'],
    [`SET k three IFDNE ${HELLO}`, '+OK'],
    ['GET k', '$5 three'],
    ['SET k "" IFEQ three', '+OK'],
    ['SET k x IFNE ""', '$-1'],
    ['SET k x IFEQ ""', '+OK'],
  ]);

  transcript('a key that is not there equals nothing', [
    ['SET k v IFEQ v', '$-1'],
    ['SET k v IFDEQ nonsense', '$-1'],
    ['EXISTS k', ':0'],
    ['SET k v IFNE v', '+OK'],
    ['SET other v IFDNE nonsense', '+OK'],
  ]);

  transcript('GET replies with the old string whether or not it was replaced', [
    ['SET k hello', '+OK'],
    ['SET k world IFEQ nothing GET', '$5 hello'],
    ['SET k world GET IFEQ hello', '$5 hello'],
    ['GET k', '$5 world'],
    ['SET missing v IFEQ v GET', '$-1'],
    ['EXISTS missing', ':0'],
    ['SET missing v IFNE v GET', '$-1'],
    ['EXISTS missing', ':1'],
  ]);

  transcript('expiry goes with it', [
    ['SET k hello PX 100000', '+OK'],
    ['SET k v IFEQ nothing', '$-1'],
    ['TTL k', ':100'],
    ['SET k v IFEQ hello KEEPTTL', '+OK'],
    ['TTL k', ':100'],
    ['SET k w IFNE x EX 50', '+OK'],
    ['TTL k', ':50'],
    ['SET k w IFEQ w', '+OK'],
    ['TTL k', ':-1'],
  ]);

  transcript('what is wrong is refused, and nothing changed', [
    ['SET k hello', '+OK'],
    ['SET k v IFEQ', SYNTAX],
    ['SET k v IFEQ hello NX', SYNTAX],
    ['SET k v XX IFEQ hello', SYNTAX],
    ['SET k v IFEQ hello IFNE x', SYNTAX],
    ['SET k v IFDEQ 123', NO_DIGEST],
    ['SET k v IFDNE ""', NO_DIGEST],
    [`SET k v IFDNE 0${HELLO}`, NO_DIGEST],
    ['SET k v GET IFDEQ xyzxyzxyzxyzxyzx', NO_DIGEST],
    ['SET k v IFEQ hello EX 0', "-ERR invalid expire time in 'set' command"],
    ['GET k', '$5 hello'],
    ['SADD s m', ':1'],
    ['SET s v IFEQ m', WRONGTYPE],
    ['SET s v IFDNE nonsense', WRONGTYPE],
    ['GETEX k IFEQ hello', SYNTAX],
    ['TYPE s', '+set'],
  ]);
});

describe('DELEX:', () => {
  transcript('each condition', [
    ['SET k hello', '+OK'],
    ['DELEX k IFEQ other', ':0'],
    ['DELEX k IFNE hello', ':0'],
    ['DELEX k IFDEQ 0000000000000000', ':0'],
    [`DELEX k IFDNE ${HELLO}`, ':0'],
    ['DELEX k ifeq hello', ':1'],
    ['DELEX k IFNE hello', ':0'],
    ['SET k hello', '+OK'],
    [`DELEX k IFDEQ ${HELLO.toUpperCase()}`, ':1'],
    ['SET k hello', '+OK'],
    ['DELEX k IFDNE 0000000000000000', ':1'],
    ['SET k hello', '+OK'],
    ['DELEX k IFNE other', ':1'],
    ['DBSIZE', ':0'],
  ]);

  transcript('without a condition it removes a key of any type', [
    ['RPUSH l a', ':1'],
    ['DELEX l', ':1'],
    ['DELEX l', ':0'],
  ]);

  transcript('what is wrong is refused', [
    ['SET k hello', '+OK'],
    ['RPUSH l a', ':1'],
    ['DELEX k IFEQ', "-ERR wrong number of arguments for 'delex' command"],
    ['DELEX k IFEQ a b', "-ERR wrong number of arguments for 'delex' command"],
    ['DELEX k EQ hello', '-ERR Invalid condition. Use IFEQ, IFNE, IFDEQ, or IFDNE'],
    ['DELEX k IFDEQ 123', NO_DIGEST],
    ['DELEX l IFEQ a', '-ERR Key should be of string type if conditions are specified'],
    ['DBSIZE', ':2'],
  ]);
});

describe('MSETEX:', () => {
  transcript('sets all keys, with one expiry', [
    ['MSETEX 2 a 1 b 2', ':1'],
    ['MGET a b', '*2 $1 1 $1 2'],
    ['TTL a', ':-1'],
    ['MSETEX 2 a 3 b 4 EX 100', ':1'],
    ['TTL a', ':100'],
    ['MSETEX 1 b 5 PX 50000', ':1'],
    ['TTL b', ':50'],
    ['MSETEX 2 a 6 b 7 keepttl', ':1'],
    ['TTL a', ':100'],
    ['TTL b', ':50'],
    ['MSETEX 1 a 8 PXAT 33177117420000', ':1'],
    ['PEXPIRETIME a', ':33177117420000'],
    ['MSETEX 1 a 8 EXAT 33177117420', ':1'],
    ['PEXPIRETIME a', ':33177117420000'],
    ['MSETEX 2 a 9 a 10', ':1'],
    ['GET a', '$2 10'],
    ['TTL a', ':-1'],
  ]);

  transcript('NX and XX are for all keys or none', [
    ['SET a 1', '+OK'],
    ['MSETEX 2 a 2 b 2 NX', ':0'],
    ['MSETEX 2 a 2 b 2 XX EX 10', ':0'],
    ['EXISTS b', ':0'],
    ['MSETEX 2 b 2 c 2 EX 10 NX', ':1'],
    ['MSETEX 2 a 3 b 3 XX', ':1'],
    ['MGET a b c', '*3 $1 3 $1 3 $1 2'],
  ]);

  transcript('a key of another type is replaced', [
    ['RPUSH l a', ':1'],
    ['MSETEX 1 l v', ':1'],
    ['GET l', '$1 v'],
  ]);

  transcript('what is wrong is refused, and nothing set', [
    ['MSETEX 1 a', "-ERR wrong number of arguments for 'msetex' command"],
    ['MSETEX a 1 EX 10', '-ERR invalid numkeys value'],
    ['MSETEX 0 a 1', '-ERR invalid numkeys value'],
    ['MSETEX -1 a 1', '-ERR invalid numkeys value'],
    ['MSETEX 2147483648 a 1', '-ERR invalid numkeys value'],
    ['MSETEX 2147483647 a 1', '-ERR wrong number of key-value pairs'],
    ['MSETEX 2 a 1 b', '-ERR wrong number of key-value pairs'],
    ['MSETEX 1 a 1 nonsense', SYNTAX],
    ['MSETEX 1 a 1 GET', SYNTAX],
    ['MSETEX 1 a 1 IFEQ 1', SYNTAX],
    ['MSETEX 1 a 1 NX XX', SYNTAX],
    ['MSETEX 1 a 1 EX 10 PX 10', SYNTAX],
    ['MSETEX 1 a 1 KEEPTTL EX 10', SYNTAX],
    ['MSETEX 1 a 1 EX', SYNTAX],
    ['MSETEX 1 a 1 EX 0', "-ERR invalid expire time in 'msetex' command"],
    ['MSETEX 1 a 1 EX x', '-ERR value is not an integer or out of range'],
    ['DBSIZE', ':0'],
  ]);

  transcript('COMMAND finds its keys', [
    ['COMMAND GETKEYS MSETEX 2 a 1 b 2 NX', '*2 $1 a $1 b'],
    ['COMMAND GETKEYSANDFLAGS SET a 1 IFEQ 2', '*1 *2 $1 a *3 +RW +access +update'],
    ['COMMAND GETKEYS DELEX a IFEQ 2', '*1 $1 a'],
    ['COMMAND GETKEYS DIGEST a', '*1 $1 a'],
  ]);
});
