import type { Draw } from '../draw.js';
import type { Family } from '../family.js';

export const streams: Family = {
  name: 'streams',
  weight: 10,
  isSpoiled: true,
  builders: ['XADD', 'XADD', 'XGROUP+', 'XREADGROUP', 'XREADGROUP+'],
  recipes: {
    XADD: (d) => ['XADD', key(d), ...d.maybe(0.1, 'NOMKSTREAM'), ...trimming(d, 0.2), newId(d), ...d.some(1, 2, () => [d.field(), d.value()]).flat()],
    // The clock decides the id: only its shape is compared, and nothing may be left of it.
    'XADD+': (d) => [{ args: ['XADD', 'by-clock', '*', d.field(), d.value()] }, { args: ['DEL', 'by-clock'] }],
    'XADD++': (d) => ['XADD', key(d), ...trimming(d, 0.2), newId(d), d.value(), d.pick([d.bulky(), d.edge()]), ...d.maybe(0.5, d.edge(), d.value())],
    'CONFIG+': (d) => ['CONFIG', 'SET', 'stream-node-max-entries', d.pick(['100', '1', '2', '3', '5', '0'])],
    XLEN: (d) => ['XLEN', key(d)],
    XRANGE: (d) => ['XRANGE', key(d), bound(d), bound(d), ...d.maybe(0.3, 'COUNT', d.count())],
    XREVRANGE: (d) => ['XREVRANGE', key(d), bound(d), bound(d), ...d.maybe(0.3, 'COUNT', d.count())],
    XREAD: (d) => ['XREAD', ...d.maybe(0.4, 'COUNT', d.count()), ...sources(d, () => d.pick([id(d), '0', '$']))],
    XDEL: (d) => ['XDEL', key(d), ...d.some(1, 3, () => id(d))],
    XTRIM: (d) => ['XTRIM', key(d), ...trimming(d, 1)],
    XSETID: (d) => ['XSETID', key(d), id(d), ...d.maybe(0.4, 'ENTRIESADDED', d.count()), ...d.maybe(0.4, 'MAXDELETEDID', id(d))],
    XINFO: (d) => ['XINFO', 'STREAM', key(d), ...d.maybe(0.5, 'FULL', ...d.maybe(0.5, 'COUNT', d.count()))],
    'XINFO+': (d) => ['XINFO', 'GROUPS', key(d)],
    'XINFO++': (d) => ['XINFO', 'CONSUMERS', key(d), group(d)],
    'XGROUP+': (d) => [
      'XGROUP', 'CREATE', key(d), group(d), d.pick(['$', '0', id(d)]), ...d.maybe(0.8, 'MKSTREAM'), ...d.maybe(0.2, 'ENTRIESREAD', d.count()),
    ],
    XGROUP: (d) => ['XGROUP', d.option('SETID'), key(d), group(d), d.pick(['$', '0', id(d)]), ...d.maybe(0.2, 'ENTRIESREAD', d.count())],
    'XGROUP++': (d) => ['XGROUP', d.option('DESTROY'), key(d), group(d)],
    'XGROUP+++': (d) => ['XGROUP', d.option('CREATECONSUMER', 'DELCONSUMER'), key(d), group(d), consumer(d)],
    XREADGROUP: (d) => [
      'XREADGROUP', 'GROUP', group(d), consumer(d), ...d.maybe(0.4, 'COUNT', d.count()), ...d.maybe(0.1, 'NOACK'),
      ...sources(d, () => d.pick(['>', '>', '0', id(d)])),
    ],
    'XREADGROUP+': (d) => ['XREADGROUP', 'GROUP', group(d), consumer(d), 'STREAMS', key(d), '>'],
    XACK: (d) => ['XACK', key(d), group(d), ...d.some(1, 4, () => id(d))],
    XPENDING: (d) => ['XPENDING', key(d), group(d)],
    'XPENDING+': (d) => ['XPENDING', key(d), group(d), ...d.maybe(0.3, 'IDLE', idle(d)), bound(d), bound(d), d.count(), ...d.maybe(0.3, consumer(d))],
    XCLAIM: (d) => ['XCLAIM', key(d), group(d), consumer(d), idle(d), ...d.some(1, 4, () => id(d)), ...claiming(d)],
    XAUTOCLAIM: (d) => ['XAUTOCLAIM', key(d), group(d), consumer(d), idle(d), bound(d), ...d.maybe(0.3, 'COUNT', d.count()), ...d.maybe(0.3, 'JUSTID')],
  },
};

/** Mostly the same stream, because a group is one of a stream, and commands have to meet in both. */
function key(d: Draw): string {
  return d.chance(0.7) ? 'x1' : d.key('stream');
}

/** Mostly above all ids drawn before. */
function newId(d: Draw): string {
  if (d.chance(0.7)) return `${d.ordinal()}-${d.between(0, 3)}`;
  return d.chance(0.6) ? `${d.earlierOrdinal()}-*` : id(d);
}

function id(d: Draw): string {
  if (d.chance(0.9)) return `${d.earlierOrdinal()}${d.chance(0.7) ? `-${d.between(0, 3)}` : ''}`;
  return d.pick(['0-0', '18446744073709551615-18446744073709551615', '18446744073709551616-1', '1-1-1', 'abc', '', '-1-1', '5-', '18446744073709551615']);
}

function bound(d: Draw): string {
  return d.chance(0.5) ? d.pick(['-', '+']) : `${d.pick(['', '', '('])}${id(d)}`;
}

function trimming(d: Draw, probability: number): readonly string[] {
  const limit = d.maybe(0.1, 'LIMIT', d.count());
  const [strategy, threshold] = d.chance(0.5) ? ['MAXLEN', d.count()] : ['MINID', id(d)];
  return d.maybe(probability, strategy, ...d.some(0, 1, () => d.pick(['=', '~'])), threshold, ...limit);
}

function sources(d: Draw, from: () => string): string[] {
  const keys = d.some(1, 2, () => key(d));
  return ['STREAMS', ...keys, ...keys.map(from), ...d.maybe(0.05, '0')];
}

function group(d: Draw): string {
  return d.chance(0.95) ? d.pick(['g1', 'g1', 'g1', 'g2']) : d.value();
}

function consumer(d: Draw): string {
  return d.chance(0.95) ? d.pick(['alice', 'bob', 'carol']) : d.value();
}

/** A time that nothing idles in a test, except what XCLAIM says so of. */
function idle(d: Draw): string {
  return d.chance(0.9) ? d.pick(['0', '0', '3600000']) : d.pick(['-1', 'abc']);
}

function claiming(d: Draw): string[] {
  return [
    ...d.maybe(0.2, 'IDLE', d.pick(['0', '7200000'])), ...d.maybe(0.1, 'TIME', '1000'), ...d.maybe(0.2, 'RETRYCOUNT', d.count()),
    ...d.maybe(0.3, 'FORCE'), ...d.maybe(0.3, 'JUSTID'), ...d.maybe(0.1, 'LASTID', id(d)),
  ];
}
