import type { World } from './world.js';

/** The two ends of a transmission: who sends and who receives. */
export interface TransmissionEnds {
  /** Bytes have arrived at the other end, so there is more room. */
  roomMade(): void;
  bytesArrived(): void;
  finArrived(): void;
  /** The network has broken the connection. */
  torn(): void;
}

const FIRST_BYTES = 1024;

/**
 * One direction of a connection: what was sent and is under way, and what has arrived and is to be read. One buffer in two
 * parts, between which bytes move as time passes: `[start, arrived)` can be read, `[arrived, end)` is under way.
 */
export class Transmission {
  readonly #world: World;
  readonly #ends: TransmissionEnds;
  #buffer = Buffer.allocUnsafe(FIRST_BYTES);
  #start = 0;
  #arrived = 0;
  #end = 0;
  #finSent = false;
  #finDelivered = false;
  #scheduled = false;
  #cut = false;

  constructor(world: World, ends: TransmissionEnds) {
    this.#world = world;
    this.#ends = ends;
  }

  /** Bytes that can be read. */
  get readable(): number {
    return this.#arrived - this.#start;
  }

  /** Bytes that the sender's buffer holds. */
  get underWay(): number {
    return this.#end - this.#arrived;
  }

  get finDelivered(): boolean {
    return this.#finDelivered;
  }

  /** Bytes that a send of so many would take now, as the conditions have it. */
  roomFor(length: number): number {
    const { random, conditions } = this.#world;
    if (!random.chance(conditions.shortSends)) return this.room;
    // A wake-up comes when something has arrived, so something must be under way.
    const least = this.underWay > 0 ? 0 : 1;
    return random.between(least, Math.max(least, Math.min(this.room, length)));
  }

  /** Bytes that a send would take at most. */
  get room(): number {
    return Math.max(0, this.#world.conditions.sendBufferBytes - this.underWay);
  }

  send(base: Uint8Array, offset: number, length: number): void {
    this.#reserve(length);
    this.#buffer.set(base.subarray(offset, offset + length), this.#end);
    this.#end += length;
    this.#schedule();
  }

  /** Nothing is sent after this; it arrives behind the bytes. */
  sendFin(): void {
    if (this.#finSent) return;
    this.#finSent = true;
    this.#schedule();
  }

  /** Takes what can be read, as far as there is room for it. Returns how much that was. */
  read(base: Uint8Array, offset: number, length: number): number {
    const count = Math.min(length, this.readable);
    base.set(this.#buffer.subarray(this.#start, this.#start + count), offset);
    this.#start += count;
    // The window has opened.
    this.#schedule();
    return count;
  }

  /** Has what can be read arrive later after all, but for so many bytes. */
  retract(keep: number): void {
    if (this.#finDelivered) return;
    this.#arrived = Math.min(this.#arrived, this.#start + keep);
    this.#schedule();
  }

  /** What is under way is lost, and nothing arrives any more. What has arrived can still be read. */
  cut(): void {
    this.#cut = true;
    this.#end = this.#arrived;
  }

  #schedule(): void {
    const due = this.underWay > 0 ? this.#window > 0 : this.#finSent && !this.#finDelivered;
    if (this.#scheduled || this.#cut || !due) return;
    this.#scheduled = true;
    this.#world.transmit(() => this.#deliver());
  }

  get #window(): number {
    return this.#world.conditions.receiveBufferBytes - this.readable;
  }

  #deliver(): void {
    this.#scheduled = false;
    if (this.#cut) return;
    const { random, conditions } = this.#world;
    if (random.chance(conditions.resets)) return this.#ends.torn();
    if (this.underWay > 0) this.#deliverBytes();
    else this.#deliverFin();
    this.#schedule();
  }

  #deliverBytes(): void {
    const { random, conditions } = this.#world;
    const most = Math.min(this.underWay, this.#window, conditions.segmentBytes);
    if (most <= 0) return;
    this.#arrived += random.chance(conditions.splitSegments) ? random.between(1, most) : most;
    this.#ends.bytesArrived();
    this.#ends.roomMade();
    // As TCP does, where it can: the FIN stands in the last segment.
    if (this.underWay === 0 && this.#finSent && !this.#cut && random.chance(0.5)) this.#deliverFin();
  }

  #deliverFin(): void {
    if (!this.#finSent || this.#finDelivered) return;
    this.#finDelivered = true;
    this.#ends.finArrived();
  }

  /** Makes room behind the end, by moving what there is to the front or to a larger buffer. */
  #reserve(length: number): void {
    if (this.#end + length <= this.#buffer.length) return;
    const held = this.#end - this.#start;
    const target = held + length > this.#buffer.length / 2 ? Buffer.allocUnsafe(2 * (held + length)) : this.#buffer;
    this.#buffer.copy(target, 0, this.#start, this.#end);
    this.#buffer = target;
    this.#arrived -= this.#start;
    this.#end = held;
    this.#start = 0;
  }
}
