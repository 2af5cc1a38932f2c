import type { Client } from '../../src/client/client.js';
import type { Arguments } from '../../src/protocol/request.js';
import type { Durability, DurabilityFacts } from '../../src/server/durability.js';

/** What one command has had logged. */
export interface RecordedEffect {
  readonly database: number;
  readonly words: readonly Buffer[];
}

/** Stands for a log, and keeps what it is given: in groups, each of which would be in a file as a whole or not at all. */
export class RecordedLog implements Durability {
  isChanging = false;
  readonly groups: RecordedEffect[][] = [];
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

  get facts(): DurabilityFacts {
    throw new Error('nobody asks a recorded log for facts');
  }
}

export function shown({ database, words }: RecordedEffect): string {
  const text = words.map((word) => word.toString('latin1')).join(' ');
  return database === 0 ? text : `db${database} ${text}`;
}
