import { idOfClient } from '../sequence.js';
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

const WRITING = [strings, bitmaps, hashes, lists, sets, sortedSets, streams, hyperloglog, geo, keys, scripting];
/** One that is told itself, and one that has told another to be told in its place. */
const TRACKING = 15;
/** Tracks nothing, but as long as there is one that tracks, what others have read before is not forgotten. */
const CONSTANT = 17;
const [REDIRECTING, REDIRECTED] = [16, 18] as const;

/** What clients are told that keep what they have read. */
export const tracking: Family = {
  name: 'tracking',
  weight: 2,
  isSpoiled: false,
  builders: [],
  recipes: {
    'CLIENT TRACKING': (d) => told(d, d.pick([[], [], ['NOLOOP']])),
    'CLIENT TRACKING+': (d) => told(d, d.pick([['OPTIN'], ['OPTOUT'], ['OPTOUT', 'NOLOOP']]), d.pick(['YES', 'NO'])),
    'CLIENT TRACKING++': (d) => told(d, ['BCAST', ...d.pick([[], ['NOLOOP'], ['PREFIX', d.pick(['s', 'set', ''])], ['PREFIX', 'h', 'PREFIX', 'l']])]),
    'CLIENT TRACKING+++': (d) => redirected(d),
  },
};

function told(d: Draw, options: readonly string[], caching?: string): Scene {
  const own = (args: readonly string[]) => ({ connection: TRACKING, args, mode: 'listen' as const });
  const cached = caching !== undefined && d.chance(0.6) ? [own(['CLIENT', 'CACHING', caching])] : [];
  return [
    constant(), own(['CLIENT', 'TRACKING', 'ON', ...options]), ...cached, ...d.some(1, 4, () => own(reading(d))),
    ...d.some(1, 4, () => [...writing(d, TRACKING), own(['ECHO', 'told'])]).flat(),
    own(['CLIENT', 'TRACKINGINFO']), own(['CLIENT', 'TRACKING', 'OFF']),
  ];
}

/** In RESP2 messages come to whoever subscribes to a channel. */
function redirected(d: Draw): Scene {
  const own = (args: readonly string[]) => ({ connection: REDIRECTING, args });
  const listening = (args: readonly string[]) => ({ connection: REDIRECTED, args, mode: 'listen' as const });
  return [
    constant(), listening(['SUBSCRIBE', '__redis__:invalidate']),
    own(['CLIENT', 'TRACKING', 'ON', 'REDIRECT', idOfClient(REDIRECTED), ...d.pick([[], ['BCAST'], ['NOLOOP']])]),
    ...d.some(1, 4, () => own(reading(d))),
    ...d.some(1, 4, () => [...writing(d, REDIRECTING), listening(['PING'])]).flat(),
    own(['CLIENT', 'TRACKING', 'OFF']), listening(['UNSUBSCRIBE', '__redis__:invalidate']),
  ];
}

function constant(): Scene[number] {
  return { connection: CONSTANT, args: ['CLIENT', 'TRACKING', 'ON', 'BCAST', 'PREFIX', 'nosuch'], mode: 'listen' };
}

/** Another one writes, mostly, or the client itself, which does not want to hear of it with NOLOOP. */
function writing(d: Draw, reader: number): Scene {
  const command = { args: drawCommand(d, WRITING) };
  if (d.chance(0.1)) return [{ args: ['MULTI'] }, command, { args: drawCommand(d, WRITING) }, { args: ['EXEC'] }];
  const own = { connection: reader, args: d.pick([['SET', d.key('string'), 'own'], ['DEL', d.key(), d.key()], ['MSET', 's1', '1', 's2', '2']]) };
  return [d.chance(0.2) && reader === REDIRECTING ? own : command];
}

/** Commands whose replies depend on no chance. */
function reading(d: Draw): readonly string[] {
  return d.pick<readonly string[]>([
    ['GET', d.key('string')], ['MGET', d.key(), d.key()], ['EXISTS', d.key(), d.key()], ['HGET', d.key('hash'), d.field()], ['LRANGE', d.key('list'), '0', '3'],
    ['SCARD', d.key('set')], ['SINTERCARD', '2', d.key('set'), d.key('set')], ['ZRANGE', d.key('zset'), '0', '3'], ['XLEN', d.key('stream')],
    ['TYPE', d.key()], ['OBJECT', 'ENCODING', d.key()], ['PFCOUNT', d.key('hll')], ['GEOPOS', d.key('geo'), d.field()],
    ['EVAL', 'return redis.call("EXISTS", KEYS[1])', '1', d.key()], ['EVAL_RO', 'return redis.call("EXISTS", "s1", "l1")', '1', d.key()],
    ['BITCOUNT', d.key('string')], ['LCS', d.key('string'), d.key('string'), 'LEN'], ['XREAD', 'STREAMS', 'x1', '0'], ['GETDEL', d.key('string')],
  ]);
}
