import { compatSuite } from './compat.js';

const { transcript } = compatSuite();

transcript('DEL, UNLINK, EXISTS and TOUCH count keys', [
  'SET a 1',
  'SET b 2',
  'EXISTS a b a c',
  'TOUCH a b c',
  'DBSIZE',
  'DEL a a c',
  'UNLINK a b',
  'DBSIZE',
  'DEL',
  'EXISTS',
]);

transcript('TYPE tells the type, none for a missing key', ['SET a 1', 'TYPE a', 'TYPE b', 'TYPE']);

transcript('KEYS lists what matches', [
  'SET one 1',
  'SET two 2',
  'SET three 3',
  '[unordered] KEYS *',
  '[unordered] KEYS t*',
  'KEYS ?n[d-f]',
  'KEYS [^t]*',
  'KEYS nothing',
  'RANDOMKEY extra',
]);

transcript('FLUSHALL and FLUSHDB empty databases', [
  'SET a 1',
  'SELECT 1',
  'SET b 1',
  'FLUSHDB ASYNC',
  'DBSIZE',
  'SELECT 0',
  'DBSIZE',
  'FLUSHALL sync',
  'DBSIZE',
  'FLUSHALL NOW',
  'FLUSHDB SYNC ASYNC',
  'RANDOMKEY',
]);

transcript('SELECT refuses what is no database', [
  'SELECT 15',
  'SELECT 16',
  'SELECT -1',
  'SELECT x',
  'SELECT 99999999999',
  'SELECT',
]);

transcript('OBJECT ENCODING names what Redis would have chosen', [
  'SET int 12',
  'SET max 9223372036854775807',
  'SET over 9223372036854775808',
  'SET short abc',
  'SET embstr 12345678901234567890123456789012345678901234',
  'SET raw 123456789012345678901234567890123456789012345',
  'OBJECT ENCODING int',
  'OBJECT ENCODING max',
  'OBJECT ENCODING over',
  'OBJECT ENCODING short',
  'OBJECT ENCODING embstr',
  'OBJECT ENCODING raw',
  'OBJECT ENCODING missing',
  'OBJECT REFCOUNT int',
  'OBJECT REFCOUNT short',
  'OBJECT IDLETIME int',
  'OBJECT FREQ int',
  'OBJECT',
  'OBJECT ENCODING',
  'OBJECT nothing int',
]);
