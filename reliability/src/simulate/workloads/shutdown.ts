import { Crowd } from '../crowd.js';
import { Mischief } from '../mischief.js';
import { accepted, pluginOf } from '../stage.js';
import { Watch } from '../watch.js';
import type { Workload } from '../workload.js';
import { Questions, answering } from './requests.js';

const PORT = 7002;
const MAX_WAIT_MS = 200;

export const shutdown: Workload = {
  name: 'shutdown',
  about: 'the reactor closes while requests are under way: each is answered, or its connection says that it is not',

  async play(stage) {
    const { sim, random, surroundings } = stage;
    const watch = new Watch(stage, answering(stage), accepted, new Mischief(stage, ['writeToOther']));
    const server = sim.reactor.use(pluginOf('shutdown', watch.hooks));
    await server.listen({ port: PORT, ...surroundings.terms });
    stage.startFaults();
    new Crowd(stage, PORT, (maxBytes) => new Questions(stage, maxBytes)).come();
    await sim.advance(random.below(MAX_WAIT_MS));
    await stage.close(random.pick([0, 1, 50, 500, 5000]));
  },
};
