import type { EdgeloopError, Log } from '@edgeloop/reactor';
import type { Client } from '../client/client.js';
import type { Disk } from '../disk/disk.js';
import type { RecordWriter } from '../log/record-writer.js';
import type { Arguments } from '../protocol/request.js';
import type { Durability, DurabilityFacts } from '../server/durability.js';
import type { Server } from '../server/server.js';
import { discardReplaced } from './folder/replaced-files.js';
import { Journal } from './journal.js';
import type { JournalOwner } from './journal-owner.js';
import { LogSuccession } from './log-succession.js';
import { diskFailed, unwritten } from '../disk/store-failed.js';
import { ReplyGate } from './reply-gate.js';
import { UnwrittenReplies } from './unwritten-replies.js';
import { type SnapshotFacts, type SnapshotOwner, Snapshots } from './snapshot/snapshots.js';

/** What writes are answered with when the store is closed: they would be lost. */
const CLOSED = 'MISCONF The store is closed';
/** And when there is something that the log cannot take. */
const OVERFULL = 'MISCONF A transaction was larger than a record of the log can be: writes are refused until a snapshot has been made';

/** What a store stands on. */
export interface StoreParts {
  readonly server: Server;
  readonly disk: Disk;
  readonly log: Log;
  /** Brings about a turn of the loop, at whose end `write` is called. */
  readonly wake: () => void;
  /** Has the loop look out for the end of a promise that Node's own loop settles. */
  readonly waitFor: (promise: Promise<void>) => unknown;
  /** How large a record of the log may be; by default as large as it can. */
  readonly maxRecordBytes?: number | undefined;
}

/** Where the folder stands when the store begins to write. */
export interface StoreState {
  readonly lineage: Buffer;
  /** The number of the last log, and its end: it is synced as a whole. */
  readonly logNumber: number;
  readonly writer: RecordWriter;
  /** Bytes of the snapshot; 0 without one. */
  readonly snapshotBytes: number;
  /** Bytes of the logs between the snapshot and the last one. */
  readonly earlierLogBytes: number;
}

/** Keeps what a server has in a folder: the journal, who waits for it, and the snapshots that shorten it. Owns the log's file, not the folder. */
export class DurableStore implements Durability, JournalOwner, SnapshotOwner {
  readonly #server: Server;
  readonly #disk: Disk;
  readonly #log: Log;
  readonly #loop: Pick<StoreParts, 'wake' | 'waitFor'>;
  readonly #gate = new ReplyGate();
  readonly #journal: Journal;
  readonly #succession: LogSuccession;
  readonly #snapshots: Snapshots;
  isChanging = false;
  readonly #loadedKeys: number;
  #earlierLogBytes: number;
  #refusal: string | undefined;
  /** Since the end of the turn in which writes were refused first: what is sent from then on is not about what could not be written. */
  #isAnsweringReads = false;
  readonly #untold: UnwrittenReplies;
  /** Why the store has ended before the server: nothing may leave any more. */
  #fatal: EdgeloopError | undefined;

  constructor(parts: StoreParts, { lineage, logNumber, writer, snapshotBytes, earlierLogBytes }: StoreState) {
    const { server, disk, log } = parts;
    this.#server = server;
    this.#disk = disk;
    this.#log = log;
    this.#loop = parts;
    this.#journal = new Journal(writer, server.timers, this, parts.maxRecordBytes);
    this.#succession = new LogSuccession(disk, lineage, this.#journal, logNumber);
    this.#snapshots = new Snapshots(server, server.timers, disk, lineage, snapshotBytes, this);
    this.#untold = new UnwrittenReplies(server, log);
    this.#loadedKeys = server.keyspace.size;
    this.#earlierLogBytes = earlierLogBytes;
    this.configure();
  }

  /** The record that what is sent now waits for. */
  get current(): number {
    const { written, current } = this.#journal;
    return this.isChanging ? written + 1 : current;
  }

  get refusal(): string | undefined {
    return this.#refusal;
  }

  get facts(): DurabilityFacts {
    const { begunMs, isUnderWay, lastMs, lastDurationMs, hasFailed, count, dirty, keysDone, keys, bytes } = this.#snapshots;
    const { bytes: logBytes, bufferedBytes, syncs } = this.#journal;
    return {
      folder: this.#disk.folder,
      lastSaveSeconds: Math.floor(lastMs / 1000),
      lastSaveDurationSeconds: lastDurationMs < 0 ? -1 : Math.floor(lastDurationMs / 1000),
      currentSaveDurationSeconds: isUnderWay ? Math.floor((Date.now() - begunMs) / 1000) : -1,
      lastSaveSucceeded: !hasFailed,
      lastSaveBegunSeconds: Math.floor(begunMs / 1000),
      savedChanges: dirty,
      loadedKeys: this.#loadedKeys,
      lastWriteSucceeded: this.#refusal === undefined,
      needsSnapshot: this.#journal.isOverfull,
      saves: count, savedKeys: keysDone, keysToSave: keys, snapshotBytes: bytes,
      logBytes: this.#earlierLogBytes + logBytes, bufferedBytes, pendingSyncs: syncs.isUnderWay ? 1 : 0, delayedSyncs: syncs.delays, syncs: syncs.count, syncSeconds: syncs.totalMs / 1000,
      withheldBytes: this.#gate.bytes,
    };
  }

  note(databaseIndex: number, effect: Arguments): void {
    this.#journal.note(databaseIndex, effect);
  }

  commit(): void {
    this.#journal.commit();
  }

  /** To be called before anything leaves this process. Returns whether it may leave now. Error: EL_STORE_FAILED, when nothing may leave any more. */
  write(): boolean {
    this.#journal.write();
    if (this.#fatal !== undefined) throw this.#fatal;
    if (!this.#untold.mayLeave()) return false;
    if (this.#refusal !== undefined) this.#answerReads();
    this.#release();
    // Whoever waits is owed a sync, without `always`, too: that was the policy when the waiting began, or the last sync was late and did not cover it.
    if (!this.#gate.isEmpty && this.#journal.policy !== 'always') this.#journal.sync();
    return true;
  }

  withhold(client: Client, bytes: Uint8Array): boolean {
    const { current } = this;
    const { policy, safe, written, isLate } = this.#journal;
    const mustWait = current > safe && (policy === 'always' || isLate) && !(this.#isAnsweringReads && client.withheldBytes === 0);
    // What comes behind something that waits, waits as well.
    if (!mustWait && client.withheldBytes === 0) {
      if (current > written) this.#untold.add(client);
      return false;
    }
    this.#gate.hold(current, client, bytes);
    return true;
  }

  whenSent(client: Client, action: () => void): void {
    this.#gate.whenSent(client, action);
  }

  /** Resolves when everything that was done so far would survive a power loss, whatever the policy. Error: EL_STORE_FAILED, if that will never be. */
  async secured(): Promise<void> {
    if (this.#journal.isLost && !this.#journal.isOverfull) throw unwritten(this.#refusal);
    await new Promise<void>((resolve) => {
      this.#gate.whenSafe(this.#journal.current, resolve);
      this.#journal.write();
      this.#journal.sync();
      this.#release();
    });
  }

  startSnapshot(): boolean {
    return this.#snapshots.start();
  }

  snapshotNow(): void {
    this.#snapshots.now();
  }

  configure(): void {
    this.#journal.policy = this.#server.settings.appendfsync;
    this.#journal.sync();
  }

  /** Writes and syncs the last of it. To be called when no command runs any more. Error: EL_STORE_FAILED, if that fails or has failed before. */
  close(): void {
    const refusal = this.#refusal;
    this.#refusal = CLOSED;
    this.#snapshots.giveUp();
    this.#succession.close();
    try {
      this.#journal.close();
    } catch (error) {
      throw unwritten(describe(error as NodeJS.ErrnoException), error);
    }
    if (this.#journal.isLost) throw unwritten(refusal);
  }

  // --- What the journal tells

  wake(): void {
    this.#loop.wake();
  }

  onSync(end: Promise<void>): void {
    this.#loop.waitFor(end);
  }

  onSafe(record: number): void {
    this.#succession.onSafe(record);
    this.#release();
    if (!this.#gate.isEmpty) this.#loop.wake();
  }

  onWriteFailed(error: NodeJS.ErrnoException): void {
    this.#refuse(error);
    this.#untold.failed();
    this.#log.error({ event: 'kv.log_write_failed', err: error }, `there is no room for the log (${error.message}): writes are refused until there is`);
  }

  onWritable(): void {
    this.#admit();
    this.#loop.wake();
    this.#log.info({ event: 'kv.log_writable' }, 'the log is written again');
  }

  /** Replies that wait for a sync with `always` are never sent: the turn that this asks for ends the server, and what the disk has is what counts. */
  onLost(error: NodeJS.ErrnoException): void {
    this.#refuse(error);
    this.#untold.failed();
    const isFatal = this.#journal.policy === 'always';
    if (isFatal) this.#fatal = diskFailed(this.#disk.folder, error);
    const consequence = isFatal ? 'nothing that follows could be believed, and the server ends' : 'writes are refused until a snapshot is made (BGREWRITEAOF)';
    this.#log.error({ event: 'kv.log_lost', err: error }, `the disk fails the log (${error.message}): ${consequence}`);
    // A snapshot that is to begin when the log is safe need not wait for that any more: it will make it good.
    this.#succession.onSafe(this.#journal.safe);
    this.#loop.wake();
  }

  /** Only a snapshot can keep what has happened. Whoever was about to be told of it waits for that, whatever the policy. */
  onOverfull(): void {
    this.#refusal = OVERFULL;
    this.#log.error({ event: 'kv.log_overfull' }, 'one command or transaction has changed more than a record of the log can hold: writes are refused until a snapshot has it');
    this.#snapshots.start();
  }

  /** Lets go what is safe. Where a command has told of a change and there was none to be noted, nothing is left to wait for. */
  #release(): void {
    const { safe } = this.#journal;
    this.#gate.open(this.current === safe ? safe + 1 : safe);
  }

  #refuse(error: NodeJS.ErrnoException): void {
    this.#refusal = `MISCONF Errors writing to the AOF file: ${describe(error)}`;
  }

  /** Who has asked for nothing but reads in the turn in which writes were refused first may have waited with those who write. */
  #answerReads(): void {
    if (this.#isAnsweringReads) return;
    this.#isAnsweringReads = true;
    this.#gate.openForReaders(this.#journal.safe);
  }

  /** Writes are taken again: from now on, and not from the end of this turn, answers may be about what is to be written. */
  #admit(): void {
    this.#refusal = undefined;
    this.#isAnsweringReads = false;
  }

  // --- What the snapshots ask for and tell

  prepareLog(done: (error?: NodeJS.ErrnoException) => void): void {
    this.#succession.prepare(done);
  }

  beginLog(): number {
    const { bytes } = this.#journal;
    const number = this.#succession.goOn();
    this.#earlierLogBytes += bytes;
    return number;
  }

  /** What is older is not needed any more; and what a failed sync has put in doubt is made good. */
  onSnapshot({ number, keys, bytes }: SnapshotFacts): void {
    discardReplaced(this.#disk, number);
    this.#earlierLogBytes = 0;
    const wasLost = this.#journal.isLost;
    this.#journal.renew();
    this.#log.info({ event: 'kv.snapshot', number, keys, bytes }, 'a snapshot is whole');
    // One that was under way already when too much was changed was begun too early.
    if (this.#journal.isOverfull) this.#snapshots.start();
    if (!wasLost || this.#journal.isLost) return;
    this.#admit();
    this.#log.info({ event: 'kv.log_renewed' }, 'the log has begun anew: writes are taken again');
  }

  onSnapshotFailed(error: NodeJS.ErrnoException): void {
    this.#log.error({ event: 'kv.snapshot_failed', err: error }, 'no snapshot could be made: the log goes on growing');
  }
}

/** As perror(3) has it, "No space left on device", of what Node makes of that: `ENOSPC: no space left on device, write '/…/log-1'`. */
function describe({ message }: NodeJS.ErrnoException): string {
  const text = /^[A-Z0-9]+: ([^,]+)/.exec(message)?.[1];
  return text === undefined ? message : text.charAt(0).toUpperCase() + text.slice(1);
}
