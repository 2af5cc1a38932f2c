import type { Family } from '../family.js';
import { drawCommand } from '../generator.js';
import { bitmaps } from './bitmaps.js';
import { geo } from './geo.js';
import { hashes } from './hashes.js';
import { keys } from './keys.js';
import { lists } from './lists.js';
import { scripting } from './scripting.js';
import { sets } from './sets.js';
import { sortedSets } from './sorted-sets.js';
import { streams } from './streams.js';
import { strings } from './strings.js';

const KEYED = [strings, hashes, lists, sets, sortedSets, streams, keys, geo, bitmaps, scripting];
const NAMES = KEYED.flatMap(({ recipes }) => Object.keys(recipes)).map((name) => name.replace(/\++$/, ''));

export const server: Family = {
  name: 'server',
  weight: 3,
  isSpoiled: false,
  builders: [],
  recipes: {
    TIME: () => ['TIME'],
    LASTSAVE: () => ['LASTSAVE'],
    DBSIZE: (d) => ['DBSIZE', ...d.maybe(0.1, 'x')],
    INFO: (d) => [
      'INFO',
      ...d.pick([['server'], ['clients'], ['memory'], ['stats'], ['replication'], ['keyspace'], ['nosuch'], ['everything'], [], ['cpu', 'persistence']]),
    ],
    ROLE: () => ['ROLE'],
    LOLWUT: () => ['LOLWUT'],
    'CONFIG GET': (d) => ['CONFIG', 'GET', ...d.some(1, 2, () => d.pick(PARAMETERS.flatMap(([name]) => [name, name.toUpperCase()])))],
    'CONFIG GET+': (d) => ['CONFIG', 'GET', d.pick(['nosuch', '', 'maxmemory-p*', 'slowlog-[lm]*', 'hash-max-listpack-e*'])],
    'CONFIG SET': (d) => {
      const [name, values] = d.pick(PARAMETERS);
      return [{ args: ['CONFIG', 'SET', name, d.pick(values)] }, { args: ['CONFIG', 'GET', name] }];
    },
    'CONFIG SET+': (d) => [
      'CONFIG', 'SET',
      ...d.pick([['nosuch', '1'], ['maxmemory'], ['port', 'abc'], ['timeout', '1', 'nosuch', '2'], ['timeout', '5', 'timeout', '6'], []]),
    ],
    'CONFIG RESETSTAT': () => ['CONFIG', 'RESETSTAT'],
    'CONFIG NOSUCH': () => ['CONFIG', 'NOSUCH'],
    'SLOWLOG LEN': () => ['SLOWLOG', 'LEN'],
    'SLOWLOG GET': (d) => ['SLOWLOG', 'GET', ...d.some(0, 1, () => d.pick(['1', '-1', '-2', 'abc']))],
    'SLOWLOG RESET': () => ['SLOWLOG', 'RESET'],
    'LATENCY RESET': (d) => ['LATENCY', 'RESET', ...d.maybe(0.3, 'nosuch')],
    'LATENCY LATEST': () => ['LATENCY', 'LATEST'],
    'LATENCY HISTORY': () => ['LATENCY', 'HISTORY', 'command'],
    // Nothing is noted as long as there is no threshold.
    'LATENCY GRAPH': (d) => ['LATENCY', 'GRAPH', d.pick(['command', 'fast-command', 'nosuch'])],
    'LATENCY DOCTOR': () => ['LATENCY', 'DOCTOR'],
    // Of a command that is timed by itself: the others may wait for their time until the end of the pipeline.
    'LATENCY HISTOGRAM': (d) => {
      const names = d.some(1, 2, () => d.pick(['config|get', 'CONFIG|GET', 'nosuch', 'lolwut']));
      return [{ args: ['CONFIG', 'RESETSTAT'] }, { args: ['CONFIG', 'GET', 'maxmemory'] }, { args: ['LATENCY', 'HISTOGRAM', ...names] }];
    },
    'MEMORY USAGE': (d) => ['MEMORY', 'USAGE', d.key(), ...d.maybe(0.3, 'SAMPLES', d.count())],
    'MEMORY DOCTOR': () => ['MEMORY', 'DOCTOR'],
    'MEMORY STATS': () => ['MEMORY', 'STATS'],
    'MEMORY MALLOC-STATS': () => ['MEMORY', 'MALLOC-STATS'],
    'MEMORY PURGE': () => ['MEMORY', 'PURGE'],
    'DEBUG SLEEP': (d) => ['DEBUG', d.option('SLEEP'), d.pick(['0', '0.001'])],
    'DEBUG OBJECT': (d) => ['DEBUG', 'OBJECT', d.key()],
    'COMMAND COUNT': () => ['COMMAND', 'COUNT'],
    'COMMAND INFO': (d) => ['COMMAND', 'INFO', ...d.some(1, 3, () => d.pick([...NAMES, 'nosuch', 'client|id', 'GET']))],
    'COMMAND DOCS': (d) => ['COMMAND', 'DOCS', d.pick(['get', 'nosuch'])],
    'COMMAND LIST': (d) => ['COMMAND', 'LIST', 'FILTERBY', ...d.pick([['PATTERN', 'get*'], ['ACLCAT', 'hyperloglog'], ['NOSUCH', 'x'], ['PATTERN', 'hset']])],
    'COMMAND GETKEYS': (d) => ['COMMAND', 'GETKEYS', ...drawCommand(d, KEYED)],
    'COMMAND GETKEYSANDFLAGS': (d) => ['COMMAND', 'GETKEYSANDFLAGS', ...drawCommand(d, KEYED)],
    'COMMAND GETKEYS+': (d) => [
      'COMMAND', 'GETKEYS',
      ...d.pick([['PING'], ['NOSUCH', 'a'], ['GET'], ['EVAL', 'x', '2', 'a', 'b', 'c'],
        ['XREAD', 'STREAMS', 'a', 'b', '1', '2']]),
    ],
    SHUTDOWN: (d) => ['SHUTDOWN', ...d.pick([['NOSUCH'], ['SAVE', 'NOSAVE'], ['ABORT', 'NOW'], ['ABORT']])],
  },
};

/** What may be set, with values both right and wrong; a session sets them back. */
const PARAMETERS: readonly (readonly [string, readonly string[]])[] = [
  ['maxmemory-policy', ['noeviction', 'allkeys-lru', 'volatile-lfu', 'nosuch']],
  ['maxmemory', ['0', '1gb', '2GB', '1000mb', 'abc', '-1']],
  ['hash-max-listpack-entries', ['128', '4', 'abc', '-1']],
  ['hash-max-listpack-value', ['64', 'abc']],
  ['zset-max-listpack-entries', ['128', '4']],
  ['set-max-intset-entries', ['512', '4']],
  ['list-max-listpack-size', ['-2', '4', '128']],
  // Anything shorter, and a busy machine fills the log.
  ['slowlog-log-slower-than', ['1000000000', '-1', 'abc']],
  ['slowlog-max-len', ['128', '10', '-1']],
  ['timeout', ['0', '100000', '-1', 'abc']],
  ['tcp-keepalive', ['300', 'abc']],
  ['lfu-log-factor', ['10', '1']],
  ['busy-reply-threshold', ['5000']],
];
