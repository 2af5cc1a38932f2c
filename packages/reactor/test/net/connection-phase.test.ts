import t from 'tap';
import { InvariantError } from '../../src/invariant.js';
import { Meters } from '../../src/loop/meters.js';
import { type ConnectionPhase, transition } from '../../src/net/connection-phase.js';

const PHASES: ConnectionPhase[] = ['open', 'draining', 'closing', 'closed'];
const LEGAL = new Set(['open>draining', 'open>closed', 'draining>closing', 'draining>closed', 'closing>closed']);

t.test('a connection takes the steps of its life and no others', async (t) => {
  for (const from of PHASES) {
    for (const to of PHASES) {
      if (LEGAL.has(`${from}>${to}`)) t.equal(transition(from, to, new Meters().gauges), to);
      else t.throws(() => transition(from, to, new Meters().gauges), InvariantError, `${from} > ${to}`);
    }
  }
});
