import type { Draw } from '../draw.js';
import type { Family, Scene } from '../family.js';
import { drawScene } from '../generator.js';
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

/** Connections that may be subscribed, one for each protocol. */
const SUBSCRIBERS = [2, 3] as const;
/** Those that listen to nothing but one pattern, so that they hear all in its order. */
const LISTENERS = [12, 13] as const;
const NOISY = [strings, bitmaps, hashes, lists, sets, sortedSets, streams, hyperloglog, geo, keys, scripting];

export const publishing: Family = {
  name: 'publishing',
  weight: 2,
  isSpoiled: false,
  builders: [],
  recipes: {
    PUBLISH: (d) => ['PUBLISH', channel(d), d.value()],
    SPUBLISH: (d) => ['SPUBLISH', channel(d), d.value()],
    SUBSCRIBE: (d) => streamed(d, ['SUBSCRIBE', ...d.some(0, 3, () => channel(d))]),
    PSUBSCRIBE: (d) => streamed(d, ['PSUBSCRIBE', ...d.some(1, 2, () => d.pattern())]),
    SSUBSCRIBE: (d) => streamed(d, ['SSUBSCRIBE', ...d.some(1, 2, () => channel(d))]),
    UNSUBSCRIBE: (d) => streamed(d, ['UNSUBSCRIBE', ...d.some(0, 2, () => channel(d))]),
    PUNSUBSCRIBE: (d) => streamed(d, ['PUNSUBSCRIBE', ...d.some(0, 2, () => d.pattern())]),
    SUNSUBSCRIBE: (d) => streamed(d, ['SUNSUBSCRIBE', ...d.some(0, 2, () => channel(d))]),
    // A subscriber in RESP2 may do little else.
    'GET+': (d) => streamed(d, d.pick([['GET', 's1'], ['PING'], ['PING', 'x'], ['SET', 's1'], ['NOSUCH'], ['MULTI', 'x'], ['RESET', 'x']])),
    PUBSUB: (d) => ['PUBSUB', d.option('CHANNELS', 'SHARDCHANNELS'), ...d.maybe(0.5, d.pattern())],
    'PUBSUB+': (d) => ['PUBSUB', d.option('NUMSUB', 'SHARDNUMSUB'), ...d.some(0, 3, () => channel(d))],
    'PUBSUB++': (d) => ['PUBSUB', d.pick(['NUMPAT', 'NUMPAT', 'NOSUCH']), ...d.maybe(0.1, 'x')],
    'CONFIG+': (d) => notified(d),
  },
};

function channel(d: Draw): string {
  return d.pick(['foo', 'bar', 'news.1', '', '\0\xff', 'Hello']);
}

function streamed(d: Draw, args: readonly string[]): Scene {
  return [{ connection: d.pick(SUBSCRIBERS), args, mode: 'stream' }];
}

/** Listens to the notifications of a few commands. */
function notified(d: Draw): Scene {
  const connection = d.pick(LISTENERS);
  const events = d.pick(['KEA', 'AKE', 'Kg$', 'Elshzxetd', 'KEn', 'KEAm', 'q', 'E']);
  const pattern = d.pick(['__key*__:*', '__keyspace@0__:*', '__keyevent@*__:[a-l]*']);
  return [
    { args: ['CONFIG', 'SET', 'notify-keyspace-events', events] }, { args: ['CONFIG', 'GET', 'notify-keyspace-events'] },
    { connection, args: ['PSUBSCRIBE', pattern], mode: 'listen' },
    ...d.some(3, 12, () => drawScene(d, NOISY)).flat(),
    { args: ['CONFIG', 'SET', 'notify-keyspace-events', ''] },
    { connection, args: ['PUNSUBSCRIBE', pattern], mode: 'listen' },
  ];
}
