import type { Dict } from '../../src/memory/dict.js';
import type { Server } from '../../src/server/server.js';
import type { Capture } from '../../src/store/capture.js';
import { linesOf } from './image.js';

/**
 * Stands for a snapshot: sees keys when they are about to change, and then tells whether it has seen each of them as it was at the beginning.
 * It looks at databases, a snapshot at their tables: where these are exchanged or flushed it has nothing to tell.
 */
export class CaptureProbe implements Capture {
  readonly #server: Server;
  /** Lines by the hashes of their keys. */
  readonly #begin: ReadonlyMap<number, readonly string[]>;
  readonly #tables: readonly Dict[];
  #areTablesSame = true;
  readonly #seen = new Map<number, readonly string[]>();

  constructor(server: Server) {
    this.#server = server;
    this.#tables = server.keyspace.databases.map(({ dict }) => dict);
    this.#begin = this.#linesByHash();
    server.keyspace.capture = this;
  }

  before(hash: number): void {
    this.#lookAtTables();
    if (!this.#seen.has(hash)) this.#seen.set(hash, this.#linesByHash().get(hash) ?? []);
  }

  keep(): boolean {
    return false;
  }

  /** The lines that a snapshot would not have, or not so. */
  end(): string[] {
    this.#server.keyspace.capture = undefined;
    this.#lookAtTables();
    if (!this.#areTablesSame) return [];
    const found = new Map([...this.#linesByHash(), ...this.#seen]);
    const hashes = [...new Set([...this.#begin.keys(), ...found.keys()])];
    return hashes.filter((hash) => String(this.#begin.get(hash) ?? '') !== String(found.get(hash) ?? '')).map((hash) => {
      return `${this.#begin.get(hash) ?? 'no key'}\n  was seen as ${found.get(hash) ?? 'no key'}`;
    });
  }

  #lookAtTables(): void {
    this.#areTablesSame &&= this.#server.keyspace.databases.every(({ dict }, i) => dict === this.#tables[i]);
  }

  #linesByHash(): Map<number, string[]> {
    const { keyspace } = this.#server;
    const lines = new Map<number, string[]>();
    for (const db of keyspace.databases) {
      for (const { key, line } of linesOf(db)) {
        const hash = keyspace.hash(key, 0, key.length);
        lines.set(hash, [...(lines.get(hash) ?? []), line]);
      }
    }
    return lines;
  }
}
