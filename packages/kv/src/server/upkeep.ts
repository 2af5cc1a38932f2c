import type { Keyspace } from '../store/keyspace.js';
import type { Durability } from './durability.js';
import type { Pause } from './pause.js';
import { SLICE_MS, Sliced } from './sliced.js';
import type { Timers } from './timers.js';

/** Ten times a second, as Redis does by default. */
export const UPKEEP_HZ = 10;

/** What upkeep needs of a server. */
export interface UpkeptServer {
  readonly keyspace: Keyspace;
  readonly pause: Pause;
  readonly durability: Durability | undefined;
  /** To be called when something is done that may have changed data. */
  settle(): void;
}

/** What a server does without being asked: it removes keys whose deadline has come, or whose memory is needed, and gives memory back. */
export class Upkeep {
  readonly #server: UpkeptServer;
  readonly #keyspace: Keyspace;
  readonly #expiry: Sliced;
  readonly #eviction: Sliced;
  readonly #reclamation: Sliced;

  constructor(server: UpkeptServer, timers: Timers) {
    const { keyspace } = server;
    this.#server = server;
    this.#keyspace = keyspace;
    this.#expiry = new Sliced(timers, () => this.#expire());
    this.#eviction = new Sliced(timers, () => this.#goOnEvicting());
    this.#reclamation = new Sliced(timers, () => keyspace.reclamation.slice(SLICE_MS));
    timers.every(1000 / UPKEEP_HZ, () => this.#tick());
  }

  /** To be called when something large was removed. */
  reclaim(): void {
    if (this.#keyspace.reclamation.pending) this.#reclamation.start();
  }

  /** To be called when memory is needed. Returns false if there is none to be had; if there is much to evict, that goes on later. */
  makeRoom(): boolean {
    if (this.#isPaused) return true;
    const result = this.#evict();
    if (result === 'more') this.#eviction.start();
    return result !== 'stuck';
  }

  #tick(): void {
    this.#keyspace.expiry.begin();
    if (this.#expire()) this.#expiry.start();
    this.reclaim();
    this.#keyspace.memory.release();
  }

  #expire(): boolean {
    this.#keyspace.advance(Date.now());
    if (this.#isPaused) return false;
    const isMore = this.#keyspace.expiry.slice(SLICE_MS);
    this.#server.settle();
    return isMore;
  }

  #goOnEvicting(): boolean {
    if (this.#isPaused) return false;
    const isMore = this.#evict() === 'more';
    this.#server.settle();
    return isMore;
  }

  /** Whoever pauses the writers relies on it that no key goes, either. And what cannot be logged is not to happen. */
  get #isPaused(): boolean {
    const { pause, durability } = this.#server;
    return pause.mode !== undefined || durability?.refusal !== undefined;
  }

  #evict(): 'done' | 'more' | 'stuck' {
    const result = this.#keyspace.eviction.slice(SLICE_MS);
    this.reclaim();
    return result;
  }
}
