import { type Connection, hostText } from '@edgeloop/reactor';
import type { Client } from '../client/client.js';
import { InputBuffers } from '../client/input-buffers.js';
import { PendingInput } from '../client/pending-input.js';
import type { Call } from '../command/call.js';
import { Dispatcher } from '../command/dispatcher.js';
import type { Registry } from '../catalogue/registry.js';
import { ProtocolError } from '../protocol/protocol-error.js';
import { ReplyWriter } from '../protocol/reply-writer.js';
import { RequestReader } from '../protocol/request-reader.js';
import type { Server } from '../server/server.js';
import { refusalOf } from './admission.js';
import { Backlog } from './backlog.js';
import { InputGuard } from './input-guard.js';

/** So long a peer may take to end its side, once it has been sent all. */
const LINGER_MS = 1000;

/** From here on a turn counts as large: a client has had its share of it, and how long it took is looked at in any case. */
const LARGE_REPLY_BYTES = 64 * 1024;

/**
 * Between connections and commands: takes requests out of what a connection brings, has them served one after the other,
 * and sends the replies of a turn in one piece.
 *
 * Requests are read where they lie in the loop's buffer; only what is cut off at its end, or has to wait, is copied. A client
 * whose command waits for a key is served again when that has its reply.
 */
export class Frontend {
  readonly #server: Server;
  readonly #reader: RequestReader;
  readonly #dispatcher: Dispatcher;
  /** For the commands of clients that have waited: they run in the middle of somebody else's turn. */
  readonly #retries: Dispatcher;
  /** Those whose wait is over, and who may have sent more meanwhile. */
  readonly #released: Client[] = [];
  /** Those whose turn it was when commands were paused. */
  readonly #paused: Client[] = [];
  readonly #backlog: Backlog;
  readonly #inputGuard: InputGuard;
  readonly #inputBuffers = new InputBuffers();
  #serving = false;

  constructor(server: Server, registry: Registry<Call>) {
    this.#server = server;
    this.#backlog = new Backlog(server.timers, (client) => this.#serveSlice(client));
    this.#inputGuard = new InputGuard(server);
    this.#reader = new RequestReader(server.limits);
    this.#dispatcher = Dispatcher.withNested(server, registry, new ReplyWriter());
    this.#retries = Dispatcher.withNested(server, registry, new ReplyWriter());
    server.blocking.retry = (client, key) => this.#retry(client, key);
    server.blocking.release = (client, write) => this.#release(client, write);
    server.resume = (client) => this.#resume(client);
    server.pause.onEnd = () => this.#paused.splice(0).forEach((client) => this.#resume(client));
  }

  /** Undefined if the client is turned away. */
  open(connection: Connection<Client | undefined>): Client | undefined {
    const refusal = refusalOf(this.#server, connection);
    if (refusal !== undefined) {
      this.#server.stats.connectionsRejected++;
      this.#server.limitWatch.meet(refusal.limit, hostText(connection.remoteAddress, connection.remotePort));
      connection.write(`-${refusal.error}\r\n`);
      this.#hangUp(connection);
      return undefined;
    }
    this.#server.stats.connectionsReceived++;
    return this.#server.addClient(connection);
  }

  close(client: Client): void {
    client.closing = true;
    this.#server.removeClient(client);
    this.#backlog.remove(client);
    this.#inputGuard.note(client, false);
  }

  /** The client will send nothing more. Resolves when it is served what it has sent, if that is not so already. */
  halfClose(client: Client): Promise<void> | undefined {
    client.halfClosed = true;
    this.drained(client);
    const served = this.#backlog.whenServed(client);
    return served === undefined ? this.whenAnswered(client) : served.then(() => this.whenAnswered(client));
  }

  /** Resolves when nothing is kept back for the client any more. Undefined if that is so already. */
  whenAnswered(client: Client): Promise<void> | undefined {
    if (client.withheldBytes === 0) return undefined;
    return new Promise((resolve) => this.#whenSent(client, resolve));
  }

  receive(client: Client, chunk: Buffer): void {
    if (client.closing) return;
    this.#beginTurn();
    client.lastActiveMs = this.#server.keyspace.nowMs;
    if (client.pending === undefined) this.#serveChunk(client, chunk);
    else {
      client.pending.append(chunk);
      if (!this.#backlog.has(client)) this.#servePending(client);
    }
    if (client.pending !== undefined || client.notedInputBytes > 0) this.#inputGuard.note(client, this.#backlog.has(client));
    this.#serveReleased();
  }

  /** The client has taken its replies. What it asked for in the same pipeline comes now, so no pipeline makes it a slow consumer. */
  drained(client: Client): void {
    if (!client.congested || client.closing) return;
    client.congested = false;
    // A hundred of those who wait for replies of a megabyte may have room for them in the same turn.
    if (client.pending !== undefined) this.#backlog.add(client);
  }

  #beginTurn(): void {
    this.#dispatcher.begin(this.#server.beginTurn());
  }

  #serveChunk(client: Client, chunk: Buffer): void {
    const reader = this.#reader;
    reader.begin(chunk, 0, chunk.length);
    const isMore = this.#serve(client, reader);
    if (reader.consumed === chunk.length || client.closing) return;
    client.pending = new PendingInput(this.#server.limits, reader, chunk, this.#inputBuffers);
    this.#servedInPart(client, isMore);
  }

  /** Serves a client's share of what has come. Returns whether there is more that can be served. */
  #servePending(client: Client): boolean {
    const { pending } = client;
    if (pending === undefined || !mayBeServed(client)) return false;
    const before = pending.length;
    const isMore = this.#serve(client, pending.reader);
    if (pending.length < before) client.connection?.endMessage();
    if (pending.length > 0) {
      this.#servedInPart(client, isMore);
      return isMore;
    }
    pending.release();
    client.pending = undefined;
    return false;
  }

  /** What is left is served in a later turn, or is a request that has begun and not ended. */
  #servedInPart(client: Client, isMore: boolean): void {
    if (isMore) {
      this.#server.limitWatch.meet('turn_budget', client.address, { client: client.id, bytes: client.pending?.length });
      this.#backlog.add(client);
    } else if (mayBeServed(client)) client.connection?.beginMessage();
  }

  /** Serves a slice of what has piled up. Returns whether there is more that can be served. */
  #serveSlice(client: Client): boolean {
    this.#beginTurn();
    const isMore = this.#servePending(client);
    this.#inputGuard.note(client, isMore);
    return isMore;
  }

  /**
   * Serves what is complete, until the client has to wait or is to go, or has had its share: of requests, or of replies. Returns whether
   * that was so, and more of them can be served later.
   */
  #serve(client: Client, reader: RequestReader): boolean {
    const { reply } = this.#dispatcher;
    const end = reader.consumed + this.#server.settings.clientTurnBytes;
    const replyEnd = reply.position + LARGE_REPLY_BYTES;
    let isShareUsed = false;
    reply.sink = client;
    reader.limits = this.#server.mustLogIn(client) ? this.#server.limitsBeforeLogin : this.#server.limits;
    this.#serving = true;
    client.isServed = true;
    try {
      while (!isShareUsed && mayBeServed(client) && reader.next()) {
        this.#dispatcher.dispatch(client, reader);
        if (this.#dispatcher.postponed) this.#postpone(client, reader);
        else reader.done();
        if (reader.limits.isStrict && !this.#server.mustLogIn(client)) reader.limits = this.#server.limits;
        this.#server.settle();
        isShareUsed = reader.consumed >= end || reply.position > replyEnd;
      }
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.#refuse(client, error);
    } finally {
      this.#serving = false;
      this.#dispatcher.end(reader !== this.#reader || reply.length > LARGE_REPLY_BYTES);
      if (this.#server.tracking.isBroadcastDue) this.#server.tracking.broadcast();
      this.#dispatcher.deliverPushes(client);
      client.isServed = false;
      reply.flush();
      client.waitingOfTurn = 0;
    }
    if (client.closing) this.#whenSent(client, () => client.connection !== undefined && this.#hangUp(client.connection));
    return isShareUsed && mayBeServed(client);
  }

  #whenSent(client: Client, action: () => void): void {
    const { durability } = this.#server;
    if (durability === undefined) action();
    else durability.whenSent(client, action);
  }

  /** What the client sends is no request: it is told so, and disconnected. */
  #refuse(client: Client, { message, fault }: ProtocolError): void {
    this.#server.limitWatch.meet(fault, client.address, { client: client.id, problem: message });
    this.#server.stats.countError(`ERR ${message}`);
    this.#dispatcher.reply.error(`ERR ${message}`);
    client.closing = true;
  }

  /** Ends a connection in order, so that the peer gets all of it; but also where the peer never ends its own side, or it would keep it for good. */
  #hangUp(connection: Connection<Client | undefined>): void {
    connection.end();
    this.#closeLater(connection);
  }

  #closeLater(connection: Connection<Client | undefined>): void {
    this.#server.timers.after(LINGER_MS, () => {
      if (connection.phase === 'draining') this.#closeLater(connection);
      else connection.destroy();
    });
  }

  /** Commands are paused: the client's request comes again when they go on. */
  #postpone(client: Client, reader: RequestReader): void {
    this.#dispatcher.postponed = false;
    reader.rewind();
    client.held = true;
    this.#paused.push(client);
  }

  #resume(client: Client): void {
    client.held = false;
    this.#goOn(client);
  }

  /** Nothing keeps the client any longer: what it has sent meanwhile is served, soon if somebody else is being served now. */
  #goOn(client: Client): void {
    this.#released.push(client);
    if (!this.#serving) this.#serveReleased();
  }

  /** Runs a waiting client's command again. Returns whether it goes on waiting. */
  #retry(client: Client, key: Buffer): boolean {
    const { waiting } = client;
    if (waiting === undefined) return false;
    const reply = this.#lateReply(client);
    const wasServed = client.isServed;
    client.isServed = true;
    const isWaiting = this.#retries.retry(client, waiting, key);
    this.#retries.deliverPushes(client);
    client.isServed = wasServed;
    reply.flush();
    if (!wasServed) client.waitingOfTurn = 0;
    return isWaiting;
  }

  #release(client: Client, write: (reply: ReplyWriter) => void): void {
    const reply = this.#lateReply(client);
    reply.version = client.version;
    write(reply);
    reply.flush();
    if (client.replyMode === 'skip') client.replyMode = 'on';
    this.#goOn(client);
  }

  /** What a client is answered with that has waited: it goes nowhere if the client wants no replies. */
  #lateReply(client: Client): ReplyWriter {
    const { reply } = this.#retries;
    reply.sink = client.replyMode === 'on' ? client : undefined;
    return reply;
  }

  #serveReleased(): void {
    if (this.#released.length === 0) return;
    for (let client = this.#released.shift(); client !== undefined; client = this.#released.shift()) {
      if (this.#serveSlice(client)) this.#backlog.add(client);
    }
  }
}

function mayBeServed({ waiting, closing, held, congested }: Client): boolean {
  return waiting === undefined && !closing && !held && !congested;
}
