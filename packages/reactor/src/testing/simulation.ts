import { constants } from 'node:os';
import { SystemError, check } from '../errors.js';
import { invariant } from '../invariant.js';
import type { Kernel } from '../kernel/kernel.js';
import { DEDICATED_WAIT_MS } from '../limits.js';
import type { Log } from '../log.js';
import { type SocketAddress, addressText, decodeAddress, encodeAddress } from '../net/address.js';
import { checkDelay } from '../plugin/owned-timers.js';
import { type closeOptions, reactorOptions } from '../options.js';
import { type OptionsInput, parseOptions } from '../options-check.js';
import { Reactor } from '../reactor.js';
import type { ShutdownReport } from '../shutdown.js';
import { createLog } from '../telemetry/pino-log.js';
import type { InboxAddress } from '../loop/inbox.js';
import { Outbox } from '../loop/outbox.js';
import { Audit, AuditError } from './audit.js';
import type { Conditions } from './sim/conditions.js';
import type { EpollSet } from './sim/epoll-set.js';
import { SimKernel } from './sim/sim-kernel.js';
import { StreamSocket } from './sim/stream-socket.js';
import { World } from './sim/world.js';
import { InlinePool } from './inline-pool.js';
import { SimHost } from './sim-host.js';
import { SimListener } from './sim-listener.js';
import { type PeerEvents, SimPeer } from './sim-peer.js';

const { EINPROGRESS } = constants.errno;

const NS_PER_MS = 1_000_000;

/** What a receive may bring at once, and the blocks for small writes. Less than in production: a thousand simulations take little memory. */
const READ_BUFFER_BYTES = 4096;
const SLAB_BLOCKS = 16;

/** Calls cost time, in which things happen; but no work is so much that the loop has not rested once after so many turns. */
const RESTLESS_TURNS = 200_000;

/** A turn of Node's loop is dear, so only each so many-th rest has one: for programs that wait for it unbeknown to the reactor. */
const RESTS_PER_NODE_TURN = 16;

export interface SimulationOptions {
  /** The same seed, the same program: the same run, to the last event. Default: 1. */
  readonly seed?: number;
  /** How the kernel and the network behave; what is left out is as in FAIR. */
  readonly conditions?: Partial<Conditions>;
  readonly reactor?: OptionsInput<typeof reactorOptions>;
  /** Default: nothing is reported. */
  readonly log?: Log;
  /** Puts something between the reactor and the kernel, to trace calls or to have some fail. */
  readonly intercept?: (kernel: SimKernel) => Kernel;
}

/** An address on the simulated loopback. */
export interface SimAddress {
  readonly port: number;
  /** An IP literal. Default: 127.0.0.1. */
  readonly host?: string;
}

/**
 * A reactor in a simulated world. Nothing happens but in `settle`, `advance`, `until` and `close`, and the loop is audited after
 * every turn of theirs. Give it to one test, and close it at its end: that finds what was left open.
 */
export class Simulation {
  /** The time, the network and its conditions, which may be exchanged at any time. */
  readonly world: World;
  /** The reactor's kernel, for what only it can do: a limit of descriptors, a signal. */
  readonly kernel: SimKernel;
  /** A real one, with all of its public methods. */
  readonly reactor: Reactor;
  /** Turns that were made. */
  turns = 0;
  readonly #host = new SimHost();
  readonly #pool = new InlinePool();
  readonly #audit: Audit;
  readonly #set: EpollSet;
  readonly #dedicated: boolean;
  #rests = 0;

  constructor({ seed = 1, conditions = {}, reactor = {}, log, intercept = (kernel) => kernel }: SimulationOptions = {}) {
    this.world = new World(seed, conditions);
    this.kernel = new SimKernel(this.world);
    const options = parseOptions(reactorOptions, { readBufferBytes: READ_BUFFER_BYTES, debug: true, ...reactor }, 'Simulation');
    this.#dedicated = options.loop === 'dedicated';
    this.reactor = new Reactor(
      {
        kernel: intercept(this.kernel),
        host: this.#host,
        log: log ?? createLog({ level: 'silent' }).log,
        slabBlocks: SLAB_BLOCKS,
        openTaskPool: async () => this.#pool,
      },
      options,
    );
    const { loop } = this.#host;
    invariant(loop !== undefined, 'a reactor has given its host no loop');
    this.#audit = new Audit(loop, this.kernel);
    this.#set = this.kernel.descriptors.at(loop.descriptor) as EpollSet;
  }

  /** Connects a client to what listens there. Error: a SystemError if as many are open as there are ephemeral ports (EADDRNOTAVAIL). */
  connect(address: SimAddress, events: PeerEvents = {}): SimPeer {
    const remote = canonical(address);
    const socket = new StreamSocket(this.world);
    const peer = new SimPeer(socket, events);
    const result = socket.connect(remote);
    if (result !== -EINPROGRESS) throw new SystemError(result, 'connect', addressText(remote));
    return peer;
  }

  /** Opens a server for the reactor to dial. All its connections react to the same events. */
  listen(address: SimAddress, events: PeerEvents = {}): SimListener {
    const local = canonical(address);
    const socket = new StreamSocket(this.world);
    check(socket.bind(local), 'bind', addressText(local));
    return new SimListener(socket, events);
  }

  /** The sending side of an inbox of the reactor's, as `openOutbox` gives to other threads. */
  openOutbox<T>(address: InboxAddress): Outbox<T> {
    return new Outbox(this.kernel, address);
  }

  /** Goes on until the loop rests and nothing is under way in the network. Timers run as far as time passes by that. */
  async settle(): Promise<void> {
    while ((await this.#turnsWhileDue()) && this.world.underWay) this.world.timeline.next();
  }

  /** Lets so much time pass, with all that happens in it. What is still under way then stays so. */
  async advance(ms: number): Promise<void> {
    const { timeline } = this.world;
    const endNs = timeline.nowNs + checkDelay('advance', ms) * NS_PER_MS;
    while ((await this.#turnsWhileDue()) && timeline.nextNs <= endNs) this.#pass(endNs);
    timeline.passTo(endNs);
    await this.#turnsWhileDue();
  }

  /** Goes on until the condition holds. Throws if nothing more will happen, or not within this time. */
  async until(condition: () => boolean, withinMs = 60_000): Promise<void> {
    const { timeline } = this.world;
    if (withinMs !== Number.POSITIVE_INFINITY) checkDelay('until', withinMs);
    const endNs = timeline.nowNs + withinMs * NS_PER_MS;
    while (!condition()) {
      await this.#turnsWhileDue();
      // What no time brings, Node's own loop may.
      if (!condition() && this.#nothingBefore(endNs)) await nodesTurn().then(() => this.#turnsWhileDue());
      if (condition()) return;
      if (this.#nothingBefore(endNs)) throw new Error(this.#inVain(withinMs));
      this.#pass(endNs);
    }
  }

  /** Closes the reactor as `reactor.close` does, and looks for what it has left open. */
  async close(options: OptionsInput<typeof closeOptions> = {}): Promise<ShutdownReport> {
    let report: ShutdownReport | undefined;
    void this.reactor.close(options).then((value) => (report = value));
    await this.until(() => report !== undefined, Number.POSITIVE_INFINITY);
    await this.settle();
    Audit.afterClose(this.kernel);
    return report as ShutdownReport;
  }

  /** Makes turns as long as there is something for them, with Node's promises in between. Always answers true. */
  async #turnsWhileDue(): Promise<true> {
    const firstTurn = this.turns;
    const audit = this.#awaitsNode;
    await this.#pool.loaded();
    await (audit ? nodesTurn() : promisesSettled());
    while (this.#host.due || (this.#host.loop !== undefined && this.#set.ready)) {
      if (this.turns - firstTurn > RESTLESS_TURNS) throw new AuditError(`the loop has not come to rest in ${RESTLESS_TURNS} turns`);
      this.#turn(0);
      await promisesSettled();
    }
    // Without a turn nothing has changed in the loop, but for what somebody has called from outside: that is seen a little later.
    if (this.#host.loop === undefined) await nodesTurn();
    else if (audit || this.turns > firstTurn) this.#audit.atRest();
    return true;
  }

  /** Says of a wait that has come to nothing what it may have been for. */
  #inVain(withinMs: number): string {
    const pending = this.#host.loop?.pendingPromises ?? 0;
    const why = this.#nothingBefore(Number.POSITIVE_INFINITY) ? 'nothing more is planned' : `it was not within ${withinMs} ms`;
    const hint = `; promises that handlers wait for: ${pending}, and time brings only such as reactor.delay, but no file and no timer of Node's`;
    return `what the simulation waits for has not come about: ${why}${pending > 0 ? hint : ''}`;
  }

  #nothingBefore(endNs: number): boolean {
    const { nextNs } = this.world.timeline;
    return nextNs > endNs || nextNs === Number.POSITIVE_INFINITY;
  }

  /** Whether something may be under way that only Node's own loop brings, as the end of a reactor is. */
  get #awaitsNode(): boolean {
    const { loop } = this.#host;
    return loop === undefined || loop.pendingPromises > 0 || this.#rests++ % RESTS_PER_NODE_TURN === 0;
  }

  #turn(timeoutMs: number): void {
    this.#host.turn(timeoutMs);
    this.turns++;
    if (this.#host.loop !== undefined) this.#audit.afterTurn();
  }

  /** Time passes: a dedicated host is in epoll_wait meanwhile. */
  #pass(endNs: number): void {
    const { timeline } = this.world;
    if (this.#dedicated) this.#turn(Math.min(DEDICATED_WAIT_MS, Math.ceil((endNs - timeline.nowNs) / NS_PER_MS)));
    else timeline.next();
  }
}

/** In the words of the kernel, which compares addresses as text. Error: EL_ADDRESS_INVALID. */
function canonical({ port, host = '127.0.0.1' }: SimAddress): SocketAddress {
  return decodeAddress(encodeAddress(host, port).bytes) as SocketAddress;
}

/** A tick runs when all promises are settled that can be, and costs a tenth of a turn of Node's loop. */
function promisesSettled(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve));
}

/** Lets Node's loop turn once: immediates run, and what has come for the program from outside is brought. */
function nodesTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
