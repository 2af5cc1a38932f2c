import { Crowd } from '../crowd.js';
import { demand } from '../finding.js';
import type { Link } from '../link.js';
import { Mischief } from '../mischief.js';
import { type Stage, accepted, pluginOf } from '../stage.js';
import { type Behaviour, Watch } from '../watch.js';
import type { Workload } from '../workload.js';

const PORT = 7000;
const MAX_FAREWELL_MS = 30;

/** Writes back what comes, some of it in two pieces; and says something more, later, to some who have ended. */
function echoing(stage: Stage): Behaviour {
  const { random, sim } = stage;
  const sayFarewell = async (link: Link): Promise<void> => {
    await sim.reactor.delay(random.below(MAX_FAREWELL_MS));
    const cut = link.blame !== undefined || link.interfered;
    stage.guard(() => demand(cut || link.writable, () => `${link.text}: our side was ended before the handler of the half-close was done`));
    link.write(Buffer.from('bye'));
  };
  return {
    onHalfClose: (link) => (random.chance(0.3) && !link.interfered ? sayFarewell(link) : undefined),
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
