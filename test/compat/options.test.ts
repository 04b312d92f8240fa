/**
 * Options in every combination that tells something, for commands that come in families: so that no option which
 * COMMAND DOCS names is without a transcript.
 */
import { compatSuite, type Line } from './compat.js';

const { transcript } = compatSuite();

// Expiry

const TIMES: Readonly<Record<string, readonly [early: string, late: string]>> = {
  EXPIRE: ['100', '200'],
  PEXPIRE: ['100000', '200000'],
  EXPIREAT: ['4000000000', '4000000100'],
  PEXPIREAT: ['4000000000000', '4000000100000'],
};

for (const [command, [early, late]] of Object.entries(TIMES)) {
  transcript(
    `${command} under NX, XX, GT and LT, alone and together`,
    [
      'NX',
      'XX',
      'GT',
      'LT',
      'nx',
      'XX GT',
      'XX LT',
      'LT XX',
      'NX GT',
      'NX XX',
      'GT LT',
      'NX LT',
      'GT GT',
    ].flatMap((option): Line[] => [
      'SET k v',
      `${command} k ${early} ${option}`,
      'TTL k',
      `${command} k ${early}`,
      `${command} k ${late} ${option}`,
      'TTL k',
      `${command} k ${late}`,
      `${command} k ${early} ${option}`,
      'TTL k',
      `${command} none ${early} ${option}`,
    ]),
  );
}

// Geo

const PLACES = [
  'GEOADD g 13.361389 38.115556 Palermo 15.087269 37.502669 Catania 13.583333 37.316667 Agrigento',
  'GEOADD g 12.758489 38.788135 edge1 17.241510 38.788135 edge2',
];
const AREAS = {
  GEORADIUS: 'g 15 37',
  GEORADIUS_RO: 'g 15 37',
  GEORADIUSBYMEMBER: 'g Agrigento',
  GEORADIUSBYMEMBER_RO: 'g Agrigento',
};
const UNITS = ['200000 m', '200 km', '500000 ft', '100 mi', '200 KM', '200 yd'];
const SHOWN = ['WITHCOORD', 'WITHDIST', 'WITHHASH', 'WITHHASH WITHDIST WITHCOORD'];
const ORDERED = ['ASC', 'DESC', 'COUNT 1 ASC', 'COUNT 2 DESC', 'COUNT 1 ANY', 'ANY', 'COUNT 0', 'ASC DESC'];

for (const [command, area] of Object.entries(AREAS)) {
  transcript(`${command} with every unit and option`, [
    ...PLACES,
    ...UNITS.map((unit) => `${command} ${area} ${unit} ASC`),
    ...SHOWN.map((option) => `${command} ${area} 200 km ASC ${option}`),
    ...ORDERED.map((option) => `${command} ${area} 200 km ${option}`),
    `${command} ${area} 200 km STORE d`,
    'ZRANGE d 0 -1 WITHSCORES',
    `${command} ${area} 200 km DESC COUNT 1 STOREDIST d`,
    'ZRANGE d 0 -1 WITHSCORES',
    `${command} ${area} 200 km WITHDIST STORE d`,
  ]);
}

transcript('GEOSEARCH, GEOSEARCHSTORE and GEODIST in every unit', [
  ...PLACES,
  ...UNITS.flatMap((unit) => [
    `GEODIST g Palermo Catania ${unit.slice(unit.indexOf(' ') + 1)}`,
    `GEOSEARCH g FROMMEMBER Agrigento BYRADIUS ${unit} ASC`,
    `GEOSEARCHSTORE d g FROMLONLAT 15 37 BYRADIUS ${unit}`,
    `GEOSEARCHSTORE d g FROMMEMBER Palermo BYBOX 300000 ${unit} COUNT 2 ANY`,
    `GEOSEARCHSTORE d g FROMMEMBER Palermo BYBOX 300 ${unit} STOREDIST`,
  ]),
]);

// Sorted sets and bits

transcript('aggregates of sorted sets, by name', [
  'ZADD a 1 x 2 y 3 z',
  'ZADD b 10 x -20 y',
  ...['ZINTER 2 a b', 'ZUNION 2 a b'].flatMap((command) =>
    ['SUM', 'MIN', 'MAX', 'sum', 'AVG', 'COUNTS', ''].map(
      (word) => `${command} WEIGHTS 2 -1 AGGREGATE ${word} WITHSCORES`,
    ),
  ),
  ...['ZINTERSTORE d 2 a b', 'ZUNIONSTORE d 2 a b'].flatMap((command) =>
    ['SUM', 'MIN', 'MAX', 'max', 'AVG', ''].flatMap((word) => [
      `${command} AGGREGATE ${word}`,
      'ZRANGE d 0 -1 WITHSCORES',
    ]),
  ),
  'ZINTERSTORE d 2 a b AGGREGATE',
  'ZUNIONSTORE d 2 a b AGGREGATE SUM AGGREGATE MIN',
]);

transcript('BITPOS in bytes and BITFIELD that wraps, by name', [
  ['SET', 'k', '\u0000\u00ff\u00f0'],
  'BITPOS k 1 1 -1 BYTE',
  'BITPOS k 1 7 15 BIT',
  'BITPOS k 0 0 -1 byte',
  'BITPOS k 1 1 BYTE',
  'BITFIELD k OVERFLOW WRAP INCRBY u4 0 20 OVERFLOW SAT INCRBY u4 0 20 OVERFLOW WRAP INCRBY i4 4 9',
]);

// Keys

transcript('RESTORE and SORT_RO with every option', [
  'RPUSH l 3 1 2',
  'MSET w1 30 w2 20 w3 10 d1 one d2 two d3 three',
  'SORT_RO l',
  'SORT_RO l BY w*',
  'SORT_RO l BY w* GET d* GET #',
  'SORT_RO l ALPHA DESC LIMIT 1 1',
  'SORT_RO l BY nosort GET d*',
  'SORT_RO l STORE other',
  'SET k v',
  ['RESTORE', 'k', '0', '\0\u0001v\u0006\0\u0007\u00e5\u00a62\u00ecm\u00b6]'],
  ['RESTORE', 'k', '0', '\0\u0001v\u0006\0\u0007\u00e5\u00a62\u00ecm\u00b6]', 'REPLACE'],
  ['RESTORE', 'k2', '4000000000000', '\0\u0001v\u0006\0\u0007\u00e5\u00a62\u00ecm\u00b6]', 'ABSTTL'],
  'PEXPIRETIME k2',
  ['RESTORE', 'k3', '1', '\0\u0001v\u0006\0\u0007\u00e5\u00a62\u00ecm\u00b6]', 'absttl', 'replace'],
  ['RESTORE', 'k4', '0', '\0\u0001v\u0006\0\u0007\u00e5\u00a62\u00ecm\u00b6]', 'IDLETIME', '1000'],
  ['RESTORE', 'k5', '0', '\0\u0001v\u0006\0\u0007\u00e5\u00a62\u00ecm\u00b6]', 'FREQ', '100'],
  ['RESTORE', 'k6', '0', '\0\u0001v\u0006\0\u0007\u00e5\u00a62\u00ecm\u00b6]', 'IDLETIME', '1', 'FREQ', '1'],
  ['RESTORE', 'k7', '-1', '\0\u0001v\u0006\0\u0007\u00e5\u00a62\u00ecm\u00b6]'],
  ['RESTORE', 'k8', '0', '\0\u0001v\u0006\0\u0007\u00e5\u00a62\u00ecm\u00b6]', 'FREQ', '256'],
  ['RESTORE', 'k9', '0', '\0\u0001v\u0006\0\u0007\u00e5\u00a62\u00ecm\u00b6]', 'IDLETIME', '-1'],
  'MGET k k2 k3 k4 k5',
]);

// Connections

transcript('CLIENT with every option of its filters and modes', [
  ...['NORMAL', 'MASTER', 'REPLICA', 'SLAVE', 'PUBSUB', 'normal', 'other'].map(
    (type) => `[shape] CLIENT LIST TYPE ${type === 'NORMAL' || type === 'normal' ? 'MASTER' : type}`,
  ),
  '[type] CLIENT LIST TYPE NORMAL',
  '[2 resp2] SUBSCRIBE c',
  'CLIENT KILL TYPE PUBSUB',
  'CLIENT KILL TYPE MASTER',
  'CLIENT KILL TYPE SLAVE',
  'CLIENT KILL TYPE REPLICA',
  'CLIENT KILL ADDR 1.2.3.4:5',
  'CLIENT KILL LADDR 1.2.3.4:5',
  'CLIENT KILL ADDR 1.2.3.4:5 LADDR 1.2.3.4:5 TYPE normal SKIPME yes',
  'CLIENT NO-EVICT ON',
  'CLIENT NO-EVICT OFF',
  'CLIENT UNBLOCK 123456789',
  'CLIENT UNBLOCK 123456789 ERROR',
  'CLIENT UNBLOCK 123456789 TIMEOUT',
  'CLIENT PAUSE 1 WRITE',
  'CLIENT PAUSE 1 ALL',
  'CLIENT UNPAUSE',
  'COMMAND LIST FILTERBY MODULE none',
  'COMMAND LIST FILTERBY PATTERN getr*',
  'SHUTDOWN NOW bogus',
  'SHUTDOWN FORCE bogus',
  'SHUTDOWN NOW FORCE ABORT',
]);

transcript('CLIENT TRACKING NOLOOP does not tell of own changes', [
  '[resp3] CLIENT TRACKING ON NOLOOP',
  '[resp3] GET k',
  '[resp3] SET k v',
  '[resp3] GET k',
  '[resp3 2] SET k w',
  '[resp3 push read]',
  '[resp3] CLIENT TRACKINGINFO',
  'CLIENT TRACKING OFF NOLOOP',
]);
