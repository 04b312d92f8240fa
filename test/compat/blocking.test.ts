import { compatSuite } from './compat.js';

const { transcript } = compatSuite();

transcript('A blocking pop does not wait for what is there', [
  'RPUSH a 1 2 3',
  'RPUSH b 4',
  'BLPOP a b 0',
  'BRPOP a b 0',
  'BLPOP missing b a 0.1',
  'BLPOP a 1',
  'EXISTS a b',
  'RPUSH a 1 2 3 4 5',
  'BLMPOP 0 2 b a LEFT',
  'BLMPOP 0 2 b a RIGHT COUNT 3',
  'BLMOVE a b LEFT RIGHT 0',
  'BRPOPLPUSH b a 0',
  'LRANGE a 0 -1',
  'SET s 1',
  'BLPOP s 0',
  'BLPOP missing s a 0',
  'BLPOP a s 0',
  'BLMPOP 0 1 s LEFT',
  'BLMOVE s a LEFT LEFT 0',
  'RPUSH a 1',
  'BLMOVE a s LEFT LEFT 0',
  'BRPOPLPUSH a s 0',
]);

transcript('Arguments of blocking commands are checked', [
  'BLPOP a x',
  'BLPOP a -1',
  'BLPOP a nan',
  'BLPOP a -inf',
  'BLPOP a ""',
  'BLPOP a " 1"',
  'BLPOP a',
  'BRPOP',
  'BRPOP a y',
  'BLMOVE a b LEFT UP 0',
  'BLMOVE a b UP LEFT x',
  'BLMOVE a b LEFT RIGHT x',
  'BLMOVE a b LEFT RIGHT -1',
  'BLMOVE a b LEFT RIGHT',
  'BRPOPLPUSH a b x',
  'BRPOPLPUSH a b -1',
  'BRPOPLPUSH a b',
  'BLMPOP x 1 a LEFT',
  'BLMPOP -1 1 a LEFT',
  'BLMPOP 1 0 a LEFT',
  'BLMPOP 1 2 a LEFT',
  'BLMPOP 1 1 a UP',
  'BLMPOP 1 1 a LEFT COUNT 0',
  'BLMPOP 1 1 a LEFT COUNT 1 COUNT 1',
  'BLMPOP 1 1 a',
]);

transcript('The time runs out', [
  'BLPOP a 0.01',
  'BRPOP a b 0.01',
  'BLMOVE a b LEFT RIGHT 0.01',
  'BRPOPLPUSH a b 0.01',
  'BLMPOP 0.01 1 a LEFT',
  'BLPOP a 0.0001',
  'BLPOP a 1e-3',
  'BLPOP a 0x0.01',
]);

transcript('A push wakes the client that waits', [
  '[2 blocks] BLPOP a b 0',
  'RPUSH b 1 2',
  '[2 read]',
  'LRANGE b 0 -1',
  '[2 blocks] BRPOP a 0',
  'LPUSH a x y z',
  '[2 read]',
  'LRANGE a 0 -1',
  'DEL a',
  '[2 blocks] BLMPOP 0 2 c a LEFT COUNT 2',
  'RPUSH a x y z',
  '[2 read]',
  'LRANGE a 0 -1',
  '[2] PING',
]);

transcript('Clients are served in the order in which they came', [
  '[2 blocks] BLPOP a 0',
  '[3 blocks] BLPOP a 0',
  '[4 blocks] BRPOP b a 0',
  'RPUSH a 1',
  '[2 read]',
  '[2 blocks] BLPOP a 0',
  'RPUSH a 2 3 4 5',
  '[3 read]',
  '[4 read]',
  '[2 read]',
  'LRANGE a 0 -1',
]);

transcript('A moved element wakes who waits for its destination', [
  '[2 blocks] BLMOVE a b LEFT RIGHT 0',
  '[3 blocks] BRPOPLPUSH b c 0',
  '[4 blocks] BLPOP c 0',
  'RPUSH a 1',
  '[2 read]',
  '[3 read]',
  '[4 read]',
  'EXISTS a b c',
  '[2 blocks] BRPOPLPUSH a a 0',
  'RPUSH a x y',
  '[2 read]',
  'LRANGE a 0 -1',
]);

transcript('A destination of the wrong type fails the move and leaves the element', [
  'SET s 1',
  '[2 blocks] BLMOVE a s LEFT RIGHT 0',
  '[3 blocks] BRPOPLPUSH a s 0',
  '[4 blocks] BLPOP a 0',
  'RPUSH a 1',
  '[2 read]',
  '[3 read]',
  '[4 read]',
  'EXISTS a',
]);

transcript('Another type at the key leaves the client waiting', [
  '[2 blocks] BLPOP a 0',
  'SET a 1',
  'DEL a',
  'RPUSH a 1',
  '[2 read]',
]);

transcript('A transaction is seen as a whole', [
  '[2 blocks] BLPOP a 0',
  'MULTI',
  'LPUSH a 1',
  'DEL a',
  'EXEC',
  'MULTI',
  'RPUSH a 1 2',
  'LPOP a',
  'RPUSH a 3',
  'EXEC',
  '[2 read]',
  'LRANGE a 0 -1',
  'DEL a',
  '[2 blocks] BLPOP x y 0',
  'MULTI',
  'RPUSH y 1',
  'RPUSH x 2',
  'EXEC',
  '[2 read]',
]);

transcript('Inside a transaction nothing waits', [
  'MULTI',
  'BLPOP a 0',
  'BRPOP a b 0',
  'BLMOVE a b LEFT RIGHT 0',
  'BRPOPLPUSH a b 0',
  'BLMPOP 0 1 a LEFT',
  'RPUSH a 1 2',
  'BLPOP a 0',
  'BLMOVE a b LEFT RIGHT 0',
  'EXEC',
  'EXISTS a b',
]);

transcript('A renamed, copied or moved list serves as a pushed one', [
  '[2 blocks] BLPOP a 0',
  'RPUSH other 1 2',
  'RENAME other a',
  '[2 read]',
  '[2 blocks] BLPOP b 0',
  'COPY a b',
  '[2 read]',
  'DEL a b',
  '[2 blocks] BLPOP c 0',
  'SELECT 1',
  'RPUSH c moved',
  'MOVE c 0',
  '[2 read]',
  'DEL c',
  'RPUSH d swapped',
  '[2 blocks] BLPOP d 0',
  'SWAPDB 0 1',
  '[2 read]',
  'FLUSHALL',
]);

transcript('Databases do not share their waiting clients', [
  '[2] SELECT 1',
  '[2 blocks] BLPOP a 0',
  '[3 blocks] BLPOP a 0',
  'RPUSH a zero',
  '[3 read]',
  'SELECT 1',
  'RPUSH a one',
  '[2 read]',
]);

transcript('The same key given twice counts once', [
  '[2 blocks] BLPOP a a 0',
  'RPUSH a 1 2',
  '[2 read]',
  'LRANGE a 0 -1',
]);

transcript('WATCH sees an element that a waiting client took', [
  '[2 blocks] BLPOP a 0',
  'WATCH a',
  'RPUSH a 1',
  '[2 read]',
  'MULTI',
  'PING',
  'EXEC',
]);
