import { randomBytes } from 'node:crypto';
import { adviseHugePages } from '@edgeloop/reactor';
import { AccessLog } from '../access/access-log.js';
import { Users } from '../access/users.js';
import { Client } from '../client/client.js';
import type { Database } from '../store/database.js';
import { Memory } from '../memory/memory.js';
import { Request } from '../protocol/request.js';
import { RequestLimits } from '../protocol/request-limits.js';
import type { LossEvent } from '../store/database-context.js';
import { Keyspace, type KeyspaceObserver } from '../store/keyspace.js';
import { FunctionEngine, ScriptEngine } from '../scripting/index.js';
import { Blocking } from './blocking.js';
import { Channels } from './channels.js';
import { Changes } from './changes.js';
import type { Durability } from './durability.js';
import { Heartbeat } from './heartbeat.js';
import { LatencyMonitor } from './latency.js';
import { LimitWatch } from './limit-watch.js';
import { Notifications } from './notifications.js';
import { OutputGuard } from './output-guard.js';
import { Pause } from './pause.js';
import { ServerStats } from './server-stats.js';
import type { KvSettings } from './settings.js';
import { Slowlog } from './slowlog.js';
import type { Timers } from './timers.js';
import { Tracking } from './tracking.js';
import { Upkeep } from './upkeep.js';
import { Watches } from './watches.js';

const DEL = Buffer.from('DEL');

/** All that the commands of a server share. Its settings take effect when `applyAll` of parameters.ts is called. */
export class Server implements KeyspaceObserver {
  readonly settings: KvSettings;
  readonly keyspace: Keyspace;
  readonly timers: Timers;
  readonly clients = new Map<number, Client>();
  readonly changes = new Changes();
  readonly watches = new Watches();
  readonly channels = new Channels();
  readonly notifications: Notifications;
  readonly tracking: Tracking;
  readonly scripts = new ScriptEngine();
  readonly functions = new FunctionEngine();
  readonly blocking: Blocking;
  readonly stats = new ServerStats();
  readonly users = new Users();
  readonly accessLog = new AccessLog();
  readonly slowlog = new Slowlog();
  readonly latency = new LatencyMonitor();
  /** From how many milliseconds on a command is noticed by one of these two. */
  noticeableMs = Number.POSITIVE_INFINITY;
  /** What clients may ask for at once, and before they have logged in. */
  readonly limits = new RequestLimits();
  readonly limitsBeforeLogin = new RequestLimits(true);
  /** Which limits clients have met. */
  readonly limitWatch = new LimitWatch();
  readonly outputGuard = new OutputGuard(this);
  readonly pause: Pause;
  readonly heartbeat: Heartbeat;
  peakMemoryBytes = 0;
  /** Clients that see every command: MONITOR. */
  readonly monitors = new Set<Client>();
  /** Ends the server, if that is anybody's business: SHUTDOWN. */
  shutDown: (() => void) | undefined;
  /** Whether each command is timed by itself, and shown to who monitors: see `watch`. */
  isWatched = false;
  /** 40 hexadecimal digits that no other start has had. */
  readonly runId = randomBytes(20).toString('hex');
  /** Where it listens, as far as connections have shown it. */
  host = '127.0.0.1';
  port = 0;
  readonly upkeep: Upkeep;
  /** Whether there was no memory to be had before the command that is running: then a script may not run one that needs some. */
  outOfMemory = false;
  readonly startedMs: number;
  /** What `performance.now()` is to be added to for the time of day; the clock may be set while the server runs. */
  epochMs = Date.now() - performance.now();
  /** Takes what scripts log, at a level from 0 for debug to 3 for warnings. */
  log: (level: number, text: string) => void = () => {};
  /** Goes on with a client that was held. */
  resume: (client: Client) => void = () => {};
  #durability: Durability | undefined;
  #lastClientId = 0;

  constructor(settings: KvSettings, timers: Timers) {
    this.settings = settings;
    this.timers = timers;
    this.keyspace = new Keyspace(settings.databases, newMemory(settings));
    this.startedMs = this.keyspace.nowMs;
    this.blocking = new Blocking(timers);
    this.pause = new Pause(timers);
    this.upkeep = new Upkeep(this, timers);
    this.notifications = new Notifications(this.channels, this.keyspace.databases);
    this.tracking = new Tracking(this.keyspace.databases, this.clients);
    this.changes.listeners.push(this.watches, this.blocking, this.notifications, this.tracking);
    this.keyspace.observer = this;
    this.adoptLimits();
    this.heartbeat = new Heartbeat(this);
  }

  /** What keeps the data beyond this process; undefined for a server that is in memory only. */
  get durability(): Durability | undefined {
    return this.#durability;
  }

  set durability(durability: Durability | undefined) {
    this.#durability = durability;
    this.keyspace.tellsLosses = durability !== undefined;
  }

  /** Sets the clock for what comes together. Returns the time of `performance`. */
  beginTurn(): number {
    const nowMs = performance.now();
    this.keyspace.advance(Math.floor(nowMs + this.epochMs));
    return nowMs;
  }

  /** A client of a connection, or without one of the server's own. */
  addClient(connection?: Client['connection']): Client {
    const client = new Client(++this.#lastClientId, this.keyspace.databases[0]!, this.keyspace.nowMs, this.users.default, this.outputGuard, connection);
    if (connection !== undefined) {
      this.clients.set(client.id, client);
      this.host = connection.localAddress ?? this.host;
      this.port = connection.localPort ?? this.port;
    }
    return client;
  }

  /** Whether a client has to say who it is before it is served: not where the default user needs no password by now. */
  mustLogIn(client: Client): boolean {
    return !client.authenticated && !this.users.default.isOpen;
  }

  added(db: Database, key: Buffer): void {
    this.notifications.keyChanged(db, key, 'new', 'n');
  }

  /** A key has gone by itself. */
  lost(db: Database, key: Buffer, event: LossEvent): void {
    this.durability?.note(db.index, new Request([DEL, key]));
    if (db.observers > 0) this.changes.keyChanged(db, key, event, event === 'expired' ? 'x' : 'e', undefined);
  }

  /** To be called when a request, or a slice of upkeep, is done: those go on who have waited for what it has changed, and all of that belongs together. */
  settle(): void {
    this.blocking.serveReady();
    this.durability?.commit();
  }

  /** To be called when something large was removed: gives the memory back, in slices with the clients' requests between them. */
  reclaim(): void {
    this.upkeep.reclaim();
  }

  /** What all connections have brought and taken. */
  traffic(): { inputBytes: number; outputBytes: number } {
    let { inputBytes, outputBytes } = this.stats;
    for (const { connection } of this.clients.values()) {
      inputBytes += connection?.bytesRead ?? 0;
      outputBytes += connection?.bytesWritten ?? 0;
    }
    return { inputBytes, outputBytes };
  }

  /** To be called when who monitors, or what is noticed, has changed. */
  watch(): void {
    this.noticeableMs = Math.min(this.slowlog.thresholdMs, this.latency.thresholdMs);
    this.isWatched = this.monitors.size > 0 || this.noticeableMs < 1;
  }

  /** Remembers how much memory was in use at most. */
  noteMemory(): void {
    this.peakMemoryBytes = Math.max(this.peakMemoryBytes, this.keyspace.usedBytes);
  }

  /** CONFIG RESETSTAT. */
  resetStats(): void {
    this.stats.reset();
    this.limitWatch.reset();
    this.keyspace.stats.reset();
    const { inputBytes, outputBytes } = this.traffic();
    this.stats.inputBytes = -inputBytes;
    this.stats.outputBytes = -outputBytes;
    this.peakMemoryBytes = this.keyspace.usedBytes;
  }

  /** Serves a client nothing more for a while. */
  hold(client: Client, delayMs: number): void {
    client.held = true;
    this.timers.after(delayMs, () => this.resume(client));
  }

  /** Lets a change of the settings take effect. */
  adoptLimits(): void {
    const { settings } = this;
    this.limits.adopt(settings.maxMultibulkLength, settings.protoMaxBulkLen, settings.maxInlineLength);
    const { unauthenticatedMaxMultibulkLength, unauthenticatedMaxBulkLen } = settings;
    this.limitsBeforeLogin.adopt(unauthenticatedMaxMultibulkLength, unauthenticatedMaxBulkLen, settings.maxInlineLength);
  }

  /** Disconnects a client as somebody has asked for; one that is just being served, and so has asked for it, gets its reply first. */
  disconnect(client: Client): void {
    if (client.isServed) client.closing = true;
    else this.kill(client);
  }

  /** Disconnects a client at once. */
  kill(client: Client): void {
    client.closing = true;
    this.removeClient(client);
    client.connection?.destroy();
  }

  /** Ends a client that speaks HTTP: nothing of what it has sent is answered. */
  endCrossProtocol(client: Client): void {
    this.limitWatch.meet('cross_protocol', client.address, { client: client.id });
    this.kill(client);
  }

  /** Forgets a client that is gone, and all that was kept for it. */
  removeClient(client: Client): void {
    if (this.clients.delete(client.id)) {
      this.stats.inputBytes += client.connection?.bytesRead ?? 0;
      this.stats.outputBytes += client.connection?.bytesWritten ?? 0;
    }
    if (this.monitors.delete(client)) this.watch();
    this.watches.unwatch(client);
    this.tracking.end(client);
    this.blocking.forget(client);
    this.channels.forget(client);
  }
}

/** A lookup reads two or three places far apart: in huge pages the processor knows the addresses of many more of them. */
function newMemory({ disableThp }: KvSettings): Memory {
  return disableThp ? new Memory() : new Memory(Number.MAX_SAFE_INTEGER, adviseHugePages);
}
