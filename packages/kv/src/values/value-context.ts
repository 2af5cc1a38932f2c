import type { Memory } from '../memory/memory.js';

/** Up to which size collections stay compact: configuration parameters of Redis, by their names in camel case. */
export interface EncodingLimits {
  hashMaxListpackEntries: number;
  hashMaxListpackValue: number;
  setMaxIntsetEntries: number;
  zsetMaxListpackEntries: number;
  zsetMaxListpackValue: number;
  /** As in Redis: -1 to -5 are 4 to 64 kB a node, a positive number is a count of elements. */
  listMaxListpackSize: number;
  streamNodeMaxBytes: number;
  streamNodeMaxEntries: number;
}

/** What all collections of a store share. */
export interface ValueContext {
  readonly memory: Memory;
  readonly limits: EncodingLimits;
  /** The seeded hash of `bytes[start, end)`: a signed integer of 32 bits. */
  hash(bytes: Buffer, start: number, end: number): number;
  /** Numbers in [0, 1). */
  readonly random: () => number;
}

export const DEFAULT_ENCODING_LIMITS: Readonly<EncodingLimits> = {
  hashMaxListpackEntries: 512,
  hashMaxListpackValue: 64,
  setMaxIntsetEntries: 512,
  zsetMaxListpackEntries: 128,
  zsetMaxListpackValue: 64,
  listMaxListpackSize: -2,
  streamNodeMaxBytes: 4096,
  streamNodeMaxEntries: 100,
};

/** A collection: what the database keeps for a key that is not a string. It owns its blocks of memory. */
export interface Collection {
  readonly type: 'list' | 'set' | 'zset' | 'hash' | 'stream';
  /** As OBJECT ENCODING names it. */
  readonly encoding: string;
  /** Elements, fields, members or entries. At 0 the key is removed, except for a stream. */
  readonly size: number;
  /** What it takes in memory, in bytes. */
  readonly bytes: number;
  /** A collection of its own with the same contents. */
  copy(): Collection;
  /** Gives memory back, about `budget` elements' worth of it, and returns whether all is given back. May not be used afterwards. */
  dispose(budget: number): boolean;
}
