import { compatSuite } from './compat.js';

const { transcript } = compatSuite();

transcript('CONFIG SET changes all or nothing, and says why not', [
  'CONFIG SET maxmemory 10mb maxmemory-samples 7',
  'CONFIG GET maxmemory maxmemory-samples',
  'CONFIG SET maxmemory 1 maxmemory-samples x',
  'CONFIG GET maxmemory',
  'CONFIG SET maxmemory 0 maxmemory-samples 5',
  'CONFIG SET foo 1',
  'CONFIG SET hz a foo 1',
  'CONFIG SET hz 10 hz 11',
  'CONFIG SET hz',
  'CONFIG SET hz 1 2',
  'CONFIG SET daemonize yes',
  'CONFIG SET dir /tmp',
  'CONFIG SET maxmemory-policy foo',
  'CONFIG SET appendfsync foo',
  'CONFIG SET activerehashing foo',
  'CONFIG SET timeout -1',
  'CONFIG SET proto-max-bulk-len 1',
  'CONFIG SET maxmemory-clients 101%',
  'CONFIG SET save "1 x"',
  'CONFIG SET client-output-buffer-limit "normal 1 2"',
  'CONFIG SET client-output-buffer-limit "foo 1 2 3"',
  'CONFIG SET notify-keyspace-events q',
  'CONFIG SET notify-keyspace-events KEA',
  'CONFIG GET notify-keyspace-events',
  'CONFIG SET notify-keyspace-events ""',
  'CONFIG GET',
  'CONFIG',
  'CONFIG foo',
]);

transcript('DEBUG PROTOCOL sends every type', [
  'DEBUG foo',
  ...[
    'string',
    'integer',
    'double',
    'bignum',
    'null',
    'array',
    'set',
    'map',
    'verbatim',
    'true',
    'false',
    'foo',
  ].map((type) => `DEBUG PROTOCOL ${type}`),
]);

transcript('SLOWLOG, LATENCY, MEMORY and ROLE', [
  'SLOWLOG GET x',
  'SLOWLOG GET -2',
  'SLOWLOG RESET',
  'SLOWLOG foo',
  'LATENCY HISTORY nothing',
  'LATENCY RESET',
  'LATENCY GRAPH nothing',
  'MEMORY USAGE missing',
  'MEMORY USAGE k SAMPLES x',
  'MEMORY PURGE',
  'ROLE',
  'SHUTDOWN foo',
  'SHUTDOWN ABORT',
]);

transcript('COMMAND tells keys and errors', [
  'COMMAND GETKEYS GET',
  'COMMAND GETKEYS GET a',
  'COMMAND GETKEYS foo a',
  'COMMAND GETKEYS PING a',
  'COMMAND GETKEYS MSET a 1 b 2',
  'COMMAND GETKEYS ZUNIONSTORE d 2 a b',
  'COMMAND GETKEYSANDFLAGS SET k v',
  'COMMAND GETKEYSANDFLAGS SET k v GET',
  'COMMAND INFO get mget lmove',
  'COMMAND INFO nothing',
  'COMMAND LIST foo',
  'COMMAND LIST FILTERBY ACLCAT nothing',
  'COMMAND foo',
]);
