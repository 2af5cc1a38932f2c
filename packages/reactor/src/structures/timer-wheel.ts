import { invariant } from '../invariant.js';
import { type WheelEntry, WheelList } from './wheel-list.js';

const LEVELS = 4;
const SLOT_BITS = 8;
const SLOTS = 1 << SLOT_BITS;
const SLOT_MASK = SLOTS - 1;
const WORD_BITS = 32;
const WORDS = SLOTS / WORD_BITS;
/** Ticks that the levels span together, 49.7 days. What expires in a later span waits in a list of its own. */
const SPAN_TICKS = 2 ** (LEVELS * SLOT_BITS);
/** Masks of the digits below each level. Shifts and masks, as the remainder of a double is slow. */
const LOWER_DIGITS = [0, 0xff, 0xffff, 0xff_ffff, 0xffff_ffff] as const;
const NEVER = Number.POSITIVE_INFINITY;

/**
 * A hierarchical timing wheel (Varghese and Lauck, 1987): inserting and removing are O(1), however many timers wait.
 *
 * Time is counted in ticks of a millisecond. Level 0 has a slot for each of the 256 ticks of the present block, level 1
 * one for each of 256 such blocks, and so on: a timer stands on the level of the highest digit (base 256) in which its
 * tick differs from the present one. When the present reaches its slot, it falls to a lower level. Bitmaps tell which
 * slots are in use, so that empty stretches are skipped: an hour's sleep is caught up as fast as a millisecond's.
 */
export class TimerWheel {
  readonly #slots: readonly WheelList[] = Array.from({ length: LEVELS * SLOTS }, () => new WheelList());
  /** A bit for each slot. Set where a timer may wait; removing one leaves the bit behind, which costs a look later. */
  readonly #used = new Int32Array(LEVELS * WORDS);
  /** Timers that expire beyond the present span. */
  readonly #far = new WheelList();
  /** Timers of a slot that the present has reached, on their way to a lower level. */
  readonly #falling = new WheelList();
  #nowTick: number;
  #spanEndTick: number;
  #size = 0;
  /** Nothing happens before this tick. It may be too early, when a timer was removed, and never too late. */
  #nextTick = NEVER;

  constructor(nowMs: number) {
    this.#nowTick = Math.floor(nowMs);
    this.#spanEndTick = spanEnd(this.#nowTick);
  }

  /** Timers that wait. */
  get size(): number {
    return this.#size;
  }

  /** When `advance` may have something to do next, in ms; infinity without timers. */
  get nextMs(): number {
    return this.#nextTick;
  }

  /** Walks all timers that wait, in no order. None may be inserted or removed meanwhile. */
  *entries(): IterableIterator<WheelEntry> {
    for (const list of [...this.#slots, this.#far, this.#falling]) yield* list.entries();
  }

  /** Adds a timer that expires at the first tick that is not before `dueMs`, and in the future. */
  insert(entry: WheelEntry, dueMs: number): void {
    invariant(!entry.linked, 'a timer is inserted twice');
    entry.dueTick = Math.max(Math.ceil(dueMs), this.#nowTick + 1);
    this.#size++;
    this.#place(entry);
  }

  remove(entry: WheelEntry): void {
    invariant(entry.linked, 'a timer is removed that does not wait');
    entry.unlink();
    if (--this.#size === 0) this.#nextTick = NEVER;
  }

  /**
   * Puts off a timer that waits, to a time not before its own. It stays where it is, which costs nothing; when its turn
   * has come there, it finds its new place.
   */
  postpone(entry: WheelEntry, dueMs: number): void {
    entry.dueTick = Math.max(Math.ceil(dueMs), entry.dueTick);
  }

  /**
   * Moves the present on to `nowMs`, and takes out what expires on the way: in the order of ticks, and within a tick in
   * the order of insertion. `expire` may insert and remove. At most `budget` timers are touched, be it that they expire
   * or that they fall to a lower level; returns true if that did not suffice.
   */
  advance(nowMs: number, budget: number, expire: (entry: WheelEntry) => void): boolean {
    const target = Math.floor(nowMs);
    for (;;) {
      budget = this.#expirePresent(this.#fall(budget), expire);
      if (this.#busy) return true;
      this.#nextTick = this.#findNext();
      if (this.#nextTick > target) break;
      this.#moveTo(this.#nextTick);
    }
    if (target > this.#nowTick) this.#moveTo(target);
    return false;
  }

  /** Whether timers are due at the present tick, or may be. */
  get #busy(): boolean {
    return !this.#falling.empty || !this.#slot(0, this.#nowTick & SLOT_MASK).empty;
  }

  #slot(level: number, index: number): WheelList {
    return this.#slots[level * SLOTS + index] as WheelList;
  }

  #place(entry: WheelEntry): void {
    const due = entry.dueTick;
    if (due >= this.#spanEndTick) {
      this.#lower(this.#spanEndTick);
      return this.#far.append(entry);
    }
    const level = levelOf(due ^ this.#nowTick);
    const index = (due >>> (level * SLOT_BITS)) & SLOT_MASK;
    this.#used[level * WORDS + (index >>> 5)]! |= 1 << (index & 31);
    this.#lower(due - ((due & (LOWER_DIGITS[level] as number)) >>> 0));
    this.#slot(level, index).append(entry);
  }

  #lower(tick: number): void {
    if (tick < this.#nextTick) this.#nextTick = tick;
  }

  #fall(budget: number): number {
    for (; budget > 0 && !this.#falling.empty; budget--) this.#place(this.#falling.shift());
    return budget;
  }

  #expirePresent(budget: number, expire: (entry: WheelEntry) => void): number {
    const present = this.#slot(0, this.#nowTick & SLOT_MASK);
    for (; budget > 0 && !present.empty; budget--) {
      const entry = present.shift();
      if (entry.dueTick > this.#nowTick) {
        this.#place(entry);
        continue;
      }
      this.#size--;
      expire(entry);
    }
    return budget;
  }

  /** The present becomes `tick`, before which nothing is due. Of the slots that begin there, one at most is in use. */
  #moveTo(tick: number): void {
    this.#nowTick = tick;
    if (tick >= this.#spanEndTick) {
      this.#spanEndTick = spanEnd(tick);
      this.#falling.appendAll(this.#far);
    }
    for (let level = 1; level < LEVELS && (tick & (LOWER_DIGITS[level] as number)) === 0; level++) {
      this.#falling.appendAll(this.#slot(level, (tick >>> (level * SLOT_BITS)) & SLOT_MASK));
    }
  }

  /** The tick of the first slot in use that lies in the future; those of a level all lie before those of the next. */
  #findNext(): number {
    if (this.#size === 0) return NEVER;
    for (let level = 0; level < LEVELS; level++) {
      const index = this.#findUsed(level, ((this.#nowTick >>> (level * SLOT_BITS)) & SLOT_MASK) + 1);
      if (index < SLOTS) return this.#tickOf(level, index);
    }
    return this.#spanEndTick;
  }

  /** The first slot in use of a level, from a given one on; SLOTS if there is none. Clears the bits of empty ones. */
  #findUsed(level: number, from: number): number {
    for (let index = from; index < SLOTS; ) {
      const at = level * WORDS + (index >>> 5);
      const word = (this.#used[at] as number) & (-1 << (index & 31));
      if (word === 0) {
        index = (index | 31) + 1;
        continue;
      }
      const bit = 31 - Math.clz32(word & -word);
      index = (index & ~31) | bit;
      if (!this.#slot(level, index).empty) return index;
      this.#used[at]! &= ~(1 << bit);
    }
    return SLOTS;
  }

  /** The tick at which a slot that lies in the future begins: the present one with its lower digits replaced. */
  #tickOf(level: number, index: number): number {
    const lower = this.#nowTick & (LOWER_DIGITS[level + 1] as number);
    return this.#nowTick - (lower >>> 0) + ((index << (level * SLOT_BITS)) >>> 0);
  }
}

function spanEnd(tick: number): number {
  return tick - (tick % SPAN_TICKS) + SPAN_TICKS;
}

/** The highest digit, base 256, in which two ticks of one span differ. */
function levelOf(difference: number): number {
  return difference === 0 ? 0 : (31 - Math.clz32(difference)) >>> 3;
}
