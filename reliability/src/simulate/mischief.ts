import { Deliberate } from './finding.js';
import type { Link } from './link.js';
import type { Stage } from './stage.js';

const DEEDS = ['throw', 'reject', 'destroy', 'destroyOther', 'destroyOther', 'pauseOther', 'pause', 'writeToOther', 'end', 'wait', 'wait'] as const;
export type Deed = (typeof DEEDS)[number];

const MAX_PAUSE_MS = 50;
const MAX_UNASKED_BYTES = 10_000;

/** What handlers may do without being wrong, or being so in a way that must hurt their own connection only. */
export class Mischief {
  readonly #stage: Stage;
  readonly #probability: number;
  readonly #deeds: readonly Deed[];
  /** Those that are open, for who picks on others. */
  readonly #open = new Set<Link>();

  /** Some are of one idea. Without those that the workload's model does not know. */
  constructor(stage: Stage, without: readonly Deed[] = []) {
    this.#stage = stage;
    this.#probability = stage.surroundings.mischief;
    const { random } = stage;
    const deeds = DEEDS.filter((deed) => !without.includes(deed));
    this.#deeds = random.chance(0.3) ? [random.pick(deeds)] : deeds;
  }

  opened(link: Link): void {
    this.#open.add(link);
  }

  closed(link: Link): void {
    this.#open.delete(link);
  }

  /** To be called when a hook has done its work. May throw, or return a promise that the hook has to return. */
  act(hook: string, link: Link): Promise<void> | undefined {
    const { random, shuttingDown } = this.#stage;
    if (!random.chance(this.#probability) || (hook === 'onClose' && shuttingDown)) return undefined;
    const deed = random.pick(this.#deeds);
    this.#stage.tally.count(`mischief: ${deed}`);
    if (!deed.endsWith('Other')) return this.#do(deed, link);
    for (const target of this.#victims()) void this.#do(deed, target);
    return undefined;
  }

  /** One of those that are open, or all of them: events or bytes may have come for them that are still to be delivered. */
  #victims(): readonly Link[] {
    const { random } = this.#stage;
    const open = [...this.#open];
    return open.length === 0 || random.chance(0.3) ? open : [random.pick(open)];
  }

  #do(deed: Deed, target: Link): Promise<void> | undefined {
    this.#stage.note(`the handler misbehaves: ${deed}, ${target.port}`);
    switch (deed) {
      case 'throw':
        this.#break(target, 'a handler threw');
        throw new Deliberate('thrown by a handler');
      case 'reject':
        return this.#reject(target);
      case 'destroy':
      case 'destroyOther':
        return this.#destroy(target);
      case 'pause':
      case 'pauseOther':
        return this.#pause(target);
      case 'writeToOther':
        return void target.write(this.#stage.random.bytes(this.#stage.random.between(1, MAX_UNASKED_BYTES)));
      case 'end':
        return this.#end(target);
      case 'wait':
        return this.#wait();
    }
  }

  /** What is closed can be broken no more. */
  #break(target: Link, blame: string): void {
    if (target.closed) return;
    target.break(blame);
    target.interfered = true;
  }

  async #reject(target: Link): Promise<void> {
    await this.#wait();
    this.#break(target, 'a handler rejected');
    throw new Deliberate('a handler rejected');
  }

  #destroy(target: Link): undefined {
    const { random } = this.#stage;
    target.destroy('a handler destroyed it', random.chance(0.5) ? new Deliberate('destroyed by a handler') : undefined);
  }

  #pause(target: Link): undefined {
    target.pause();
    this.#stage.sim.reactor.setTimeout(() => target.resume(), this.#stage.random.below(MAX_PAUSE_MS));
  }

  /** Twice does no harm. What the handler would write later is not written. */
  #end(target: Link): undefined {
    target.interfered = true;
    target.connection?.end();
    target.connection?.end();
  }

  /** Over at once, or in a while. */
  #wait(): Promise<void> {
    const { random, sim } = this.#stage;
    return random.chance(0.3) ? Promise.resolve() : sim.reactor.delay(random.below(MAX_PAUSE_MS));
  }
}
