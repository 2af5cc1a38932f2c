import type { Draw } from '../draw.js';
import type { Family } from '../family.js';

export const bitmaps: Family = {
  name: 'bitmaps',
  weight: 5,
  isSpoiled: true,
  builders: ['SETBIT', 'SET+'],
  recipes: {
    SETBIT: (d) => ['SETBIT', d.key('string'), offset(d), bit(d)],
    'SET+': (d) => ['SET', d.key('string'), d.pick(['\xff\xf0\0', '\0\0\x01', 'foobar', '\xff'.repeat(9), ''])],
    'SET++': (d) => ['SET', d.key('string'), d.bytes()],
    'BITCOUNT+': (d) => ['BITCOUNT', d.key('string'), `${d.between(-340, 340)}`, `${d.between(-340, 340)}`, ...d.maybe(0.8, 'BIT')],
    'BITPOS+': (d) => ['BITPOS', d.key('string'), bit(d), `${d.between(-340, 340)}`, `${d.between(-340, 340)}`, ...d.maybe(0.8, 'BIT')],
    GETBIT: (d) => ['GETBIT', d.key('string'), offset(d)],
    BITCOUNT: (d) => ['BITCOUNT', d.key('string'), ...d.maybe(0.7, d.index(), d.index(), ...d.maybe(0.5, d.option('BYTE', 'BIT')))],
    BITPOS: (d) => ['BITPOS', d.key('string'), bit(d), ...position(d)],
    BITOP: (d) => [
      'BITOP',
      ...d.pick([['NOT', d.key('string'), d.key('string')], [d.option('AND', 'OR', 'XOR', 'NOT', 'NAND'), d.key('string'), ...d.keys('string')]]),
    ],
    BITFIELD: (d) => ['BITFIELD', d.key('string'), ...d.some(0, 4, () => operation(d)).flat()],
    BITFIELD_RO: (d) => ['BITFIELD_RO', d.key('string'), ...d.some(0, 3, () => ['GET', ...place(d)]).flat()],
  },
};

function offset(d: Draw): string {
  return d.chance(0.85) ? `${d.between(0, 70)}` : d.pick(['1000', '-1', '4294967296', '9223372036854775807', 'abc', '']);
}

function bit(d: Draw): string {
  return d.chance(0.95) ? d.pick(['0', '1', '1']) : d.pick(['2', 'x']);
}

function position(d: Draw): readonly string[] {
  const end = d.maybe(0.7, d.index(), ...d.maybe(0.5, d.option('BYTE', 'BIT')));
  return d.maybe(0.7, d.index(), ...end);
}

function operation(d: Draw): readonly string[] {
  switch (d.between(0, 3)) {
    case 0: return ['GET', ...place(d)];
    case 1: return ['SET', ...place(d), d.integer()];
    case 2: return ['INCRBY', ...place(d), d.integer()];
    default: return ['OVERFLOW', d.option('WRAP', 'SAT', 'FAIL', 'NONE')];
  }
}

function place(d: Draw): string[] {
  const type = d.chance(0.9) ? d.pick(['u8', 'i8', 'u4', 'i5', 'u1', 'i16', 'u63', 'i64', 'u32', 'i1']) : d.pick(['u64', 'i65', 'u0', 'x8', 'u', '8']);
  return [type, d.chance(0.4) ? `#${d.between(0, 5)}` : offset(d)];
}
