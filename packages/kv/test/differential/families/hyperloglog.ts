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
    'PFADD++': (d) => ['PFADD', d.key('hll'), ...Array.from({ length: 300 }, () => `${d.between(0, 100_000)}`)],
    PFDEBUG: (d) => ['PFDEBUG', d.option('ENCODING', 'DECODE', 'GETREG', 'TODENSE', 'NOSUCH'), d.key('hll')],
    WATCH: (d) => [{ args: ['WATCH', d.key('hll')] }, { args: ['PFCOUNT', d.key('hll')] }, { args: ['MULTI'] }, { args: ['EXEC'] }],
    'DEL+': (d) => ['DEL', d.key('hll')],
    STRLEN: (d) => ['STRLEN', d.key('hll')],
  },
};
