import type { CommandSpec } from '../command.js';
import { geoadd } from './geoadd.js';
import { geodist, geohash, geopos } from './geopos.js';
import { georadius, georadiusbymember, georadiusbymemberRo, georadiusRo } from './georadius.js';
import { geosearch, geosearchstore } from './geosearch.js';

export const GEO_COMMANDS: readonly CommandSpec[] = [
  geoadd,
  geodist,
  geohash,
  geopos,
  georadius,
  georadiusRo,
  georadiusbymember,
  georadiusbymemberRo,
  geosearch,
  geosearchstore,
];
