import { type Connection, type Hooks, type Plugin, definePlugin } from '@edgeloop/reactor';
import { Random, type SimKernel, Simulation, intercept } from '@edgeloop/reactor/testing';
import { z } from 'zod';
import { CallFaults } from './call-faults.js';
import { CallLog } from './call-log.js';
import { Deliberate, Finding, demand } from './finding.js';
import { HookOrder } from './hook-order.js';
import { Link } from './link.js';
import { type Surroundings, drawSurroundings } from './surroundings.js';
import { Tally } from './tally.js';
import { Trace } from './trace.js';
import { judge, textOf } from './verdict.js';

/** Set apart from the world's seed, so that a workload's choices are not the network's. */
const OTHER_RANDOM = 2 ** 33;

/** What is no part of a run's own descriptors: the epoll set, the timerfd, the reserve and a listener or two. */
const OWN_DESCRIPTORS = 8;

/** What is looked at of a simulated socket, or of another file, which has none of it. */
interface SocketView {
  readonly local?: { readonly port: number };
  readonly remote?: { readonly port: number };
  readonly unread?: number;
}

const CLOSING = 'the reactor was closing';

/**
 * Where a workload is played: a simulated world and a reactor in it, under what the seed has drawn, and the records that its
 * end is judged by.
 */
export class Stage {
  readonly sim: Simulation;
  readonly random: Random;
  readonly surroundings: Surroundings;
  readonly tally = new Tally();
  readonly order = new HookOrder();
  readonly trace: Trace | undefined;
  shuttingDown = false;
  /** When the present turn began, or the last one: what the loop takes for the time. */
  turnMs = 0;
  /** Peers do nothing more. */
  over = false;
  readonly links: Link[] = [];
  readonly #linksByPort = new Map<number, Link>();
  readonly #faults: CallFaults;
  /** Known before the simulation is, whose making is traced, too. */
  #kernel: SimKernel | undefined;
  /** Ends that were told after a shutdown had begun. */
  #endsInShutdown = 0;
  #evictionMs = 0;
  #finding: Error | undefined;

  constructor(seed: number, writeTrace?: (line: string) => void) {
    this.random = new Random(seed + OTHER_RANDOM);
    this.surroundings = drawSurroundings(this.random);
    this.trace = writeTrace === undefined ? undefined : new Trace(writeTrace, () => this.#kernel?.now() ?? 0);
    this.#faults = new CallFaults(new Random(seed + 2 * OTHER_RANDOM), {
      log: new CallLog(this.tally, this.trace),
      broken: (fd, how) => this.#linkOf(fd)?.break(how),
      closing: (fd) => this.#closing(fd),
      turnBegan: () => (this.turnMs = this.#kernel?.now() ?? 0),
    });
    this.sim = this.#simulation(seed);
  }

  get nowMs(): number {
    return this.sim.world.timeline.nowMs;
  }

  get openLinks(): Link[] {
    return this.links.filter(({ connection, closed }) => connection !== undefined && !closed);
  }

  /** Whether the network itself breaks connections, so that any may be broken. */
  get networkResets(): boolean {
    return this.surroundings.conditions.resets > 0;
  }

  /** From now on system calls fail, and descriptors are short, if the surroundings say so. */
  startFaults(): void {
    const { callFailures, spareDescriptors } = this.surroundings;
    this.#faults.probability = callFailures;
    if (spareDescriptors !== undefined) this.kernel.descriptors.limit = OWN_DESCRIPTORS + spareDescriptors;
  }

  get kernel(): SimKernel {
    return this.sim.kernel;
  }

  note(text: string): void {
    this.trace?.line(text);
  }

  /** The link of this port, made when either end is the first to ask. */
  linkAt(port: number): Link {
    const known = this.#linksByPort.get(port);
    if (known !== undefined) return known;
    const link = new Link(port, this.surroundings.terms.maxQueuedBytes);
    if (this.networkResets) link.break('the network resets connections');
    if (this.shuttingDown) link.break(CLOSING);
    this.#linksByPort.set(port, link);
    this.links.push(link);
    return link;
  }

  /** Holds the end of a connection against a shutdown: nobody is evicted before the deadline. */
  ended(link: Link, reason: Error | undefined): void {
    const code = reason === undefined ? 'no error' : 'code' in reason ? String(reason.code) : reason.name;
    this.tally.count(`ends: ${code}`);
    if (!this.shuttingDown) return;
    this.#endsInShutdown++;
    const early = code === 'EL_REACTOR_CLOSED' && this.nowMs < this.#evictionMs;
    demand(!early, () => `${link.text}: evicted ${this.#evictionMs - this.nowMs} ms before the deadline`);
  }

  /** A handler is told of it. What comes so late may be cut off. */
  opened(link: Link): void {
    if (this.shuttingDown) link.break(CLOSING);
  }

  /** Does something later, in the simulated world and not in the reactor, unless the run is over. */
  later(ms: number, action: () => void): void {
    this.sim.world.timeline.after(ms * 1_000_000, () => {
      if (!this.over) this.guard(action);
    });
  }

  /** Runs a part of the model. What it finds ends the run, wherever it was called from. */
  guard<T>(check: () => T): T | undefined {
    try {
      return check();
    } catch (error) {
      if (error instanceof Deliberate) throw error;
      this.found(error as Error);
      return undefined;
    }
  }

  /** Keeps what was found first. */
  found(error: Error): void {
    this.note(`FINDING: ${error.message}`);
    this.#finding ??= error;
  }

  /** Goes on until the condition holds, or something is found. */
  async until(condition: () => boolean, withinMs: number): Promise<void> {
    try {
      await this.sim.until(() => this.#finding !== undefined || condition(), withinMs);
    } catch (error) {
      throw new Finding(`${(error as Error).message}; still open: ${textOf(this.openLinks)}`, { cause: error });
    }
    this.assertSound();
  }

  assertSound(): void {
    if (this.#finding !== undefined) throw this.#finding;
  }

  /** Closes the reactor, lets the network deliver what is under way, and judges. */
  async close(deadlineMs: number): Promise<void> {
    this.shuttingDown = true;
    this.#evictionMs = this.nowMs + deadlineMs;
    // Who waits to be accepted is accepted yet, if there is time at all.
    const accepts = (link: Link) => link.connection === undefined && link.peer?.connected === true && deadlineMs > 0;
    for (const link of this.links) if (!link.closed && !accepts(link)) link.break(CLOSING);
    this.note(`close, with a deadline in ${deadlineMs} ms`);
    const report = await this.sim.close({ deadlineMs });
    this.note(`closed: ${JSON.stringify(report)}`);
    const told = report.idle + report.finished + report.failed + report.forced;
    const ends = this.#endsInShutdown;
    demand(told === ends, () => `the report tells of ${told} ends (${JSON.stringify(report)}), but there were ${ends}`);
    await this.#letPeersHear();
    this.assertSound();
    if (this.sim.reactor.counters.acceptPauses > 0) for (const link of this.links) if (link.connection === undefined) link.break('accepting rested');
    judge({ counters: this.sim.reactor.counters, order: this.order, links: this.links, tally: this.tally, surroundings: this.surroundings });
  }

  #simulation(seed: number): Simulation {
    const { conditions, loop, readBufferBytes, maxConnections } = this.surroundings;
    return new Simulation({
      seed,
      conditions,
      reactor: { loop, readBufferBytes, maxConnections },
      intercept: (kernel) => intercept((this.#kernel = kernel), this.#faults),
    });
  }

  #closing(fd: number): void {
    const link = this.#linkOf(fd);
    if (link?.connection === undefined) return;
    const held = link.paused || this.order.waits(link.connection);
    link.unread = held ? 0 : (this.#socketAt(fd)?.unread ?? 0);
  }

  #socketAt(fd: number): SocketView | undefined {
    return this.#kernel?.descriptors.at(fd) as SocketView | undefined;
  }

  #linkOf(fd: number): Link | undefined {
    const socket = this.#socketAt(fd);
    return this.#linksByPort.get(socket?.remote?.port ?? 0) ?? this.#linksByPort.get(socket?.local?.port ?? 0);
  }

  async #letPeersHear(): Promise<void> {
    await this.sim.settle();
    for (const { peer } of this.links) peer?.resume();
    await this.sim.settle();
    this.over = true;
  }
}

/** A plugin of these hooks, which has no options. */
export function pluginOf(name: string, hooks: Hooks<undefined>): Plugin<z.ZodObject, undefined> {
  return definePlugin({ name, options: z.strictObject({}), setup: () => hooks });
}

/** The port by which both ends know a connection: that of the end that was not listened on. */
export function accepted(connection: Connection): number {
  return connection.remotePort;
}

export function dialled(connection: Connection): number {
  return connection.localPort ?? 0;
}
