import type { Integer64 } from '../bytes/integer.js';
import { highWord, lowWord, signedOf } from '../bytes/words.js';
import type { Memory } from '../memory/memory.js';
import { filled } from './filled.js';
import { IdTable } from './id-table.js';

const DELIVERED = 0;
const DELIVERIES = 2;
const OWNER = 4;
const WORDS = 5;

/**
 * The entries that a consumer group has delivered and that nobody has acknowledged. What is told of an entry is told of the one at the
 * table's place.
 */
export class PendingTable extends IdTable {
  readonly #memory: Memory;

  constructor(memory: Memory) {
    super(memory, WORDS);
    this.#memory = memory;
  }

  /** When it was delivered last, in ms since the epoch. */
  get deliveredMs(): number {
    return Number(signedOf(this.word(DELIVERED), this.word(DELIVERED + 1)));
  }

  set deliveredMs(ms: number) {
    this.setWord(DELIVERED, highWord(ms));
    this.setWord(DELIVERED + 1, lowWord(ms));
  }

  /** How often it was delivered, or what somebody says. */
  get deliveries(): Integer64 {
    return signedOf(this.word(DELIVERIES), this.word(DELIVERIES + 1));
  }

  set deliveries(count: Integer64) {
    this.setWord(DELIVERIES, highWord(count));
    this.setWord(DELIVERIES + 1, lowWord(count));
  }

  /** The number of the consumer that has it. */
  get owner(): number {
    return this.word(OWNER);
  }

  set owner(slot: number) {
    this.setWord(OWNER, slot);
  }

  override copy(): PendingTable {
    return filled(new PendingTable(this.#memory), (copy) => copy.fill(this));
  }
}
