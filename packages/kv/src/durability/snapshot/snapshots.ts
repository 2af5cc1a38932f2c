import type { Disk } from '../../disk/disk.js';
import type { FunctionEngine } from '../../scripting/index.js';
import { SLICE_MS, Sliced } from '../../server/sliced.js';
import type { Timers } from '../../server/timers.js';
import type { Keyspace } from '../../store/keyspace.js';
import { Snapshot } from './snapshot.js';
import { SnapshotFile } from './snapshot-file.js';

/** What they are snapshots of. */
export interface SnapshotSubject {
  readonly keyspace: Keyspace;
  readonly functions: FunctionEngine;
}

/** What is known of a snapshot that is whole. */
export interface SnapshotFacts {
  readonly number: number;
  readonly keys: number;
  readonly bytes: number;
}

/** Whose snapshots they are. */
export interface SnapshotOwner {
  /** Does what takes time before a new log can begin; `done` is called later, unless none is begun in the end. */
  prepareLog(done: (error?: NodeJS.ErrnoException) => void): void;
  /** Begins a new log and returns its number: what changes from now on comes after the snapshot. Errors: those of the disk. */
  beginLog(): number;
  /** A snapshot is whole and lasts: what is older is not needed any more. */
  onSnapshot(facts: SnapshotFacts): void;
  /** None came of it, and what there was before is still there. */
  onSnapshotFailed(error: NodeJS.ErrnoException): void;
}

/** The snapshots of a server, one at a time: begun, written in slices between the clients' requests, and told of. */
export class Snapshots {
  /** Since the start. */
  count = 0;
  hasFailed = false;
  /** Whether one is to begin, is being written, or only waits for the disk. */
  isUnderWay = false;
  /** Times in ms since the epoch: when the last one was whole, and when one was last begun. */
  lastMs = Date.now();
  begunMs = 0;
  /** How long the last one took; -1 before the first one. */
  lastDurationMs = -1;
  /** What Keyspace.dirty was when the last one began. */
  dirty: number;
  /** Bytes of the last one. */
  bytes: number;
  readonly #subject: SnapshotSubject;
  readonly #disk: Disk;
  readonly #lineage: Buffer;
  readonly #owner: SnapshotOwner;
  readonly #slices: Sliced;
  #snapshot: Snapshot | undefined;
  #number = 0;
  #dirtyAtBegin = 0;

  /** `bytes` is the size of the snapshot that is there. */
  constructor(subject: SnapshotSubject, timers: Timers, disk: Disk, lineage: Buffer, bytes: number, owner: SnapshotOwner) {
    this.#subject = subject;
    this.#disk = disk;
    this.#lineage = lineage;
    this.#owner = owner;
    this.dirty = subject.keyspace.dirty;
    this.bytes = bytes;
    this.#slices = new Sliced(timers, () => this.#slice());
  }

  /** Keys of the one under way: those that are written, and all. */
  get keysDone(): number {
    return this.#snapshot?.keysDone ?? 0;
  }

  get keys(): number {
    return this.#snapshot?.keys ?? 0;
  }

  /** Has one begin soon, when no command is running. Returns false if one is under way. */
  start(): boolean {
    if (this.isUnderWay) return false;
    this.isUnderWay = true;
    this.begunMs = Date.now();
    this.#owner.prepareLog((error) => {
      if (error === undefined) this.#slices.start();
      else if (this.isUnderWay) this.#failed(error);
    });
    return true;
  }

  /** Makes one at once; one that is under way is given up for it. Errors: those of the disk. */
  now(): void {
    this.giveUp();
    this.isUnderWay = true;
    this.begunMs = Date.now();
    try {
      const snapshot = this.#begin(Number.POSITIVE_INFINITY);
      snapshot.slice(Number.POSITIVE_INFINITY);
      snapshot.file.settleNow();
      this.#succeeded(snapshot);
    } catch (error) {
      this.#failed(error as NodeJS.ErrnoException);
      throw error;
    }
  }

  /** Ends the one under way, of which nothing is left. */
  giveUp(): void {
    this.#snapshot?.end();
    this.#snapshot?.file.abandon();
    this.#snapshot = undefined;
    this.isUnderWay = false;
  }

  #slice(): boolean {
    if (!this.isUnderWay) return false;
    try {
      const snapshot = this.#snapshot ?? this.#begin();
      if (snapshot.file.isBehind || snapshot.slice(performance.now() + SLICE_MS)) return true;
      snapshot.file.settle((error) => (error === undefined ? this.#succeeded(snapshot) : this.#failed(error)));
    } catch (error) {
      this.#failed(error as NodeJS.ErrnoException);
    }
    return false;
  }

  #begin(portionBytes?: number): Snapshot {
    this.#number = this.#owner.beginLog();
    this.#dirtyAtBegin = this.#subject.keyspace.dirty;
    const { keyspace, functions } = this.#subject;
    const snapshot = new Snapshot(keyspace, new SnapshotFile(this.#disk, this.#number, this.#lineage, portionBytes));
    this.#snapshot = snapshot;
    for (const { source } of functions.libraries.values()) snapshot.library(source);
    return snapshot;
  }

  #succeeded(snapshot: Snapshot): void {
    this.#snapshot = undefined;
    this.isUnderWay = false;
    this.count++;
    this.hasFailed = false;
    this.lastMs = Date.now();
    this.lastDurationMs = this.lastMs - this.begunMs;
    this.dirty = this.#dirtyAtBegin;
    this.bytes = snapshot.file.bytes;
    this.#owner.onSnapshot({ number: this.#number, keys: snapshot.keysDone, bytes: this.bytes });
  }

  #failed(error: NodeJS.ErrnoException): void {
    this.giveUp();
    this.hasFailed = true;
    this.#owner.onSnapshotFailed(error);
  }
}
