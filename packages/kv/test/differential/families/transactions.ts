import type { Draw } from '../draw.js';
import type { Family, Scene } from '../family.js';
import { drawCommand } from '../generator.js';
import { bitmaps } from './bitmaps.js';
import { geo } from './geo.js';
import { hashes } from './hashes.js';
import { hyperloglog } from './hyperloglog.js';
import { keys } from './keys.js';
import { lists } from './lists.js';
import { scripting } from './scripting.js';
import { sets } from './sets.js';
import { sortedSets } from './sorted-sets.js';
import { streams } from './streams.js';
import { strings } from './strings.js';

const INSIDE = [strings, hashes, lists, sets, sortedSets, streams, bitmaps, hyperloglog, geo, keys, scripting];

export const transactions: Family = {
  name: 'transactions',
  weight: 5,
  // A transaction that is never ended would swallow the rest of the sequence.
  isSpoiled: false,
  builders: [],
  recipes: {
    MULTI: (d) => [{ args: ['MULTI'] }, ...queued(d), { args: ['EXEC'] }],
    DISCARD: (d) => [{ args: ['MULTI'] }, ...queued(d), { args: ['DISCARD'] }],
    'MULTI+': (d) => [{ args: ['MULTI'] }, ...queued(d), { args: d.pick(REFUSED) }, ...queued(d), { args: ['EXEC'] }],
    WATCH: (d) => watched(d),
    UNWATCH: (d) => [
      { args: ['WATCH', d.key('string')] }, { args: ['SET', d.key('string'), 'x'] }, { args: ['UNWATCH'] }, { args: ['MULTI'] }, ...queued(d),
      { args: ['EXEC'] },
    ],
    EXEC: (d) => d.pick([['EXEC'], ['DISCARD'], ['UNWATCH'], ['WATCH'], ['MULTI', 'x'], ['EXEC', 'x']]),
  },
};

const REFUSED = [
  ['MULTI'], ['WATCH', 's1'], ['GET'], ['NOSUCHCOMMAND', 'a'], ['SET', 's1'], ['EXEC', 'x'], ['UNWATCH'], ['BLPOP', 'l1', '0'], ['CLIENT', 'NOSUCH'],
  ['RESET', 'x'],
];

function queued(d: Draw): Scene {
  return d.some(0, 4, () => ({ args: drawCommand(d, INSIDE) }));
}

/** Another connection, or the same one, writes a key that is watched, before MULTI or after. */
function watched(d: Draw): Scene {
  const [watcher, writer] = d.pick([[0, 1], [1, 0], [1, 1]] as const);
  const write = { connection: writer, args: drawCommand(d, INSIDE) };
  const own = [{ args: ['MULTI'] }, ...queued(d)].map((step) => ({ ...step, connection: watcher }));
  const between = writer === watcher || d.chance(0.5) ? [write, ...own] : [...own, write];
  return [{ connection: watcher, args: ['WATCH', ...d.some(1, 4, () => d.key())] }, ...between, { connection: watcher, args: ['EXEC'] }];
}
