import { Datagrams } from '../datagrams.js';
import { Errands } from '../errands.js';
import type { Workload } from '../workload.js';

const MAX_ACTS = 300;
const MAX_STEP_MS = 3;

export const messages: Workload = {
  name: 'messages',
  about: 'datagrams, posted tasks, messages of an inbox and signals: in order, each once, nothing lost but by the network',

  async play(stage) {
    const { sim, random } = stage;
    const datagrams = new Datagrams(stage);
    await datagrams.open();
    const errands = new Errands(stage);
    stage.startFaults();
    for (let acts = random.below(MAX_ACTS); acts > 0; acts--) {
      if (random.chance(0.3)) datagrams.act();
      else errands.act();
      if (random.chance(0.7)) await sim.advance(random.below(MAX_STEP_MS));
      stage.assertSound();
    }
    await sim.settle();
    datagrams.checkOver();
    errands.checkOver();
    await stage.close(random.pick([0, 1000]));
  },
};
