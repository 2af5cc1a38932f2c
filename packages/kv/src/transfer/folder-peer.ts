import { EdgeloopError, type Log } from '@edgeloop/reactor';
import { NodeDisk } from '../disk/node-disk.js';
import type { DurableStore } from '../durability/durable-store.js';
import { openStore, readStore } from '../durability/open-store.js';
import type { Store } from '../embedded/kv-api.js';
import { EmbeddedPeer } from './embedded-peer.js';
import { newStore } from './offline-store.js';
import type { Answer, Words } from './peer.js';

/** What is in a data folder, which is locked until `close` and not changed by reading it: what a crash has left behind stays for the next start. */
export class FolderReader extends EmbeddedPeer {
  readonly #disk: NodeDisk;

  private constructor(disk: NodeDisk, store: Store) {
    super(disk.folder, store);
    this.#disk = disk;
  }

  /** Errors: EL_STORE_LOCKED, EL_STORE_CORRUPT, EL_STORE_FAILED, those of the disk. */
  static open(folder: string, log: Log): FolderReader {
    const disk = NodeDisk.openExisting(folder);
    return closedOnError(disk, () => {
      const store = newStore();
      readStore({ server: store.server, disk, log }, store.registry);
      return new FolderReader(disk, store);
    });
  }

  override close(): Promise<void> {
    this.#disk.close();
    return Promise.resolve();
  }
}

/** A data folder that is written to, as its server would. It is made if it is missing. */
export class FolderWriter extends EmbeddedPeer {
  readonly #disk: NodeDisk;
  readonly #durable: DurableStore;

  private constructor(disk: NodeDisk, store: Store, durable: DurableStore) {
    super(disk.folder, store);
    this.#disk = disk;
    this.#durable = durable;
  }

  /** Errors: EL_STORE_LOCKED, EL_STORE_CORRUPT, EL_STORE_FAILED, those of the disk. */
  static open(folder: string, log: Log): FolderWriter {
    const disk = NodeDisk.open(folder);
    return closedOnError(disk, () => {
      const store = newStore();
      // Each call ends with a write, and Node's own loop tells of syncs.
      const durable = openStore({ server: store.server, disk, log, wake: () => {}, waitFor: () => {} }, store.registry);
      return new FolderWriter(disk, store, durable);
    });
  }

  override async call(requests: readonly Words[]): Promise<Answer[]> {
    const answers = await super.call(requests);
    this.#durable.write();
    return answers;
  }

  /** Resolves when all of it is on the disk. Errors: EL_STORE_FAILED, NodeJS.ErrnoException. */
  override close(): Promise<void> {
    const { refusal } = this.#durable;
    try {
      this.#durable.close();
    } finally {
      this.#disk.close();
    }
    if (refusal !== undefined) throw new EdgeloopError('EL_STORE_FAILED', `not all of it is on the disk: ${refusal}`);
    return Promise.resolve();
  }
}

/** Error: that of `open`. */
function closedOnError<Peer>(disk: NodeDisk, open: () => Peer): Peer {
  try {
    return open();
  } catch (error) {
    disk.close();
    throw error;
  }
}
