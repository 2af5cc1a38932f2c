import { type Connection, hostText } from '@edgeloop/reactor';
import type { ReplySink } from '../protocol/reply-writer.js';
import type { Database } from '../store/database.js';
import type { Request } from '../protocol/request.js';
import type { ClientTracking } from './client-tracking.js';
import type { PendingInput } from './pending-input.js';
import { Subscriptions } from './subscriptions.js';
import type { Transaction } from './transaction.js';
import type { User } from '../access/user.js';

/** Which replies a client gets: CLIENT REPLY. */
export type ReplyMode = 'on' | 'off' | 'skip-next' | 'skip';

/** So much may always wait to be sent. As in Redis, output limits are about what is beyond: replies of ordinary size end nobody. */
export const UNCOUNTED_OUTPUT_BYTES = 16 * 1024;

/** Who decides how much may wait to be sent to a client, and ends its connection where it is too much. */
export interface OutputKeeper {
  admits(client: Client, waitingBytes: number): boolean;
  /** Whether the bytes may not leave yet: then a copy of them is kept, and delivered later. */
  withholds(client: Client, bytes: Uint8Array): boolean;
}

/**
 * A client and what it has set up: protocol, database, name, transaction. Most come with a connection; the server has some of
 * its own, for scripts and for the in-process interface.
 */
export class Client implements ReplySink {
  readonly id: number;
  readonly connection: Connection<Client | undefined> | undefined;
  /** Takes what is pushed to a client without a connection. */
  receiver: ((bytes: Buffer) => void) | undefined;
  readonly createdMs: number;
  db: Database;
  /** The version of the protocol. */
  version: 2 | 3 = 2;
  /** Who has logged in, or the default user. */
  user: User;
  authenticated: boolean;
  /** Wrong passwords since the last right one. */
  failedLogins = 0;
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
  /** How much of that counts in the sum of all clients. */
  notedInputBytes = 0;
  /** What the client waits with: its command runs again when a key is ready. */
  waiting: Request | undefined;
  readonly subscriptions = new Subscriptions();
  /** Whether there are any: the same as `subscriptions.any`, at hand for each request. */
  subscribed = false;
  /** How the keys are tracked that the client caches; undefined if they are not. */
  tracking: ClientTracking<Client> | undefined;
  /** While requests of the client are served, replies are written that it does not have yet. */
  isServed = false;
  /** What would wait if the socket had taken nothing since the client's turn began: by that a long reply is known before it is complete. */
  waitingOfTurn = 0;
  /** Of what has been written, so much may not leave yet, as it tells of changes that are not safe. */
  withheldBytes = 0;
  /** The last record of the log that what the client has changed may be in; see Durability.current. */
  changedIn = 0;
  /** Since when more waits than the soft limit allows. */
  aboveSoftLimitSinceMs: number | undefined;
  /** What was pushed to the client since its last reply was begun, and follows that. */
  deferredPushes: Buffer[] | undefined;
  /** Nothing is served for a while: commands are paused, or a password was wrong too often. */
  held = false;
  /** Its replies are not taken as fast as they come: nothing is served until they are. */
  congested = false;
  /** It sends nothing more: whether or not it takes its replies, what it has asked for is served to the end. */
  halfClosed = false;
  /** Nothing more is served: the connection ends when the replies are sent. */
  closing = false;
  /** CLIENT NO-EVICT and CLIENT NO-TOUCH. */
  noEvict = false;
  noTouch = false;
  /** The command that was sent last, whether or not it ran; undefined if there is none of that name. */
  lastCommand: { readonly fullName: string } | undefined;
  lastActiveMs: number;
  readonly #keeper: OutputKeeper;

  constructor(id: number, db: Database, nowMs: number, user: User, keeper: OutputKeeper, connection?: Connection<Client | undefined>) {
    this.id = id;
    this.db = db;
    this.createdMs = nowMs;
    this.lastActiveMs = nowMs;
    this.user = user;
    this.#keeper = keeper;
    this.authenticated = user.isOpen || connection === undefined;
    this.connection = connection;
  }

  /** Sends what answers no request; behind the reply, if one is being written. */
  push(bytes: Buffer): void {
    if (!this.isServed) return this.write(bytes);
    this.deferredPushes ??= [];
    this.deferredPushes.push(bytes);
  }

  /** Where the client is, `host:port`. */
  get address(): string {
    return this.connection === undefined ? '' : hostText(this.connection.remoteAddress, this.connection.remotePort);
  }

  /** The address that it has come to. */
  get localAddress(): string {
    return hostText(this.connection?.localAddress ?? '', this.connection?.localPort ?? 0);
  }

  /** As CLIENT LIST TYPE has it. */
  get type(): 'normal' | 'pubsub' {
    return this.subscribed ? 'pubsub' : 'normal';
  }

  /** Puts back what the connection began with: RESET. */
  reset(db: Database, user: User): void {
    this.db = db;
    this.user = user;
    this.authenticated = user.isOpen;
    this.version = 2;
    this.name = '';
    if (this.replyMode === 'off') this.replyMode = 'on';
    this.noTouch = false;
  }

  write(bytes: Buffer): void {
    const { connection } = this;
    if (connection === undefined) this.receiver?.(bytes);
    else if (this.mayHave(bytes.length)) {
      if (this.isServed) this.waitingOfTurn = Math.max(this.waitingOfTurn, this.waitingBytes) + bytes.length;
      if (!this.#keeper.withholds(this, bytes)) this.deliver(bytes);
    }
  }

  /** Hands over to the connection what may leave. */
  deliver(bytes: Buffer): void {
    if (this.connection?.write(bytes) === false && !this.halfClosed) this.congested = true;
  }

  /** What waits to be sent, whatever it waits for. */
  get waitingBytes(): number {
    return (this.connection?.bytesQueued ?? 0) + this.withheldBytes;
  }

  /** Whether so many bytes more may wait to be sent. If they may not, the connection has ended. */
  mayHave(bytes: number): boolean {
    return this.#keeper.admits(this, Math.max(this.waitingOfTurn, this.waitingBytes) + bytes);
  }
}
