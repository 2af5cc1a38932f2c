import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type IncomingMessage, get } from 'node:http';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Snapshot } from '@edgeloop/reactor/telemetry';
import { bound } from './child.js';
import { ECHO } from './echo-protocol.js';
import { cpuSecondsOf, descriptorsOf, residentBytesOf } from './process.js';
import type { Protocol } from './protocol.js';
import { holds } from '../../waiting.js';

const START_MS = 15_000;
const STOP_MS = 10_000;
const ANSWER_MS = 10_000;
/** What a server has said last is kept, for the case that it fails. */
const KEPT_CHARACTERS = 8192;
/** Of pino: error and fatal. */
const ERROR_LEVEL = 50;

export interface ServerSetting {
  /** Flags of the command, as docs/reference/options.md lists them. */
  readonly flags?: readonly string[];
  /** What kind of server it is: an echo server unless something else is said. */
  readonly protocol?: Protocol;
  /** Another program of that kind; it takes the same flags and greets in the same way. */
  readonly program?: string;
}

/** How a server stands: what must be as before when a fault is over. */
export interface Standing {
  readonly descriptors: number;
  readonly residentBytes: number;
  readonly counters: Snapshot['counters'];
}

/** A server in a process of its own, started as users start it, and asked as operators ask it: at its admin endpoint, and in /proc. */
export class TrialServer {
  readonly pid: number;
  readonly #child: ChildProcess;
  #output = '';
  #errors = '';
  #ended = false;
  #before: Standing | undefined;

  private constructor(
    child: ChildProcess,
    readonly host: string,
    readonly protocol: Protocol,
  ) {
    this.#child = child;
    this.pid = child.pid as number;
    child.once('exit', () => (this.#ended = true));
    child.stdout?.on('data', (chunk: Buffer) => (this.#output = (this.#output + chunk.toString()).slice(-KEPT_CHARACTERS)));
    createInterface({ input: child.stderr as Readable }).on('line', (line) => this.#noteError(line));
  }

  /** Starts it on a port that the kernel chooses. */
  static async start(placement: readonly string[], setting: ServerSetting, host = '127.0.0.1'): Promise<TrialServer> {
    const { flags = [], protocol = ECHO, program = protocol.program } = setting;
    // What stands in front replaces itself with the server, whose process id is the child's so.
    const command = [...placement, process.execPath, program, 'server', '0', '--host', host, '--admin-port', '0', '--log-level', 'warn', ...flags];
    const child = bound(spawn(command[0] as string, command.slice(1), { stdio: ['ignore', 'pipe', 'pipe'] }));
    const server = new TrialServer(child, host, protocol);
    const up = await holds(() => server.#ended || server.#output.includes('\nTry'), START_MS);
    if (!up || server.#ended) throw new Error(`the server did not start: ${server.#output}${server.#errors}`);
    return server;
  }

  get port(): number {
    return Number(/ on \S+?:(\d+)[ ,]/.exec(this.#output)?.[1]);
  }

  get alive(): boolean {
    return !this.#ended;
  }

  /** How it stood when it had been warmed up. */
  get before(): Standing {
    if (this.#before === undefined) throw new Error('the server has not been warmed up');
    return this.#before;
  }

  /** What a server does once only, loading code and making pools, is not to be taken for a leak. */
  async warmUp(): Promise<void> {
    await this.protocol.warmUp(this);
    await this.atRest();
    this.#before = await this.standing();
  }

  async standing(): Promise<Standing> {
    const { counters } = await this.stats();
    // The endpoint has a descriptor for the one who asks; it goes when the answer has gone.
    await holds(() => this.descriptors <= (this.#before?.descriptors ?? 0), this.#before === undefined ? 200 : 2000);
    return { descriptors: this.descriptors, residentBytes: residentBytesOf(this.pid), counters };
  }

  /** The numbers of its reactor. Asked for again where the endpoint could not answer, as where it has run out of descriptors. */
  async stats(): Promise<Snapshot> {
    let snapshot: Snapshot | undefined;
    const answered = await holds(async () => {
      snapshot = await this.#get('stats').then((text) => JSON.parse(text) as Snapshot).catch(() => undefined);
      return snapshot !== undefined || this.#ended;
    });
    const why = this.#ended ? `, for the server has ended with ${this.#child.exitCode ?? this.#child.signalCode}` : '';
    if (!answered || snapshot === undefined) throw new Error(`the admin endpoint does not answer${why}: ${this.#errors}`);
    return snapshot;
  }

  /** The value of a metric, with its labels as Prometheus is told: `edgeloop_kv_limits_met_total{limit="maxclients"}`; 0 where it is not told. */
  async metric(name: string): Promise<number> {
    const line = (await this.#get('metrics')).split('\n').find((text) => text.startsWith(`${name} `));
    return line === undefined ? 0 : Number(line.slice(name.length));
  }

  async #get(path: string): Promise<string> {
    const [, url] = /live page and metrics on (\S+)/.exec(this.#output) ?? [];
    const request = get(`${url}${path}`, { agent: false, signal: AbortSignal.timeout(ANSWER_MS) });
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    const chunks = (await response.toArray()) as Buffer[];
    return Buffer.concat(chunks).toString();
  }

  /** Resolves when it has no connections, or with false if some stay. */
  atRest(): Promise<boolean> {
    return holds(async () => {
      const { connectionsOpen, connectionsDraining, connectionsClosing } = (await this.stats()).gauges;
      return connectionsOpen + connectionsDraining + connectionsClosing === 0;
    });
  }

  get descriptors(): number {
    return descriptorsOf(this.pid);
  }

  /** Of one core, while nobody asks it anything. */
  async cpuPercent(seconds: number): Promise<number> {
    const from = { cpu: cpuSecondsOf(this.pid), ms: performance.now() };
    await sleep(seconds * 1000);
    return ((cpuSecondsOf(this.pid) - from.cpu) / ((performance.now() - from.ms) / 1000)) * 100;
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  /** Ends it in order. Resolves with what is wrong with that; an empty text if nothing is. */
  async stop(): Promise<string> {
    if (this.#ended) return `it had ended before, with ${this.#child.exitCode ?? this.#child.signalCode}: ${this.#errors}`;
    // When it is gone its last words may be still to be read.
    const ended = once(this.#child, 'close');
    const late = setTimeout(() => this.#child.kill('SIGKILL'), STOP_MS);
    this.#child.kill('SIGTERM');
    const [status, signal] = (await ended) as [number | null, string | null];
    clearTimeout(late);
    return status === 0 ? this.#errors : `it ended with ${status ?? signal}: ${this.#errors}`;
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }

  /** Warnings are what a server should write in a trial; an error it should not. */
  #noteError(line: string): void {
    if (line !== '' && isError(line)) this.#errors = `${this.#errors}${this.#errors && '\n'}${line}`.slice(-KEPT_CHARACTERS);
  }
}

/** What is no line of the log is a stack, or Node's own. */
function isError(line: string): boolean {
  try {
    return (JSON.parse(line) as { level: number }).level >= ERROR_LEVEL;
  } catch {
    return true;
  }
}
