import { Crowd } from '../crowd.js';
import { Mischief } from '../mischief.js';
import { type Stage, accepted, pluginOf } from '../stage.js';
import { Watch } from '../watch.js';
import type { Workload } from '../workload.js';
import { Questions, answering } from './requests.js';

const PORT = 7002;
const MAX_WAIT_MS = 150;

/** In the midst of it, when neither the loop nor the network rests; some when a connection waits to be accepted. */
async function momentOf(stage: Stage): Promise<void> {
  let [due, late] = [false, false];
  const { random } = stage;
  const anyTime = random.chance(0.7);
  const someoneWaits = () => stage.links.some(({ peer, connection }) => peer?.connected === true && connection === undefined);
  stage.later((random.below(1000) / 1000) * MAX_WAIT_MS, () => (due = true));
  stage.later(MAX_WAIT_MS, () => (late = true));
  await stage.until(() => late || (due && (anyTime || someoneWaits())), MAX_WAIT_MS);
}

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
    await momentOf(stage);
    await stage.close(random.pick([0, 1, 50, 500, 5000]));
  },
};
