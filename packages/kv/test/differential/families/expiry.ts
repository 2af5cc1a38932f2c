import type { Family, Scene } from '../family.js';
import type { Draw } from '../draw.js';
import { drawCommand } from '../generator.js';
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

const EVERY = [strings, bitmaps, hashes, lists, sets, sortedSets, streams, hyperloglog, geo, keys];
/** Lets time pass, so that what others sent before and after does not lie in one turn with it. */
const CLOCK = 6;

/** Keys whose time is up, and that nobody has looked at since. */
export const expiry: Family = {
  name: 'expiry',
  weight: 3,
  isSpoiled: false,
  builders: [],
  recipes: {
    'PEXPIRE+': (d) => [...expired(d), ...d.some(1, 4, () => ({ args: drawCommand(d, EVERY) }))],
    'PEXPIRE++': (d) => [...expired(d), ...d.some(1, 3, () => ({ args: drawCommand(d, [keys]) }))],
    // What is found out in a transaction, or in a script, holds for all of it.
    EXEC: (d) => [...expired(d), { args: ['MULTI'] }, ...d.some(1, 4, () => ({ args: drawCommand(d, EVERY) })), { args: ['EXEC'] }],
    'EXEC+': (d) => {
      const key = d.key();
      return [{ args: ['WATCH', key] }, ...expired(d, key), { args: ['MULTI'] }, { args: ['ECHO', 'ran'] }, { args: ['EXEC'] }, { args: ['EXISTS', key] }];
    },
    'EXEC++': (d) => {
      const key = d.key();
      const reading = d.some(0, 1, () => ({ args: ['GET', key] }));
      return [...expired(d, key), { args: ['WATCH', key] }, ...reading, { args: ['MULTI'] }, { args: ['EXEC'] }, { args: ['EXISTS', key] }];
    },
    DBSIZE: () => ['DBSIZE'],
    'INFO+': (d) => [...expired(d), { args: ['EXISTS', d.key()] }, { args: ['INFO', 'stats'] }],
  },
};

/** A key, mostly one that holds something, is left alone until its time is up. */
function expired(d: Draw, key: string = d.key()): Scene {
  const sleep = { connection: CLOCK, args: ['DEBUG', 'SLEEP', '0.003'] };
  const limit = d.chance(0.7) ? [['PEXPIRE', key, '1']] : [['SET', key, d.value(), 'PX', '1']];
  const others = d.some(0, 1, () => ['PEXPIRE', d.key(), '1']);
  return [{ args: ['DEBUG', 'SET-ACTIVE-EXPIRE', '0'] }, ...[...limit, ...others].map((args) => ({ args })), sleep];
}
