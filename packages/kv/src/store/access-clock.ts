import { ACCESS_BITS, ACCESS_SHIFT } from './meta.js';

const COUNT_BITS = 0xff;
const MINUTES_BITS = 0xffff;
const SECONDS_BITS = 0xffffff;
/** A new key starts with a small count, so that it is not evicted before it had a chance. */
const FIRST_COUNT = 5;

/**
 * When and how often keys are used, in 24 bits each: either the second of the last use (LRU), or its minute with a
 * logarithmic counter (LFU: Morris, 1978). `maxmemory-policy` decides which one.
 */
export class AccessClock {
  lfu = false;
  /** The larger, the more uses it takes to count up. */
  lfuLogFactor = 10;
  /** Minutes after which a count falls by one; 0 for never. */
  lfuDecayMinutes = 1;
  #seconds = 0;
  #bits = 0;

  /** To be called now and then: the resolution is that of the calls. */
  advance(nowMs: number): void {
    this.#seconds = Math.floor(nowMs / 1000);
    this.#bits = (this.#seconds & SECONDS_BITS) << ACCESS_SHIFT;
  }

  /** The bits of a key that is made now. */
  get first(): number {
    return this.lfu ? this.#lfuBits(FIRST_COUNT) : this.#bits;
  }

  /** The word `meta` of a key that is used now. */
  touched(meta: number): number {
    if (!this.lfu) return (meta & ~ACCESS_BITS) | this.#bits;
    return (meta & ~ACCESS_BITS) | this.#lfuBits(this.#countedUp(this.frequency(meta)));
  }

  /** Seconds since the last use. */
  idleSeconds(meta: number): number {
    if (this.lfu) return this.#minutesSince(meta) * 60;
    return (this.#seconds - (meta >>> ACCESS_SHIFT)) & SECONDS_BITS;
  }

  /** The count of uses, decayed until now. */
  frequency(meta: number): number {
    const count = (meta >>> ACCESS_SHIFT) & COUNT_BITS;
    if (this.lfuDecayMinutes === 0) return count;
    return Math.max(0, count - Math.floor(this.#minutesSince(meta) / this.lfuDecayMinutes));
  }

  /** The word `meta` of a key that was last used so many seconds ago: RESTORE IDLETIME. */
  withIdleSeconds(meta: number, seconds: number): number {
    return (meta & ~ACCESS_BITS) | (((this.#seconds - seconds) & SECONDS_BITS) << ACCESS_SHIFT);
  }

  /** The word `meta` of a key with a given count: RESTORE FREQ. */
  withFrequency(meta: number, count: number): number {
    return (meta & ~ACCESS_BITS) | this.#lfuBits(count);
  }

  #lfuBits(count: number): number {
    return ((((this.#seconds / 60) & MINUTES_BITS) << 8) | count) << ACCESS_SHIFT;
  }

  #minutesSince(meta: number): number {
    return ((this.#seconds / 60) - (meta >>> (ACCESS_SHIFT + 8))) & MINUTES_BITS;
  }

  #countedUp(count: number): number {
    if (count === COUNT_BITS) return count;
    const chance = 1 / (Math.max(0, count - FIRST_COUNT) * this.lfuLogFactor + 1);
    return Math.random() < chance ? count + 1 : count;
  }
}
