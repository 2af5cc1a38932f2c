import type { Family, Scene } from '../family.js';
import type { Draw } from '../draw.js';
import { drawScene } from '../generator.js';
import { bitmaps } from './bitmaps.js';
import { geo } from './geo.js';
import { hashes } from './hashes.js';
import { hyperloglog } from './hyperloglog.js';
import { keys } from './keys.js';
import { lists } from './lists.js';
import { sets } from './sets.js';
import { sortedSets } from './sorted-sets.js';
import { streams } from './streams.js';
import { strings } from './strings.js';

const COUNTED = [strings, bitmaps, hashes, lists, sets, sortedSets, streams, hyperloglog, geo, keys];

/** What a server counts as it goes. */
export const statistics: Family = {
  name: 'statistics',
  weight: 2,
  isSpoiled: false,
  builders: [],
  recipes: {
    'INFO commandstats': (d) => counted(d, ['INFO', 'commandstats']),
    'INFO stats': (d) => counted(d, ['INFO', 'stats']),
    'CONFIG RESETSTAT': () => ['CONFIG', 'RESETSTAT'],
    MIXED: (d) => some(d),
  },
};

function counted(d: Draw, question: readonly string[]): Scene {
  return [...some(d), { args: question }];
}

function some(d: Draw): Scene {
  return d.some(1, 6, () => drawScene(d, COUNTED)).flat();
}
