import { compatSuite } from './compat.js';

const { transcript } = compatSuite();

transcript('MIGRATE refuses what it does not understand, before it looks for the keys', [
  'MIGRATE 127.0.0.1 1 k 0',
  'MIGRATE 127.0.0.1 1 k 0 x',
  'MIGRATE 127.0.0.1 1 k x 100',
  'MIGRATE 127.0.0.1 1 k x y',
  'MIGRATE 127.0.0.1 1 k 0 1.5',
  'MIGRATE 127.0.0.1 1 k 0 100 COPIES',
  'MIGRATE 127.0.0.1 1 k 0 100 COPY REPLACE x',
  'MIGRATE 127.0.0.1 1 k 0 100 AUTH',
  'MIGRATE 127.0.0.1 1 k 0 100 AUTH2 user',
  'MIGRATE 127.0.0.1 1 k 0 100 KEYS a b',
  'MIGRATE 127.0.0.1 1 k x 100 KEYS a b',
  'MIGRATE 127.0.0.1 1 "" x 100 COPY KEYS a b',
]);

transcript('MIGRATE of keys that do not exist is NOKEY, wherever to', [
  'MIGRATE 127.0.0.1 1 k 0 100',
  'MIGRATE nowhere x k 0 100',
  'MIGRATE 127.0.0.1 1 "" 0 100',
  'MIGRATE 127.0.0.1 1 "" 0 100 KEYS',
  'MIGRATE 127.0.0.1 1 "" 0 100 KEYS a b',
  'MIGRATE 127.0.0.1 1 "" 0 100 auth keys copy Replace keys a b',
  'MIGRATE 127.0.0.1 1 k 99 -5 AUTH2 u p REPLACE',
  'SET k v PX 1',
  'MULTI',
  'MIGRATE 127.0.0.1 1 none 0 100',
  'EXEC',
]);

transcript('MIGRATE to where nobody listens keeps the key', [
  'SET k v',
  'MIGRATE 127.0.0.1 1 k 0 1000',
  'MIGRATE 127.0.0.1 1 k 99 0 COPY REPLACE AUTH x',
  'MIGRATE 127.0.0.1 1 "" 0 1000 KEYS none k',
  'MIGRATE no.such.host.invalid 6379 k 0 2000',
  'MIGRATE "" 6379 none 0 100',
  'GET k',
]);

transcript('The keys of MIGRATE are found', [
  'COMMAND GETKEYS MIGRATE h 1 a 0 10',
  'COMMAND GETKEYS MIGRATE h 1 "" 0 10',
  'COMMAND GETKEYS MIGRATE h 1 "" 0 10 COPY KEYS a b',
  'COMMAND GETKEYS MIGRATE h 1 "" 0 10 AUTH keys KEYS a b',
  'COMMAND GETKEYS MIGRATE h 1 "" 0 10 AUTH2 keys keys KEYS a b',
  'COMMAND GETKEYS MIGRATE h 1 x 0 10 KEYS a b',
  'COMMAND GETKEYS MIGRATE h 1 "" 0 10 KEYS',
  'COMMAND GETKEYSANDFLAGS MIGRATE h 1 a 0 10',
  'COMMAND GETKEYSANDFLAGS MIGRATE h 1 "" 0 10 KEYS a b',
]);
