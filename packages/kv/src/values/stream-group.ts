import { addWrapped } from '../bytes/words.js';
import type { Integer64 } from '../bytes/integer.js';
import type { Memory } from '../memory/memory.js';
import { filled } from './filled.js';
import { IdTable } from './id-table.js';
import { PendingTable } from './pending-table.js';
import { StreamId } from './stream-id.js';

/** A reader of a group, and the ids of what it was given and has not acknowledged. */
export class StreamConsumer {
  /** Each character is a byte. */
  readonly name: string;
  /** By which the group's table refers to it. */
  readonly slot: number;
  readonly pending: IdTable;
  /** In ms since the epoch. */
  seenMs: number;

  constructor(name: string, slot: number, seenMs: number, pending: IdTable) {
    this.name = name;
    this.slot = slot;
    this.seenMs = seenMs;
    this.pending = pending;
  }
}

const pendingId = new StreamId();

/**
 * Consumers that share the entries of a stream: each entry goes to one of them, and is pending until it is acknowledged. The table of
 * the group knows of each pending entry who has it, since when and how often it was delivered; those of its consumers have ids alone.
 */
export class StreamGroup {
  readonly lastId = new StreamId();
  /** How many entries up to `lastId` were ever added to the stream; undefined if nobody knows. */
  entriesRead: Integer64 | undefined;
  readonly pending: PendingTable;
  readonly #memory: Memory;
  readonly #consumers = new Map<string, StreamConsumer>();
  readonly #slots: (StreamConsumer | undefined)[] = [];

  constructor(memory: Memory, lastId: StreamId, entriesRead: Integer64 | undefined, pending = new PendingTable(memory)) {
    this.#memory = memory;
    this.lastId.copyFrom(lastId);
    this.entriesRead = entriesRead;
    this.pending = pending;
  }

  // --- Consumers

  get consumerCount(): number {
    return this.#consumers.size;
  }

  /** In the order of their names. */
  get consumers(): StreamConsumer[] {
    return [...this.#consumers.values()].sort((one, other) => (one.name < other.name ? -1 : 1));
  }

  consumer(name: string): StreamConsumer | undefined {
    return this.#consumers.get(name);
  }

  /** Adds a consumer that is not there. */
  addConsumer(name: string, nowMs: number): StreamConsumer {
    const free = this.#slots.indexOf(undefined);
    return this.#enter(new StreamConsumer(name, free < 0 ? this.#slots.length : free, nowMs, new IdTable(this.#memory)));
  }

  /** Removes a consumer with all that is pending for it, and returns how much that is. */
  removeConsumer(consumer: StreamConsumer): number {
    const { size } = consumer.pending;
    for (let more = consumer.pending.seek(pendingId.set(0, 0)); more; more = consumer.pending.next()) {
      if (this.pending.find(consumer.pending.readId(pendingId))) this.pending.remove();
    }
    consumer.pending.dispose(Number.POSITIVE_INFINITY);
    this.#consumers.delete(consumer.name);
    this.#slots[consumer.slot] = undefined;
    return size;
  }

  #enter(consumer: StreamConsumer): StreamConsumer {
    this.#slots[consumer.slot] = consumer;
    this.#consumers.set(consumer.name, consumer);
    return consumer;
  }

  // --- Pending entries

  /** Who has the pending entry at the table's place. */
  get owner(): StreamConsumer {
    return this.#slots[this.pending.owner] as StreamConsumer;
  }

  /** Notes that an entry was given to a consumer, perhaps anew. The table's place is at it then. Error: OutOfMemory; then nothing has changed. */
  deliver(id: StreamId, consumer: StreamConsumer, nowMs: number): void {
    if (!this.#add(id, consumer)) this.assign(id, consumer);
    this.pending.deliveredMs = nowMs;
    this.pending.deliveries = 1;
  }

  /** Gives the pending entry at the table's place, which has this id, to another consumer. Error: OutOfMemory; then nothing has changed. */
  assign(id: StreamId, consumer: StreamConsumer): void {
    const { owner } = this;
    if (owner === consumer) return;
    consumer.pending.add(id);
    if (owner.pending.find(id)) owner.pending.remove();
    this.pending.owner = consumer.slot;
  }

  /** Counts the pending entry at the table's place as delivered once more. */
  countDelivery(): void {
    this.pending.deliveries = addWrapped(this.pending.deliveries, 1);
  }

  /** Forgets a pending entry, and says whether it was one. */
  forget(id: StreamId): boolean {
    if (!this.pending.find(id)) return false;
    const { pending } = this.owner;
    if (pending.find(id)) pending.remove();
    this.pending.remove();
    return true;
  }

  /** Adds an entry to both tables, or to none. */
  #add(id: StreamId, consumer: StreamConsumer): boolean {
    if (!this.pending.add(id)) return false;
    this.pending.owner = consumer.slot;
    try {
      consumer.pending.add(id);
    } catch (error) {
      this.pending.remove();
      throw error;
    }
    return true;
  }

  // --- As a whole

  /** What it takes in memory, in bytes. */
  get bytes(): number {
    let { bytes } = this.pending;
    for (const consumer of this.#consumers.values()) bytes += consumer.pending.bytes;
    return bytes;
  }

  /** Error: OutOfMemory, and nothing is left behind. */
  copy(): StreamGroup {
    return filled(new StreamGroup(this.#memory, this.lastId, this.entriesRead, this.pending.copy()), (copy) => {
      for (const { name, slot, seenMs, pending } of this.#consumers.values()) copy.#enter(new StreamConsumer(name, slot, seenMs, pending.copy()));
    });
  }

  /** Gives memory back, about `budget` pending entries' worth of it, and returns whether all is given back. May not be used afterwards. */
  dispose(budget: number): boolean {
    if (!this.pending.dispose(budget)) return false;
    for (const [name, consumer] of this.#consumers) {
      if (!consumer.pending.dispose(budget)) return false;
      this.#consumers.delete(name);
    }
    return true;
  }
}
