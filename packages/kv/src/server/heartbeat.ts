import type { Client } from '../client/client.js';
import type { Keyspace } from '../store/keyspace.js';
import type { Durability } from './durability.js';
import { isSnapshotDue } from './log-growth.js';
import type { ServerStats } from './server-stats.js';
import type { LimitWatch } from './limit-watch.js';
import type { OutputGuard } from './output-guard.js';
import type { KvSettings } from './settings.js';
import type { Timers } from './timers.js';

const PERIOD_MS = 1000;

/** What the heartbeat needs of its server. */
export interface Body {
  readonly timers: Timers;
  readonly keyspace: Keyspace;
  readonly settings: KvSettings;
  readonly stats: ServerStats;
  readonly limitWatch: LimitWatch;
  readonly outputGuard: OutputGuard;
  readonly durability: Durability | undefined;
  readonly clients: ReadonlyMap<number, Client>;
  readonly monitors: ReadonlySet<Client>;
  epochMs: number;
  traffic(): { readonly inputBytes: number; readonly outputBytes: number };
  noteMemory(): void;
  kill(client: Client): void;
}

/** What a server does each second: counts how much it has to do, sets its clock, ends clients that are idle, or do not read, for too long, and shortens the log. */
export class Heartbeat {
  readonly #server: Body;
  #lastMs = performance.now();
  #commands = 0;
  #inputBytes = 0;
  #outputBytes = 0;
  /** Of the last period. */
  commandsPerSecond = 0;
  inputBytesPerSecond = 0;
  outputBytesPerSecond = 0;

  constructor(server: Body) {
    this.#server = server;
    server.timers.every(PERIOD_MS, () => this.beat());
  }

  /** What is done each second. */
  beat(): void {
    const server = this.#server;
    const nowMs = performance.now();
    const dateMs = Date.now();
    server.epochMs = dateMs - nowMs;
    server.keyspace.advance(dateMs);
    this.#measure((nowMs - this.#lastMs) / 1000);
    this.#lastMs = nowMs;
    server.noteMemory();
    server.outputGuard.beat();
    if (server.durability !== undefined && isSnapshotDue(server.durability.facts, server.settings, dateMs)) server.durability.startSnapshot();
    if (server.settings.timeout > 0) this.#endIdle(server.keyspace.nowMs - server.settings.timeout * 1000);
  }

  #measure(seconds: number): void {
    const { stats } = this.#server;
    const { inputBytes, outputBytes } = this.#server.traffic();
    // CONFIG RESETSTAT lets them fall.
    this.commandsPerSecond = Math.max(0, stats.commandsProcessed - this.#commands) / seconds;
    this.inputBytesPerSecond = Math.max(0, inputBytes - this.#inputBytes) / seconds;
    this.outputBytesPerSecond = Math.max(0, outputBytes - this.#outputBytes) / seconds;
    this.#commands = stats.commandsProcessed;
    this.#inputBytes = inputBytes;
    this.#outputBytes = outputBytes;
  }

  /** Who waits for a key, or monitors, is not idle. */
  #endIdle(sinceMs: number): void {
    const server = this.#server;
    for (const client of server.clients.values()) {
      const isIdle = client.lastActiveMs < sinceMs && client.waiting === undefined && client.type !== 'pubsub' && !server.monitors.has(client);
      if (!isIdle) continue;
      server.limitWatch.meet('idle_timeout', client.address, { client: client.id });
      server.kill(client);
    }
  }
}
