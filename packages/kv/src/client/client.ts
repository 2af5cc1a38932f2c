import type { Connection } from '@edgeloop/reactor';
import type { ReplySink } from '../protocol/reply-writer.js';
import type { Database } from '../store/database.js';
import type { Request } from '../protocol/request.js';
import type { PendingInput } from './pending-input.js';
import { Subscriptions } from './subscriptions.js';
import type { Transaction } from './transaction.js';

/** Which replies a client gets: CLIENT REPLY. */
export type ReplyMode = 'on' | 'off' | 'skip-next' | 'skip';

/**
 * A client and what it has set up: protocol, database, name, transaction. Most come with a connection; the server has some of
 * its own, for scripts and for the in-process interface.
 */
export class Client implements ReplySink {
  readonly id: number;
  readonly connection: Connection<Client | undefined> | undefined;
  readonly createdMs: number;
  db: Database;
  /** The version of the protocol. */
  version: 2 | 3 = 2;
  authenticated: boolean;
  name = '';
  libraryName = '';
  libraryVersion = '';
  replyMode: ReplyMode = 'on';
  /** Requests that wait for EXEC, between MULTI and that. */
  transaction: Transaction | undefined;
  /** Whether a key that the client watches has changed. */
  watchBroken = false;
  /** What has come and is not served yet. */
  pending: PendingInput | undefined;
  /** What the client waits with: its command runs again when a key is ready. */
  waiting: Request | undefined;
  readonly subscriptions = new Subscriptions();
  /** While a request of the client is served: what is pushed to it meanwhile, and follows the reply. */
  deferredPushes: Buffer[] | undefined;
  /** Nothing more is served: the connection ends when the replies are sent. */
  closing = false;
  lastCommand = 'NULL';
  lastActiveMs: number;

  constructor(id: number, db: Database, nowMs: number, authenticated: boolean, connection?: Connection<Client | undefined>) {
    this.id = id;
    this.db = db;
    this.createdMs = nowMs;
    this.lastActiveMs = nowMs;
    this.authenticated = authenticated;
    this.connection = connection;
  }

  /** Sends what answers no request; behind the reply, if one is being written. */
  push(bytes: Buffer): void {
    if (this.deferredPushes === undefined) this.write(bytes);
    else this.deferredPushes.push(bytes);
  }

  write(bytes: Buffer): void {
    this.connection?.write(bytes);
  }
}
