import type { SimListener, SimPeer } from '@edgeloop/reactor/testing';
import { Client, TEMPERS } from '../client.js';
import { Crowd } from '../crowd.js';
import type { Link } from '../link.js';
import { Mischief } from '../mischief.js';
import { type Stage, accepted, dialled, pluginOf } from '../stage.js';
import { Tunnels } from '../tunnels.js';
import { Watch } from '../watch.js';
import type { Workload } from '../workload.js';

const PORT = 7003;
const UPSTREAM_PORT = 7004;
/** Nobody listens there. */
const NOWHERE_PORT = 7005;

/** Upstreams in the simulated world, each of a temper of its own, as the clients are. */
class Upstreams {
  readonly #stage: Stage;
  readonly #listener: SimListener;
  readonly #clients = new Map<SimPeer, Client>();

  constructor(stage: Stage) {
    this.#stage = stage;
    this.#listener = stage.sim.listen({ port: UPSTREAM_PORT }, {
      onData: (peer, chunk) => this.#clients.get(peer)?.events.onData?.(peer, chunk),
      onEnd: (peer) => this.#clients.get(peer)?.events.onEnd?.(peer),
      onError: (peer, code) => this.#clients.get(peer)?.events.onError?.(peer, code),
    });
  }

  /** Has somebody speak at the other end of a link that the reactor has dialled. */
  answer(link: Link): void {
    const { random, surroundings } = this.#stage;
    const peer = this.#listener.peers.find(({ remotePort }) => remotePort === link.port);
    if (peer === undefined) return;
    const client = new Client(this.#stage, random.pick(TEMPERS), { bytes: random.bytes(random.below(surroundings.peerBytes)) });
    this.#clients.set(peer, client);
    client.begin(peer, link);
  }
}

/** Dials an upstream for a client, and joins the two. */
class Dialler {
  readonly #stage: Stage;
  readonly #tunnels: Tunnels;
  readonly #watch: Watch;

  constructor(stage: Stage, tunnels: Tunnels, watch: Watch) {
    this.#stage = stage;
    this.#tunnels = tunnels;
    this.#watch = watch;
  }

  async dial(down: Link): Promise<void> {
    const { sim, random, surroundings } = this.#stage;
    try {
      const port = random.chance(0.05) ? NOWHERE_PORT : UPSTREAM_PORT;
      const connection = await sim.reactor.connect({ host: '127.0.0.1', port, ...surroundings.terms, ...FLOW }, this.#watch.hooks);
      const up = this.#watch.linkOf(connection);
      if (down.closed) return up.destroy('its client has left');
      // Another handler may have broken it before the turn was over.
      if (up.closed) return down.destroy('its upstream has left');
      this.#tunnels.join(down, up);
      up.resume();
    } catch (error) {
      this.#stage.tally.count('dials that failed');
      down.destroy('there is no upstream', error as Error);
    }
  }
}

/** Who does not take what we send may be waiting for us to take what it sends. */
const FLOW = { pauseOnBackpressure: false };

export const proxy: Workload = {
  name: 'proxy',
  about: 'each client is joined to an upstream that is dialled for it: bytes, half-closes and resets are passed on',

  async play(stage) {
    const { sim, random, surroundings } = stage;
    const [tunnels, upstreams, mischief] = [new Tunnels(), new Upstreams(stage), new Mischief(stage)];
    const opened = (link: Link) => {
      link.pause();
      upstreams.answer(link);
    };
    const dialler = new Dialler(stage, tunnels, new Watch(stage, { ...tunnels.behaviour, onOpen: opened }, dialled, mischief));
    const watch = new Watch(stage, { ...tunnels.behaviour, onOpen: (link) => dialler.dial(link) }, accepted, mischief);
    await sim.reactor.use(pluginOf('proxy', watch.hooks)).listen({ port: PORT, ...surroundings.terms, ...FLOW });
    stage.startFaults();
    const crowd = new Crowd(stage, PORT, (maxBytes) => ({ bytes: random.bytes(random.below(maxBytes)) }));
    crowd.come();
    await crowd.gone();
    await stage.close(random.pick([0, 1000]));
  },
};
