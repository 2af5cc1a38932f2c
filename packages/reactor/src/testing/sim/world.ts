import { Random } from '../random.js';
import { type Conditions, FAIR } from './conditions.js';
import { Network } from './network.js';
import { Timeline } from './timeline.js';

const NS_PER_MS = 1_000_000;

/** What the simulated processes share: the time, the network, chance, and how well things go. */
export class World {
  readonly timeline = new Timeline();
  readonly random: Random;
  readonly network: Network;
  /** May be exchanged at any time. */
  conditions: Conditions;
  #underWay = 0;

  constructor(seed: number, conditions: Partial<Conditions> = {}) {
    this.random = new Random(seed);
    this.conditions = { ...FAIR, ...conditions };
    this.network = new Network();
  }

  /** Whether the network has something to deliver, which time alone will bring. */
  get underWay(): boolean {
    return this.#underWay > 0;
  }

  /** Has the network deliver something when its time has come. */
  transmit(arrive: () => void, extraMs = 0): void {
    const [least, most] = this.conditions.latencyMs;
    const latencyNs = least === most ? least * NS_PER_MS : this.random.between(least * NS_PER_MS, most * NS_PER_MS);
    this.#underWay++;
    this.timeline.after(latencyNs + extraMs * NS_PER_MS, () => {
      this.#underWay--;
      arrive();
    });
  }
}
