import { Alarms } from '../alarms.js';
import { Crowd } from '../crowd.js';
import { Deadlines } from '../deadlines.js';
import type { Link } from '../link.js';
import { Mischief } from '../mischief.js';
import { accepted, pluginOf } from '../stage.js';
import { Watch } from '../watch.js';
import type { Workload } from '../workload.js';

const PORT = 7006;
const MAX_ACTS = 150;
const MAX_STEP_MS = 40;
const LONGER_THAN_ANY_MS = 20_000;

export const timers: Workload = {
  name: 'timers',
  about: 'timers, intervals and delays, made, refreshed and cancelled at random, and connections with deadlines: nothing early, nothing forgotten',

  async play(stage) {
    const { sim, random, surroundings } = stage;
    const [alarms, deadlines] = [new Alarms(stage), new Deadlines(stage)];
    // Timers are made in the midst of turns, too, when these have lasted for a while.
    const receive = (link: Link, chunk: Buffer): void => {
      deadlines.behaviour.onData?.(link, chunk);
      if (random.chance(0.1)) alarms.act();
    };
    const watch = new Watch(stage, { ...deadlines.behaviour, onData: receive }, accepted, new Mischief(stage));
    const server = sim.reactor.use(pluginOf('timers', watch.hooks));
    await server.listen({ port: PORT, ...surroundings.terms, ...deadlines.options });
    stage.startFaults();
    const crowd = new Crowd(stage, PORT, (maxBytes) => ({ bytes: random.bytes(random.below(maxBytes)) }));
    crowd.come();
    for (let acts = random.below(MAX_ACTS); acts > 0; acts--) {
      alarms.act();
      await sim.advance(random.below(MAX_STEP_MS));
      alarms.checkTime();
      stage.assertSound();
    }
    await crowd.gone();
    await stage.until(() => alarms.pending === 0, LONGER_THAN_ANY_MS);
    await stage.close(random.pick([0, 1000]));
  },
};
