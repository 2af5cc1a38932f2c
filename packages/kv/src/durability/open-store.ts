import type { Registry } from '../catalogue/registry.js';
import type { Call } from '../command/call.js';
import type { DiskFile } from '../disk/disk.js';
import { createRecordFile } from '../log/record-file.js';
import { RecordWriter } from '../log/record-writer.js';
import { writeAgain } from '../log/tail.js';
import { corruptStore } from './folder/damage.js';
import { type DataFolder, type StoredFile, readDataFolder } from './folder/data-folder.js';
import { DurableStore, type StoreParts, type StoreState } from './durable-store.js';
import { logName } from './folder/file-names.js';
import type { LogReport } from './folder/log-report.js';
import { readLogs } from './folder/log-series.js';
import { Replay } from './replay.js';
import { loadSnapshot } from './snapshot/snapshot-loading.js';

/** Progress on long work is logged once in so long. */
const PROGRESS_MS = 2000;

/**
 * Fills a server, which must be empty and not open yet, with what a folder has, and returns the store that goes on from there. In an empty
 * folder it makes the first log.
 *
 * Errors: EL_STORE_CORRUPT for anything that no crash leaves behind, and those of the disk. Nothing is changed on the disk before all of it
 * has been read.
 */
export function openStore(parts: StoreParts, registry: Registry<Call>): DurableStore {
  const recovery = new Recovery(parts, registry);
  const store = new DurableStore(parts, recovery.run());
  parts.server.durability = store;
  return store;
}

/** Fills an empty server with what a folder has, in which nothing is changed. Errors: those of `openStore`. */
export function readStore(parts: RecoveryParts, registry: Registry<Call>): void {
  new Recovery(parts, registry).read();
}

/** What is needed to read a folder. */
type RecoveryParts = Pick<StoreParts, 'server' | 'disk' | 'log'>;

class Recovery {
  readonly #parts: RecoveryParts;
  readonly #registry: Registry<Call>;
  readonly #folder: DataFolder;
  readonly #beganMs = performance.now();
  #toldMs = performance.now();

  constructor(parts: RecoveryParts, registry: Registry<Call>) {
    this.#parts = parts;
    this.#registry = registry;
    this.#folder = readDataFolder(parts.disk);
  }

  run(): StoreState {
    const reports = this.read();
    const last = reports.pop();
    const state = last === undefined ? this.#begin() : this.#continue(last, reports);
    const { lineage, snapshot, logs } = this.#folder;
    const earlierLogBytes = logs.reduce((bytes, { number, size }) => (number < state.logNumber ? bytes + size : bytes), 0);
    return { ...state, lineage, snapshotBytes: snapshot?.size ?? 0, earlierLogBytes };
  }

  /** Fills the server, and returns what is known of the logs that count. */
  read(): LogReport[] {
    const { snapshot, logs } = this.#folder;
    const replay = new Replay(this.#parts.server, this.#registry);
    if (snapshot !== undefined) this.#load(replay, snapshot);
    const reports = readLogs(this.#parts.disk, logs, (bytes, start, end) => replay.run(bytes, start, end), (...progress) => this.#progress(...progress));
    replay.end();
    this.#tell(replay.effects);
    return reports;
  }

  #load(replay: Replay, snapshot: StoredFile): void {
    const { disk, server } = this.#parts;
    const file = disk.open(snapshot.name);
    try {
      const target = { keyspace: server.keyspace, loadLibrary: (source: Buffer) => replay.loadLibrary(source) };
      const end = loadSnapshot(file, snapshot.salt, target, (done, total) => this.#progress(snapshot.name, done, total));
      if (end.kind === 'damaged') throw corruptStore(disk.folder, { file: snapshot.name, position: end.position, reason: end.reason });
    } finally {
      file.close();
    }
  }

  /** Makes the first log. */
  #begin(): Pick<StoreState, 'logNumber' | 'writer'> {
    const { disk } = this.#parts;
    this.#removeLeftovers(Number.POSITIVE_INFINITY);
    const writer = createRecordFile(disk, logName(1), { kind: 'log', number: 1, lineage: this.#folder.lineage });
    writer.file.syncNow();
    disk.syncFolder();
    return { logNumber: 1, writer };
  }

  /** Goes on at the end of the last log. What a crash has left behind that is cut off: it was not known to be synced. */
  #continue(report: LogReport, earlier: readonly LogReport[]): Pick<StoreState, 'logNumber' | 'writer'> {
    const { log, end } = report;
    const { disk, log: journal } = this.#parts;
    const file = disk.open(log.name);
    if (end.kind === 'torn') {
      const { position, size, reason } = end;
      journal.warn({ event: 'kv.log_cut', file: log.name, position, bytes: size - position, reason }, 'the end of the log is torn, as by a crash: it is cut off');
      file.truncate(position);
    }
    this.#removeLeftovers(log.number);
    for (const each of earlier) this.#secureEarlier(each);
    secure(file, report);
    disk.syncFolder();
    return { logNumber: log.number, writer: new RecordWriter(file, log.salt, end.position) };
  }

  /** That may go for more than the last log: who dies between the end of one log and its sync leaves the next one, too. */
  #secureEarlier(report: LogReport): void {
    const file = this.#parts.disk.open(report.log.name);
    try {
      secure(file, report);
    } finally {
      file.close();
    }
  }

  /** Removes what a snapshot has replaced, and logs that were made and not begun. */
  #removeLeftovers(lastLog: number): void {
    const unused = this.#folder.logs.filter(({ number }) => number > lastLog).map(({ name }) => name);
    for (const name of [...this.#folder.leftovers, ...unused]) this.#parts.disk.remove(name);
  }

  #progress(file: string, done: number, total: number): void {
    const nowMs = performance.now();
    if (nowMs - this.#toldMs < PROGRESS_MS) return;
    this.#toldMs = nowMs;
    this.#parts.log.info({ event: 'kv.recovery_progress', file, bytes: done, totalBytes: total }, 'reading the data folder');
  }

  #tell(effects: number): void {
    const { server: { keyspace }, disk, log } = this.#parts;
    const keys = keyspace.size;
    const seconds = Number(((performance.now() - this.#beganMs) / 1000).toFixed(3));
    log.info({ event: 'kv.recovered', folder: disk.folder, keys, effects, seconds }, 'the data folder has been read');
  }
}

/** What was only in the kernel's hands when the process before this one ended is served from now on: it has to last. */
function secure(file: DiskFile, { certified, end }: LogReport): void {
  writeAgain(file, certified, end.position);
  file.syncNow();
}
