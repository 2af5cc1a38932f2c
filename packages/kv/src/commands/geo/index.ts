import type { Command } from '../../command/call.js';
import { geoadd } from './geoadd.js';
import { geodist, geohash, geopos } from './geopos.js';
import { georadius, georadiusbymember, georadiusbymemberRo, georadiusRo } from './georadius.js';
import { geosearch, geosearchstore } from './geosearch.js';

export const geoCommands: readonly Command[] = [
  geoadd, geopos, geohash, geodist, geosearch, geosearchstore, georadius, georadiusRo, georadiusbymember, georadiusbymemberRo,
];
