import type { Client } from '../../src/client/client.js';
import type { Arguments } from '../../src/protocol/request.js';
import type { Durability, DurabilityFacts } from '../../src/server/durability.js';

/** What one command has had logged. */
export interface RecordedEffect {
  readonly database: number;
  readonly words: readonly Buffer[];
}

/** Of a folder in which nothing has happened yet. */
const NO_FACTS: DurabilityFacts = {
  folder: '', lastSaveSeconds: 0, lastSaveDurationSeconds: -1, currentSaveDurationSeconds: -1, lastSaveSucceeded: true, lastSaveBegunSeconds: 0,
  savedChanges: 0, lastWriteSucceeded: true, needsSnapshot: false, saves: 0, loadedKeys: 0, savedKeys: 0, keysToSave: 0, logBytes: 0, snapshotBytes: 0, bufferedBytes: 0,
  pendingSyncs: 0, delayedSyncs: 0, syncs: 0, syncSeconds: 0, withheldBytes: 0,
};

/** Stands for a log, and keeps what it is given: in groups, each of which would be in a file as a whole or not at all. */
export class RecordedLog implements Durability {
  isChanging = false;
  readonly current = 0;
  readonly groups: RecordedEffect[][] = [];
  readonly facts = NO_FACTS;
  refusal: string | undefined;
  #group: RecordedEffect[] = [];

  note(database: number, { source, count, starts, ends }: Arguments): void {
    this.#group.push({ database, words: Array.from({ length: count }, (_, i) => Buffer.from(source.subarray(starts[i], ends[i]))) });
  }

  commit(): void {
    if (this.#group.length > 0) this.groups.push(this.#group);
    this.#group = [];
  }

  /** Noted and not yet committed. */
  get pending(): number {
    return this.#group.length;
  }

  /** The lines that were logged since the last call, all of database 0. */
  take(): string[] {
    return this.groups.splice(0).flat().map(shown);
  }

  withhold(_client: Client, _bytes: Uint8Array): boolean {
    return false;
  }

  whenSent(_client: Client, act: () => void): void {
    act();
  }

  async secured(): Promise<void> {}

  startSnapshot(): boolean {
    return false;
  }

  snapshotNow(): void {}

  configure(): void {}
}

export function shown({ database, words }: RecordedEffect): string {
  const text = words.map((word) => word.toString('latin1')).join(' ');
  return database === 0 ? text : `db${database} ${text}`;
}
