import type { Call } from '../../command/call.js';

/** What takes how much memory, in bytes. */
export interface MemoryFacts {
  /** Keys and values: what `maxmemory` bounds. */
  readonly used: number;
  /** The most that was ever used. */
  readonly peak: number;
  /** The tables that find keys. */
  readonly tables: number;
  /** What is used without the tables. */
  readonly dataset: number;
  /** Blocks of the store that are in use. */
  readonly allocated: number;
  /** What those blocks were cut from. */
  readonly reserved: number;
  /** The process with all that it has: V8's heap, Lua, buffers. */
  readonly resident: number;
  readonly heap: number;
  /** Requests that are not complete, and replies that were not taken yet. */
  readonly clients: number;
}

/** Used is what keys and values take in blocks of the store, with their collections' objects in V8's heap. All else is in the resident size only. */
export function memoryFacts({ server }: Call): MemoryFacts {
  server.noteMemory();
  const { memory: store, usedBytes: used, databases } = server.keyspace;
  const { rss: resident, heapUsed: heap } = process.memoryUsage();
  const tables = databases.reduce((bytes, { dict }) => bytes + dict.bytes, 0);
  return {
    used, tables, resident, heap, peak: server.peakMemoryBytes, allocated: store.usedBytes, reserved: store.reservedBytes,
    // The directories of the tables lie in V8's heap, and of a store that is all but empty they are most of it.
    dataset: Math.max(0, used - tables),
    clients: clientBytes(server.clients.values()),
  };
}

export function share(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

function clientBytes(clients: Iterable<{ pending: { length: number } | undefined; waitingBytes: number }>): number {
  let bytes = 0;
  for (const { pending, waitingBytes } of clients) bytes += (pending?.length ?? 0) + waitingBytes;
  return bytes;
}
