import { Crowd } from '../crowd.js';
import { Mischief } from '../mischief.js';
import { type Stage, accepted, pluginOf } from '../stage.js';
import { type Behaviour, Watch } from '../watch.js';
import type { Workload } from '../workload.js';

const PORT = 7000;

/** Writes back what comes, some of it in two pieces. */
function echoing({ random }: Stage): Behaviour {
  return {
    onData: (link, chunk) => {
      const cut = random.chance(0.2) ? random.below(chunk.length) : chunk.length;
      link.write(chunk.subarray(0, cut));
      if (cut < chunk.length) link.write(chunk.subarray(cut));
    },
  };
}

export const echo: Workload = {
  name: 'echo',
  about: 'clients of every temper send bytes, and get them back',

  async play(stage) {
    const { sim, random, surroundings } = stage;
    const watch = new Watch(stage, echoing(stage), accepted, new Mischief(stage));
    const server = sim.reactor.use(pluginOf('echo', watch.hooks));
    await server.listen({ port: PORT, ...surroundings.terms });
    stage.startFaults();
    const crowd = new Crowd(stage, PORT, (maxBytes) => ({ bytes: random.bytes(random.below(maxBytes)) }));
    crowd.come();
    await crowd.gone();
    await stage.close(random.pick([0, 1000]));
  },
};
