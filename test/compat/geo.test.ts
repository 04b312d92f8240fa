import { compatSuite } from './compat.js';

const { transcript } = compatSuite();

const sicily = 'GEOADD Sicily 13.361389 38.115556 Palermo 15.087269 37.502669 Catania';
const cities = [
  sicily,
  'GEOADD Sicily 12.4964 41.9028 Rome 9.1900 45.4642 Milan 2.3522 48.8566 Paris -0.1276 51.5072 London',
  'GEOADD Sicily 13.583333 37.316667 Agrigento 14.5 37.5 Enna 151.2093 -33.8688 Sydney -70.6693 -33.4489 Santiago',
];

transcript('GEOADD', [
  sicily,
  'ZRANGE Sicily 0 -1 WITHSCORES',
  'GEOADD Sicily NX 1 1 Palermo 2 2 New',
  'GEOADD Sicily XX CH 3 3 Palermo 2 2 Other',
  'GEOADD Sicily CH 3 3 Palermo 4 4 Other',
  'GEOADD Sicily nx xx 1 1 a',
  'GEOADD Sicily 1 1',
  'GEOADD Sicily 1 1 a 2',
  'GEOADD Sicily NX CH 1',
  'GEOADD Sicily NX CH XX',
  'GEOADD Sicily NX CH CH',
  'GEOADD Sicily x 1 a',
  'GEOADD Sicily 1 x a',
  'GEOADD Sicily 181 1 a',
  'GEOADD Sicily 1 86 a',
  'GEOADD Sicily -180.00001 1 a',
  'GEOADD Sicily inf 1 a',
  'GEOADD Sicily 1e30 -1e25 a',
  'GEOADD Sicily nan 1 a',
  'GEOADD Sicily 180 85.05112878 corner -180 -85.05112878 other 0 0 zero',
  'ZRANGE Sicily 0 -1 WITHSCORES',
  'GEOPOS Sicily corner other zero',
  'GEOADD Sicily GT 1 1 a',
  'GEOADD Sicily 1 1 a 200 2 b',
  'ZSCORE Sicily a',
  'SET s x',
  'GEOADD s 1 1 a',
]);

transcript('GEOPOS, GEOHASH, GEODIST', [
  ...cities,
  'GEOPOS Sicily Palermo Catania missing Sydney Santiago',
  'GEOPOS Sicily',
  'GEOPOS missing a b',
  'GEOHASH Sicily Palermo Catania missing Sydney London',
  'GEOHASH Sicily',
  'GEOHASH missing a b',
  'GEODIST Sicily Palermo Catania',
  ...['m', 'KM', 'ft', 'mi', 'Mi', 'x', 'meters'].map((unit) => `GEODIST Sicily Palermo Sydney ${unit}`),
  'GEODIST Sicily Palermo Palermo',
  'GEODIST Sicily Palermo missing',
  'GEODIST missing a b',
  'GEODIST missing a b x',
  'GEODIST Sicily Palermo Catania m m',
  'ZADD odd 1 one 4503599627370496 two 18014398509481984 far 0.5 half 3e15 three',
  'GEOPOS odd one two far half three',
  'GEOHASH odd one two far half three',
  'GEODIST odd one three',
  'SET s x',
  'GEOPOS s a',
  'GEOHASH s a',
  'GEODIST s a b',
  'GEODIST s a b x',
]);

const searches = [
  'FROMMEMBER Palermo BYRADIUS 200 km',
  'FROMMEMBER Palermo BYRADIUS 0 m',
  'FROMLONLAT 15 37 BYRADIUS 200 km',
  'FROMLONLAT 15 37 BYRADIUS 2000 KM',
  'FROMLONLAT 15 37 BYRADIUS 30000 km',
  'FROMLONLAT 15 37 BYRADIUS 100 mi',
  'FROMLONLAT 15 37 BYBOX 400 400 km',
  'FROMLONLAT 15 37 BYBOX 4000 400 km',
  'FROMLONLAT 179.9 -40 BYBOX 8000 8000 km',
  'FROMMEMBER Sydney BYBOX 1 1 ft',
  'FROMLONLAT 0 85 BYRADIUS 5000 km',
  'BYRADIUS 300 km FROMMEMBER Catania',
];

transcript('GEOSEARCH', [
  ...cities,
  ...searches.flatMap((search) => [
    `GEOSEARCH Sicily ${search}`,
    `GEOSEARCH Sicily ${search} ASC WITHCOORD WITHDIST WITHHASH`,
    `GEOSEARCH Sicily ${search} DESC WITHDIST`,
    `GEOSEARCH Sicily ${search} COUNT 2`,
    `GEOSEARCH Sicily ${search} COUNT 2 DESC`,
    `GEOSEARCH Sicily ${search} COUNT 2 ANY`,
    `GEOSEARCH Sicily ${search} WITHHASH COUNT 3 ANY ASC`,
  ]),
  'GEOSEARCH missing FROMMEMBER a BYRADIUS 1 m',
  'GEOSEARCH missing FROMLONLAT 1 1 BYRADIUS 1 m COUNT 1 ANY',
]);

transcript('what GEOSEARCH refuses', [
  ...cities,
  'GEOSEARCH Sicily FROMMEMBER missing BYRADIUS 1 m',
  'GEOSEARCH Sicily FROMMEMBER Palermo FROMLONLAT 1 1 BYRADIUS 1 m',
  'GEOSEARCH Sicily FROMMEMBER Palermo BYRADIUS 1 m BYBOX 1 1 m',
  'GEOSEARCH Sicily BYRADIUS 1 m ASC DESC WITHDIST WITHHASH',
  'GEOSEARCH Sicily FROMMEMBER Palermo ASC WITHDIST WITHHASH',
  'GEOSEARCH Sicily ASC ASC ASC ASC ASC',
  'geosearch Sicily ASC ASC ASC ASC ASC',
  'GEOSEARCH Sicily FROMMEMBER Palermo BYRADIUS 1 x',
  'GEOSEARCH Sicily FROMMEMBER Palermo BYRADIUS x m',
  'GEOSEARCH Sicily FROMMEMBER Palermo BYRADIUS -1 m',
  'GEOSEARCH Sicily FROMMEMBER Palermo BYBOX x 1 m',
  'GEOSEARCH Sicily FROMMEMBER Palermo BYBOX 1 x m',
  'GEOSEARCH Sicily FROMMEMBER Palermo BYBOX -1 1 m',
  'GEOSEARCH Sicily FROMMEMBER Palermo BYBOX 1 1 x',
  'GEOSEARCH Sicily FROMLONLAT 200 1 BYRADIUS 1 m',
  'GEOSEARCH Sicily FROMLONLAT x 1 BYRADIUS 1 m',
  'GEOSEARCH Sicily FROMMEMBER Palermo BYRADIUS 1 m COUNT 0',
  'GEOSEARCH Sicily FROMMEMBER Palermo BYRADIUS 1 m COUNT -1',
  'GEOSEARCH Sicily FROMMEMBER Palermo BYRADIUS 1 m COUNT x',
  'GEOSEARCH Sicily FROMMEMBER Palermo BYRADIUS 1 m COUNT',
  'GEOSEARCH Sicily FROMMEMBER Palermo BYRADIUS 1 m ANY',
  'GEOSEARCH Sicily FROMMEMBER Palermo BYRADIUS 1 m STORE to',
  'GEOSEARCH Sicily FROMMEMBER Palermo BYRADIUS 1 m STOREDIST',
  'GEOSEARCH Sicily FROMMEMBER Palermo BYRADIUS 1 m junk',
  'GEOSEARCH Sicily FROMMEMBER Palermo BYRADIUS 1',
  'GEOSEARCH missing FROMMEMBER Palermo BYRADIUS 1 m junk',
  'SET s x',
  'GEOSEARCH s FROMMEMBER Palermo BYRADIUS 1 m',
  'GEOSEARCH Sicily FROMMEMBER Palermo BYRADIUS nan m',
  'GEOSEARCH Sicily FROMMEMBER Palermo BYRADIUS inf m COUNT 3',
]);

transcript('GEOSEARCHSTORE', [
  ...cities,
  'GEOSEARCHSTORE to Sicily FROMMEMBER Palermo BYRADIUS 500 km',
  'ZRANGE to 0 -1 WITHSCORES',
  'GEOSEARCHSTORE to Sicily FROMMEMBER Palermo BYBOX 500 500 km ASC COUNT 2',
  'ZRANGE to 0 -1 WITHSCORES',
  'GEOSEARCHSTORE to Sicily FROMLONLAT 15 37 BYRADIUS 500 km STOREDIST',
  'ZRANGE to 0 -1 WITHSCORES',
  'GEOSEARCHSTORE Sicily Sicily FROMLONLAT 15 37 BYRADIUS 500 km STOREDIST COUNT 2',
  'ZRANGE Sicily 0 -1 WITHSCORES',
  'GEOSEARCHSTORE to Sicily FROMLONLAT 15 37 BYRADIUS 0 km',
  'EXISTS to',
  'SET to x',
  'GEOSEARCHSTORE to missing FROMLONLAT 15 37 BYRADIUS 0 km',
  'EXISTS to',
  'GEOSEARCHSTORE to Sicily FROMLONLAT 15 37 BYRADIUS 5 km WITHDIST',
  'GEOSEARCHSTORE to Sicily FROMLONLAT 15 37 ASC DESC WITHDIST',
  'GEOSEARCHSTORE to Sicily ASC ASC ASC ASC ASC',
  'GEOSEARCHSTORE to Sicily FROMLONLAT 15 37 BYRADIUS 5 km STORE x',
  'SET s x',
  'GEOSEARCHSTORE to s FROMLONLAT 15 37 BYRADIUS 5 km',
]);

transcript('GEORADIUS, GEORADIUSBYMEMBER and their read-only forms', [
  ...cities,
  'GEORADIUS Sicily 15 37 200 km WITHDIST WITHCOORD WITHHASH',
  'GEORADIUS Sicily 15 37 200 km ASC',
  'GEORADIUS Sicily 15 37 200 km DESC COUNT 1',
  'GEORADIUS Sicily 15 37 2000 km COUNT 2 ANY',
  'GEORADIUS_RO Sicily 15 37 200 KM WITHDIST ASC',
  'GEORADIUSBYMEMBER Sicily Agrigento 100 km WITHDIST',
  'GEORADIUSBYMEMBER_RO Sicily Agrigento 100 km',
  'GEORADIUS Sicily 15 37 200 km STORE to',
  'ZRANGE to 0 -1 WITHSCORES',
  'GEORADIUS Sicily 15 37 200 mi STOREDIST to DESC COUNT 2',
  'ZRANGE to 0 -1 WITHSCORES',
  'GEORADIUSBYMEMBER Sicily Agrigento 100 km STORE to STOREDIST to',
  'ZRANGE to 0 -1 WITHSCORES',
  'GEORADIUS Sicily 15 37 200 km STORE to WITHDIST',
  'GEORADIUS Sicily 15 37 200 km STORE',
  'GEORADIUS_RO Sicily 15 37 200 km STORE to',
  'GEORADIUSBYMEMBER_RO Sicily Agrigento 100 km STORE to',
  'GEORADIUS Sicily 15 37 0 m STORE to',
  'EXISTS to',
  'GEORADIUS missing 15 37 200 km',
  'GEORADIUS missing 15 37 200 km STORE to',
  'GEORADIUS missing 15 37 x km',
  'GEORADIUSBYMEMBER missing a x y',
  'GEORADIUSBYMEMBER missing a 1 m junk',
  'GEORADIUSBYMEMBER missing a 1 m STORE to',
  'GEORADIUSBYMEMBER Sicily missing 1 m',
  'GEORADIUS Sicily 15 37 x km',
  'GEORADIUS Sicily 15 37 -1 km',
  'GEORADIUS Sicily 15 37 1 yd',
  'GEORADIUS Sicily 200 37 1 km',
  'GEORADIUS Sicily 15 37 1 km COUNT 0',
  'GEORADIUS Sicily 15 37 1 km ANY',
  'GEORADIUS Sicily 15 37 1 km junk',
  'GEORADIUS Sicily 15 37 1',
  'SET s x',
  'GEORADIUS s 15 37 1 km',
  'GEORADIUS s x 37 1 km',
  'GEORADIUSBYMEMBER s a 1 km',
]);

/** Numbers that look random and are the same each time. */
function* pseudoRandom(): Generator<number> {
  for (let state = 1; ; state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0) yield state / 0x1_0000_0000;
}

function randomSearches(): string[] {
  const numbers = pseudoRandom();
  const next = (scale: number): number => numbers.next().value! * scale;
  const position = (): string => `${(next(360) - 180).toFixed(6)} ${(next(170) - 85).toFixed(6)}`;
  const lines: string[] = [];
  for (let i = 0; i < 400; i++) lines.push(`GEOADD points ${position()} p${i}`);
  for (let i = 0; i < 300; i++) {
    const from = i % 3 === 0 ? `FROMMEMBER p${i}` : `FROMLONLAT ${position()}`;
    const size = 10 ** (1 + next(6.5));
    const shape =
      i % 2 === 0
        ? `BYRADIUS ${size.toFixed(2)} m`
        : `BYBOX ${size.toFixed(2)} ${(size * (0.2 + next(3))).toFixed(2)} m`;
    lines.push(`GEOSEARCH points ${from} ${shape} WITHDIST WITHCOORD`);
    lines.push(`GEOSEARCH points ${from} ${shape} ASC COUNT ${1 + Math.floor(next(20))}`);
    lines.push(`GEODIST points p${i} p${i + 1}`);
  }
  lines.push(`GEOHASH points ${Array.from({ length: 400 }, (_, i) => `p${i}`).join(' ')}`);
  return lines;
}

transcript('searches anywhere on the map', randomSearches());
