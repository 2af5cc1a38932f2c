import { type InboxHandle, type Subscription, EdgeloopError } from '@edgeloop/reactor';
import type { Simulation } from '@edgeloop/reactor/testing';
import { Deliberate, demand } from './finding.js';
import type { Stage } from './stage.js';

type Outbox = ReturnType<Simulation['openOutbox']>;

const SENDERS = 3;
const CAPACITY_MESSAGES = 20;
const SIGUSR1 = 10;
const REAL_TIME_SIGNAL = 40;

/** What is numbered by who sends it, and has to come in this order, each once. */
class Sequence {
  sent = 0;
  came = 0;

  constructor(readonly what: string) {}

  arrive(number: number): void {
    demand(number === this.came, () => `${this.what} ${number} has come, but ${this.came} was due`);
    this.came++;
  }

  checkOver(): void {
    demand(this.came === this.sent, () => `${this.sent} ${this.what}s were sent, but ${this.came} have come`);
  }
}

/** Work that comes to the loop by other ways than sockets: posted tasks, messages of an inbox, signals. None is lost, or out of order. */
export class Errands {
  readonly #stage: Stage;
  readonly #tasks = new Sequence('task');
  readonly #messages = Array.from({ length: SENDERS }, (_, sender) => new Sequence(`message of sender ${sender}`));
  readonly #realTime = new Sequence('real-time signal');
  readonly #inbox: InboxHandle<[sender: number, number: number]>;
  readonly #outboxes: Outbox[];
  readonly #subscriptions: Subscription[];
  #standardRaised = 0;
  #standardCame = 0;

  constructor(stage: Stage) {
    this.#stage = stage;
    const { reactor } = stage.sim;
    this.#inbox = reactor.openInbox((message) => stage.guard(() => this.#receive(message)), { capacity: CAPACITY_MESSAGES });
    this.#outboxes = this.#messages.map(() => stage.sim.openOutbox(this.#inbox.address()));
    this.#subscriptions = [
      reactor.onSignal('SIGUSR1', () => void this.#standardCame++),
      reactor.onSignal(REAL_TIME_SIGNAL, ({ pid }) => stage.guard(() => this.#realTime.arrive(pid))),
    ];
  }

  act(): void {
    const { random } = this.#stage;
    random.pick([() => this.#post(), () => this.#send(random.below(SENDERS)), () => this.#raise()])();
  }

  /** To be called when the loop rests. */
  checkOver(): void {
    for (const sequence of [this.#tasks, this.#realTime, ...this.#messages]) sequence.checkOver();
    const [came, raised] = [this.#standardCame, this.#standardRaised];
    demand(came <= raised && (came > 0 || raised === 0), () => `${raised} times SIGUSR1 was raised, and ${came} times it came`);
    const all = [this.#tasks, this.#realTime, ...this.#messages].reduce((sum, one) => sum + one.came, came);
    this.#stage.tally.count('tasks, messages and signals', all);
    for (const outbox of this.#outboxes) outbox.close();
    for (const subscription of this.#subscriptions) subscription.close();
    if (this.#stage.random.chance(0.5)) this.#inbox.close();
  }

  #post(): void {
    const { random, sim } = this.#stage;
    const number = this.#tasks.sent++;
    sim.reactor.post(() => {
      this.#stage.guard(() => this.#tasks.arrive(number));
      if (random.chance(0.1)) this.act();
      if (random.chance(0.02)) throw new Deliberate('thrown by a task');
    });
  }

  #send(sender: number): void {
    const sequence = this.#messages[sender] as Sequence;
    try {
      this.#outboxes[sender]?.post([sender, sequence.sent]);
      sequence.sent++;
    } catch (error) {
      const underWay = this.#messages.reduce((sum, { sent, came }) => sum + sent - came, 0);
      demand(error instanceof EdgeloopError && error.code === 'EL_QUEUE_FULL', () => `an outbox has thrown ${String(error)}`);
      demand(underWay >= CAPACITY_MESSAGES, () => `an inbox is full with ${underWay} messages of ${CAPACITY_MESSAGES}`);
    }
  }

  #raise(): void {
    const { kernel, random } = this.#stage;
    if (random.chance(0.5)) {
      this.#standardRaised++;
      return kernel.raise(SIGUSR1);
    }
    kernel.raise(REAL_TIME_SIGNAL, { pid: this.#realTime.sent++ });
  }

  #receive([sender, number]: [sender: number, number: number]): void {
    (this.#messages[sender] as Sequence).arrive(number);
  }
}
