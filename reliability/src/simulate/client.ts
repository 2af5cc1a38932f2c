import type { PeerEvents, SimPeer } from '@edgeloop/reactor/testing';
import { demand } from './finding.js';
import type { Link } from './link.js';
import type { Stage } from './stage.js';

/** How a peer behaves. `steady` occurs more than once, so that there is work for the others to disturb. */
export const TEMPERS = [
  'steady', 'steady', 'steady', 'burst', 'drip', 'slowReader', 'neverReader', 'endsEarly', 'endsEarly', 'resets', 'vanishes', 'fallsSilent',
] as const;
export type Temper = (typeof TEMPERS)[number];

/** Those that end in order and have read all by then, if nobody keeps them from it. */
export const ORDERLY: ReadonlySet<Temper> = new Set<Temper>(['steady', 'burst', 'drip', 'slowReader', 'endsEarly']);

/** How long who does not read, or says nothing more, holds out; and after which an orderly peer has waited in vain, however slow the network. */
const STUBBORN_MS = 3000;
const PATIENCE_MS = 3_600_000;

/** How often a peer looks that has nothing to do: seldom, the longer the more so. */
const IDLE_MS = 5;
const MAX_IDLE_MS = 1000;

/** What a peer has to say, and how it understands the answers. */
export interface Errand {
  readonly bytes: Buffer;
  received?(chunk: Buffer): void;
  /** Whether there is anything to wait for besides the bytes that are known to be under way. */
  answered?(): boolean;
}

/** A peer that sends, reads, waits, and leaves as its temper has it. It acts in the simulated world, by the seed's random numbers. */
export class Client {
  readonly #stage: Stage;
  readonly #temper: Temper;
  readonly #errand: Errand;
  #peer!: SimPeer;
  #link!: Link;
  readonly #pieceBytes: number;
  readonly #pauseMs: number;
  #sent = 0;
  #idleMs = IDLE_MS;
  #ended = false;
  #left = false;

  constructor(stage: Stage, temper: Temper, errand: Errand) {
    this.#stage = stage;
    this.#temper = temper;
    this.#errand = errand;
    this.#pieceBytes = temper === 'burst' ? errand.bytes.length : temper === 'drip' ? 1 : Math.max(1, stage.random.below(errand.bytes.length));
    this.#pauseMs = stage.random.pick([0.01, 0.1, 1, 20]);
  }

  /** Begins with the peer that it acts for, which has been given its events, and the link that this is one end of. */
  begin(peer: SimPeer, link: Link): void {
    this.#peer = peer;
    this.#link = link;
    link.peer = peer;
    this.#note(`begins, ${this.#temper}`);
    if (this.#temper === 'neverReader') peer.pause();
    if (this.#temper === 'vanishes') return this.#leave('the peer vanished at once', this.#stage.random.chance(0.5));
    this.#stepLater(this.#pauseMs);
    if (ORDERLY.has(this.#temper)) this.#stage.later(PATIENCE_MS, () => this.#losePatience());
    else this.#stage.later(this.#stage.random.below(STUBBORN_MS), () => this.#leave('the peer gave up', false));
  }

  /** Whether it has left, or never came. */
  get left(): boolean {
    return this.#left;
  }

  get events(): PeerEvents {
    return {
      onData: (_, chunk) => this.#stage.guard(() => this.#receive(chunk)),
      onEnd: () => this.#note('sees the end'),
      onError: (_, code) => this.#fail(code),
    };
  }

  #receive(chunk: Buffer): void {
    this.#note(`receives ${chunk.length} bytes`);
    this.#link.toPeer.receive(chunk);
    this.#errand.received?.(chunk);
  }

  #fail(code: string): void {
    this.#note(`fails: ${code}`);
    this.#stage.tally.count(`peers told: ${code}`);
    this.#left = true;
  }

  #losePatience(): void {
    if (this.#left) return;
    demand(this.#link.blame !== undefined, () => `${this.#link.text}: the peer has waited in vain`);
    this.#leave('the peer lost patience', false);
  }

  #stepLater(withinMs: number): void {
    this.#stage.later((this.#stage.random.below(1000) / 1000) * withinMs, () => this.#step());
  }

  #step(): void {
    if (this.#left) return;
    if (this.#temper === 'slowReader') this.#readOrNot();
    if (this.#temper === 'resets' && this.#stage.random.chance(0.1)) return this.#leave('the peer reset it', true);
    if (this.#sent < this.#errand.bytes.length && this.#peer.unsent === 0) this.#sendSome();
    else if (this.#sent === this.#errand.bytes.length && !this.#ended && this.#done) this.#end();
    else if (this.#ended && this.#peer.ended && this.#peer.unsent === 0) return this.#leave(undefined, false);
    else return this.#idle();
    this.#idleMs = IDLE_MS;
    this.#stepLater(this.#pauseMs);
  }

  #idle(): void {
    this.#idleMs = Math.min(2 * this.#idleMs, MAX_IDLE_MS);
    this.#stepLater(this.#idleMs);
  }

  #readOrNot(): void {
    if (this.#stage.random.chance(0.5)) this.#peer.pause();
    else this.#peer.resume();
  }

  #sendSome(): void {
    const { random } = this.#stage;
    if (this.#temper === 'endsEarly' && random.chance(0.2)) return this.#end();
    const piece = this.#errand.bytes.subarray(this.#sent, this.#sent + random.between(1, this.#pieceBytes));
    this.#sent += piece.length;
    this.#note(`sends ${piece.length} bytes`);
    this.#link.toReactor.send(piece);
    this.#peer.send(piece);
  }

  /** Whether it may end: who ends early does so behind the last byte, the others when they have their answers. */
  get #done(): boolean {
    const { toPeer, toReactor } = this.#link;
    if (this.#temper === 'fallsSilent') return false;
    const answered = toPeer.missing === 0 && toReactor.missing === 0 && (this.#errand.answered?.() ?? true);
    return this.#temper === 'endsEarly' || this.#peer.ended || answered;
  }

  #end(): void {
    this.#sent = this.#errand.bytes.length;
    this.#ended = true;
    this.#note('ends');
    this.#peer.end();
  }

  /** `blame` says who has broken the connection by that, if it was not over. */
  #leave(blame: string | undefined, reset: boolean): void {
    if (this.#left) return;
    this.#left = true;
    if (blame !== undefined) this.#link.break(blame);
    this.#note(blame ?? 'closes');
    if (reset) this.#peer.reset();
    else this.#peer.close();
  }

  #note(what: string): void {
    this.#stage.note(`peer ${this.#link.port} ${what}`);
  }
}
