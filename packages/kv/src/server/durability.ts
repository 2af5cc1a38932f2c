import type { Client } from '../client/client.js';
import type { Arguments } from '../protocol/request.js';

export const FSYNC_POLICIES = ['always', 'everysec', 'no'] as const;

/** When changes are synced: before they are acknowledged, each second, or when the kernel does so by itself. */
export type FsyncPolicy = (typeof FSYNC_POLICIES)[number];

/** What INFO tells of it. */
export interface DurabilityFacts {
  readonly folder: string;
  /** When the last snapshot was whole, in Unix time in seconds; that of the start before the first one. */
  readonly lastSaveSeconds: number;
  /** How long it took, in seconds; -1 before the first one. */
  readonly lastSaveDurationSeconds: number;
  /** How long the one under way has taken so far; -1 without one. */
  readonly currentSaveDurationSeconds: number;
  readonly lastSaveSucceeded: boolean;
  /** When one was last begun, as the above; 0 before the first one. */
  readonly lastSaveBegunSeconds: number;
  /** What Keyspace.dirty was when the last one that is whole began. */
  readonly savedChanges: number;
  readonly lastWriteSucceeded: boolean;
  /** Whether only a snapshot can keep what has changed: more of it has come at once than the log can hold. */
  readonly needsSnapshot: boolean;
  /** Snapshots since the start. */
  readonly saves: number;
  /** Keys that were found in the folder at the start. */
  readonly loadedKeys: number;
  /** Keys that have been written by the snapshot under way, and how many there were in all when it began. */
  readonly savedKeys: number;
  readonly keysToSave: number;
  /** Bytes of the log since the last snapshot, of the snapshot, and of the log that are not yet written. */
  readonly logBytes: number;
  readonly snapshotBytes: number;
  readonly bufferedBytes: number;
  /** Syncs that are under way, and seconds in which clients waited for one that took too long. */
  readonly pendingSyncs: number;
  readonly delayedSyncs: number;
  /** Syncs that have ended, but for those that end a log, and how long they took together. */
  readonly syncs: number;
  readonly syncSeconds: number;
  /** Bytes of replies and messages that wait for a sync. */
  readonly withheldBytes: number;
}

/**
 * What keeps a server's data beyond its process: a log of what commands have changed, and snapshots that shorten it. A server that is
 * in memory only has none.
 */
export interface Durability {
  /** Why commands that write are refused now, as an error for the client; undefined if they are not. */
  readonly refusal: string | undefined;
  readonly facts: DurabilityFacts;
  /** Whether a command runs that may change data: what is sent meanwhile tells of something that is noted only when it has run. */
  isChanging: boolean;
  /** The number of the record of the log that is written next, or has what was changed last. */
  readonly current: number;
  /** A request has changed data of the database with this number: running it again changes the same in the same way. */
  note(databaseIndex: number, effect: Arguments): void;
  /** What was noted since the last call belongs together: after a crash all of it has happened, or nothing. */
  commit(): void;
  /**
   * Keeps what is about to be sent to a client until all that was noted so far is safe. Returns false if it may leave now.
   * The bytes are copied.
   */
  withhold(client: Client, bytes: Uint8Array): boolean;
  /** Has something done when the client has been given all that is kept back for it; at once if there is nothing. */
  whenSent(client: Client, action: () => void): void;
  /** Resolves when all that was noted so far is safe, whatever the policy. */
  secured(): Promise<void>;
  /** Begins a snapshot; returns false if one is under way. */
  startSnapshot(): boolean;
  /** Makes a whole one at once, on this thread. Error: NodeJS.ErrnoException. */
  snapshotNow(): void;
  /** The settings `appendfsync` and the like have changed. */
  configure(): void;
}
