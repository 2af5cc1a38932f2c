import type { Registry } from '../../catalogue/registry.js';
import type { Call } from '../../command/call.js';
import type { Disk } from '../../disk/disk.js';
import type { RecordsEnd } from '../../log/record-reader.js';
import type { Server } from '../../server/server.js';
import { CorruptStoreError, type Damage } from './damage.js';
import { type DataFolder, type StoredFile, readDataFolder } from './data-folder.js';
import { type LogReport, damageOf, readLog } from './log-report.js';
import { Replay } from '../replay.js';
import { loadSnapshot } from '../snapshot/snapshot-loading.js';

/** What was found in a file that the state of the folder consists of. */
export type FileReport =
  | { readonly kind: 'snapshot'; readonly name: string; readonly bytes: number; readonly keys: number; readonly isWhole: boolean }
  | {
      readonly kind: 'log'; readonly name: string; readonly bytes: number; readonly records: number; readonly end: RecordsEnd;
      /** Commands that were run; undefined behind damage, where they would be run on something else than what they changed. */
      readonly effects: number | undefined;
      readonly next: number | undefined;
    };

export interface FolderReport {
  /** Those that could be read, in the order in which they count. */
  readonly files: readonly FileReport[];
  /** What keeps a server from starting: none, or the first of it in front. */
  readonly damages: readonly Damage[];
  /** Keys that there are at the end, or at the first damage. */
  readonly keys: number;
  /** Files that the next start removes. */
  readonly leftovers: readonly string[];
}

/** Is told how far the reading of a file is, in bytes. */
export type CheckProgress = (file: string, done: number, total: number) => void;

/**
 * Reads a folder as a start would, into a server of its own, and tells what is in it; nothing is changed. Behind damage it goes on with
 * what can be read by itself. Errors: those of the disk.
 */
export function checkFolder(disk: Disk, server: Server, registry: Registry<Call>, progress: CheckProgress): FolderReport {
  const damages: Damage[] = [];
  try {
    return new FolderCheck(disk, server, registry, progress, damages).run(readDataFolder(disk));
  } catch (error) {
    if (!(error instanceof CorruptStoreError)) throw error;
    return { files: [], damages: [error.damage], keys: 0, leftovers: [] };
  }
}

class FolderCheck {
  readonly #disk: Disk;
  readonly #server: Server;
  readonly #replay: Replay;
  readonly #progress: CheckProgress;
  readonly #damages: Damage[];

  constructor(disk: Disk, server: Server, registry: Registry<Call>, progress: CheckProgress, damages: Damage[]) {
    this.#disk = disk;
    this.#server = server;
    this.#replay = new Replay(server, registry);
    this.#progress = progress;
    this.#damages = damages;
  }

  run({ snapshot, logs, leftovers }: DataFolder): FolderReport {
    const files = snapshot === undefined ? [] : [this.#snapshot(snapshot)];
    for (const [index, log] of logs.entries()) files.push(this.#log(log, logs.slice(index + 1)));
    this.#replay.end();
    return { files, damages: this.#damages, keys: this.#keys, leftovers };
  }

  get #keys(): number {
    return this.#server.keyspace.size;
  }

  #snapshot({ name, size, salt }: StoredFile): FileReport {
    const file = this.#disk.open(name);
    try {
      const target = { keyspace: this.#server.keyspace, loadLibrary: (source: Buffer) => this.#replay.loadLibrary(source) };
      const end = loadSnapshot(file, salt, target, (done, total) => this.#progress(name, done, total));
      if (end.kind === 'damaged') this.#damages.push({ file: name, position: end.position, reason: end.reason });
      return { kind: 'snapshot', name, bytes: size, keys: this.#keys, isWhole: end.kind === 'whole' };
    } finally {
      file.close();
    }
  }

  #log(log: StoredFile, following: readonly StoredFile[]): FileReport {
    const isFounded = this.#damages.length === 0;
    const before = this.#replay.effects;
    const run = (bytes: Buffer, start: number, end: number): void => {
      if (isFounded) this.#replay.run(bytes, start, end);
    };
    const report: LogReport = readLog(this.#disk, log, run, (done, total) => this.#progress(log.name, done, total));
    const damage = damageOf(report, following);
    if (damage !== undefined) this.#damages.push(damage);
    const effects = isFounded ? this.#replay.effects - before : undefined;
    return { kind: 'log', name: log.name, bytes: log.size, records: report.records, end: report.end, effects, next: report.next };
  }
}
