import type { Family } from '../family.js';

export const hyperloglog: Family = {
  name: 'hyperloglog',
  weight: 2,
  isSpoiled: true,
  builders: ['PFADD'],
  recipes: {
    PFADD: (d) => ['PFADD', d.key('hll'), ...d.some(0, 5, () => d.value())],
    'PFADD+': (d) => ['PFADD', d.key('hll'), ...Array.from({ length: d.between(200, 600) }, (_, i) => `visitor${i}`)],
    PFCOUNT: (d) => ['PFCOUNT', ...d.keys('hll')],
    PFMERGE: (d) => ['PFMERGE', d.key('hll'), ...d.some(0, 2, () => d.key('hll'))],
    PFDEBUG: (d) => ['PFDEBUG', d.option('ENCODING', 'ENCODING', 'DECODE', 'TODENSE', 'GETREG', 'NOSUCH'), d.key('hll')],
    'APPEND+': (d) => ['APPEND', d.key('hll'), 'x'],
    'DEL+': (d) => ['DEL', d.key('hll')],
    STRLEN: (d) => ['STRLEN', d.key('hll')],
  },
};
