/** Which keys go when memory is needed: those of `volatile` policies must have a deadline. The order is that of Redis's messages. */
export const EVICTION_POLICIES = [
  'volatile-lru', 'volatile-lfu', 'volatile-random', 'volatile-ttl', 'allkeys-lru', 'allkeys-lfu', 'allkeys-random', 'noeviction',
] as const;

export type EvictionPolicy = (typeof EVICTION_POLICIES)[number];

/** By the names of Redis's configuration. */
export interface EvictionSettings {
  /** Bytes; 0 for no bound. */
  readonly maxmemory: number;
  readonly maxmemoryPolicy: EvictionPolicy;
  /** Keys of each database that are looked at to find one to evict. */
  readonly maxmemorySamples: number;
}
