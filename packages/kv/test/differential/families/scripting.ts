import { createHash } from 'node:crypto';
import { CALLERS } from '../caller.js';
import type { Draw, KeyType } from '../draw.js';
import type { Family } from '../family.js';
import { drawCommand } from '../generator.js';
import { bitmaps } from './bitmaps.js';
import { geo } from './geo.js';
import { hashes } from './hashes.js';
import { hyperloglog } from './hyperloglog.js';
import { keys } from './keys.js';
import { lists } from './lists.js';
import { READING_SCRIPTS, SCRIPTS } from './scripts.js';
import { sets } from './sets.js';
import { sortedSets } from './sorted-sets.js';
import { streams } from './streams.js';
import { strings } from './strings.js';

const CALLED = [strings, bitmaps, hashes, lists, sets, sortedSets, streams, hyperloglog, geo, keys];

export const scripting: Family = {
  name: 'scripting',
  weight: 5,
  isSpoiled: true,
  builders: ['EVAL', 'EVAL+', 'SCRIPT'],
  recipes: {
    EVAL: (d) => ['EVAL', d.pick(SCRIPTS), ...parameters(d)],
    'EVAL+': (d) => [d.chance(0.9) ? 'EVAL' : 'EVAL_RO', d.pick(CALLERS), '0', ...drawCommand(d, CALLED)],
    EVAL_RO: (d) => ['EVAL_RO', d.pick(READING_SCRIPTS), ...parameters(d)],
    EVALSHA: (d) => ['EVALSHA', sha(d), ...parameters(d)],
    EVALSHA_RO: (d) => {
      const script = d.pick(READING_SCRIPTS);
      return [...d.some(0, 1, () => ({ args: ['SCRIPT', 'LOAD', script] })), { args: ['EVALSHA_RO', sha1(script), ...parameters(d)] }];
    },
    'EVALSHA+': (d) => {
      const script = d.pick(SCRIPTS);
      return [{ args: ['SCRIPT', 'LOAD', script] }, { args: ['EVALSHA', sha1(script), ...parameters(d)] }];
    },
    SCRIPT: (d) => ['SCRIPT', d.option('LOAD'), d.pick(SCRIPTS)],
    'SCRIPT+': (d) => ['SCRIPT', d.option('EXISTS'), ...d.some(1, 3, () => sha(d))],
    'SCRIPT++': (d) => (d.chance(0.1) ? ['SCRIPT', 'FLUSH', ...d.some(0, 1, () => d.option('SYNC', 'ASYNC', 'NOW'))] : [
      'SCRIPT', d.pick(['KILL', 'NOSUCH']),
    ]),
  },
};

function parameters(d: Draw): string[] {
  const types: readonly KeyType[] = ['string', 'string', 'hash', 'list', 'zset', 'stream'];
  const keys = d.some(1, 2, () => d.key(d.pick(types)));
  const values = d.some(0, 3, () => (d.chance(0.3) ? d.pick(['[1,2]', '{"a":null}', '"\\u00e9"', 'x', '\x93\x01\x02\x03', '12']) : d.value()));
  return [...d.counted(keys), ...values];
}

function sha(d: Draw): string {
  if (d.chance(0.15)) return d.pick(['', 'abc', 'f'.repeat(40), 'F'.repeat(40)]);
  const hash = sha1(d.pick(SCRIPTS));
  return d.chance(0.1) ? hash.toUpperCase() : hash;
}

function sha1(script: string): string {
  return createHash('sha1').update(Buffer.from(script, 'latin1')).digest('hex');
}
