import { compatSuite } from './compat.js';

const { transcript } = compatSuite();
const withoutIds = (reply: string): string => reply.replace(/:\d+/g, ':n');

transcript('HELLO and AUTH answer as Redis does', [
  { line: 'HELLO', normalize: withoutIds },
  'HELLO 4',
  'HELLO x',
  'HELLO 2 foo',
  'HELLO 2 SETNAME',
  ['HELLO', '2', 'SETNAME', 'a b'],
  'HELLO 2 AUTH default',
  'AUTH x',
  'AUTH x y z',
  'AUTH default x',
  'AUTH bob x',
]);

transcript('CLIENT names, kills and refuses as Redis does', [
  'CLIENT GETNAME',
  'CLIENT SETNAME me',
  'CLIENT GETNAME',
  ['CLIENT', 'SETNAME', 'a b'],
  'CLIENT LIST TYPE foo',
  'CLIENT LIST ID',
  'CLIENT LIST ID x',
  'CLIENT LIST foo',
  'CLIENT KILL 1.1.1.1:1',
  'CLIENT KILL ID x',
  'CLIENT KILL ID 0',
  'CLIENT KILL foo bar',
  'CLIENT KILL TYPE x',
  'CLIENT KILL SKIPME maybe',
  'CLIENT KILL USER nobody',
  'CLIENT REPLY foo',
  'CLIENT UNBLOCK x',
  'CLIENT UNBLOCK 99999',
  'CLIENT UNBLOCK 99999 foo',
  'CLIENT NO-EVICT on',
  'CLIENT NO-EVICT x',
  'CLIENT PAUSE x',
  'CLIENT PAUSE -1',
  'CLIENT PAUSE 1 foo',
  'CLIENT UNPAUSE',
  'CLIENT foo',
  'CLIENT',
]);

transcript('CLIENT TRACKING checks its options', [
  'CLIENT GETREDIR',
  'CLIENT TRACKINGINFO',
  'CLIENT TRACKING foo',
  'CLIENT TRACKING on',
  'CLIENT TRACKINGINFO',
  'CLIENT CACHING yes',
  'CLIENT TRACKING on REDIRECT 99999',
  'CLIENT TRACKING on BCAST',
  'CLIENT TRACKING off',
  'CLIENT TRACKING on PREFIX a',
  'CLIENT TRACKING on OPTIN OPTOUT',
  'CLIENT TRACKING on OPTIN',
  'CLIENT CACHING maybe',
  'CLIENT CACHING no',
  'CLIENT CACHING yes',
  'CLIENT TRACKING on OPTOUT',
  'CLIENT TRACKING off',
  'CLIENT TRACKING on BCAST PREFIX a PREFIX ab',
  'CLIENT TRACKING on BCAST PREFIX b PREFIX c',
  'CLIENT TRACKING on BCAST PREFIX bb',
  'CLIENT TRACKING on',
  'CLIENT TRACKING off',
]);

transcript('A client that tracks keys is told of their changes after its reply', [
  '[resp3] CLIENT TRACKING on',
  '[resp3] MGET a b',
  '[resp3 2] SET a 1',
  '[resp3 push] ',
  '[resp3] MSET a 2 b 2',
  '[resp3 push] ',
  '[resp3] CLIENT TRACKING off',
]);

transcript('RESET, ECHO and QUIT', ['SELECT 3', 'MULTI', 'RESET', 'ECHO hi', 'ECHO', 'QUIT']);
