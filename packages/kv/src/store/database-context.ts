import type { Memory } from '../memory/memory.js';
import type { AccessClock } from './access-clock.js';
import type { Capture } from './capture.js';
import type { Collections } from './collections.js';
import type { KeyspaceStats } from './keyspace-stats.js';

/** Why a key has gone by itself: its deadline has come, or its memory was needed. */
export type LossEvent = 'expired' | 'evicted';

/** What the databases of a keyspace share. */
export interface DatabaseContext {
  readonly memory: Memory;
  readonly collections: Collections;
  readonly access: AccessClock;
  readonly stats: KeyspaceStats;
  /** In ms since the epoch. It stands still while a command runs, so that a command sees a key or does not. */
  readonly nowMs: number;
  /** The seeded hash of `bytes[start, end)`. */
  hash(bytes: Buffer, start: number, end: number): number;
  /** A key has come into the database with this number. Only those with observers tell. */
  added(databaseIndex: number, key: Buffer): void;
  /** The snapshot under way. */
  readonly capture: Capture | undefined;
  /** Whether each key that goes by itself is told of, observers or not. */
  readonly tellsLosses: boolean;
  /** A key of the database with this number has gone by itself. Only those with observers tell, unless all losses are told. */
  lost(databaseIndex: number, key: Buffer, event: LossEvent): void;
}
