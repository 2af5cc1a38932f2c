import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '@edgeloop/reactor/testing';
import { randomOf, weighed } from '../soak/random.js';
import type { CrashTestOptions } from './arguments.js';
import { Gone } from './connection.js';
import { KILL_POINTS, type KillPoint, killedAt } from './kill-points.js';
import { Loss } from './model/stocktaking.js';
import { Writer } from './model/writer.js';
import { NOT_CALLED, atCall, atRandom, atStep, inOrder } from './moments.js';
import { Standstill, StoreProcess } from './store-process.js';
import { TARGETS } from './target.js';
import type { Tally } from './tally.js';

/** What was found, and where. */
export class Finding extends Error {}

const WRITERS = 5;
const MAX_CYCLES_OF_A_FOLDER = 120;
const SABOTAGED_BYTES = 10;
/** In a log that is shorter there may be nothing yet that was acknowledged. */
const SABOTAGED_LOG_BYTES = 4096;
/** Of a start that is interrupted; the first one takes as long at most. */
const USUAL_START_MS = 400;

/** In percent. */
const MOMENTS = { random: 38, step: 25, recovery: 12, call: 22, order: 3 };

/** Folders one after the other, each with a server that is killed again and again, and with the accounts of its writers. */
export class Lane {
  readonly #options: CrashTestOptions;
  readonly #tally: Tally;
  readonly #goesOn: () => boolean;
  readonly #random: Random;
  readonly #root = mkdtempSync(join(tmpdir(), 'edgeloop-crash-'));
  #folder = '';
  #writers: Writer[] = [];
  #server: StoreProcess | undefined;
  #startMs = USUAL_START_MS;
  #call = 0;
  #starts = 0;
  #last = 'never';

  constructor(options: CrashTestOptions, index: number, tally: Tally, goesOn: () => boolean) {
    this.#options = options;
    this.#tally = tally;
    this.#goesOn = goesOn;
    this.#random = randomOf(options.seed, index);
    this.#call = this.#random.below(KILL_POINTS.length);
  }

  /** Error: Finding. Then the folder stays, to be looked at. */
  async run(): Promise<void> {
    try {
      while (this.#goesOn()) await this.#wearOut();
      rmSync(this.#root, { recursive: true, force: true });
    } catch (error) {
      if (!(error instanceof Loss || error instanceof Standstill)) throw error;
      throw new Finding(`after cycle ${this.#tally.cycles}; the last server of this folder was ended ${this.#last}:\n${error.message}\nthe data is in ${this.#folder}`);
    } finally {
      await this.#server?.kill();
    }
  }

  /** One folder, from the first start of a server to the last. */
  async #wearOut(): Promise<void> {
    this.#folder = join(this.#root, `data-${++this.#tally.folders}`);
    mkdirSync(this.#folder);
    this.#writers = Array.from({ length: WRITERS }, (_, i) => new Writer(i));
    for (let left = this.#random.between(10, MAX_CYCLES_OF_A_FOLDER); left > 0 && this.#goesOn(); left--) await this.#cycle();
    const server = this.#start();
    await server.serves();
    await this.#examine(server);
    await server.stop();
    for (const { acknowledged, kept, lost } of this.#writers) {
      this.#tally.acknowledged += acknowledged;
      this.#tally.kept += kept;
      this.#tally.lost += lost;
    }
    rmSync(this.#folder, { recursive: true });
  }

  async #cycle(): Promise<void> {
    const moment = weighed(this.#random, MOMENTS);
    if (moment === 'recovery') await this.#dieEarly();
    else if (moment === 'call') await this.#dieAtCall();
    else await this.#dieUnderLoad(moment);
    if (this.#options.sabotage) this.#sabotage();
  }

  /** While it reads what is there, or a little later. */
  async #dieEarly(): Promise<void> {
    const server = this.#start();
    const ms = this.#random.below(Math.ceil(this.#startMs * 1.1));
    await Promise.race([sleep(ms), server.ended]);
    const { isServing } = server;
    await server.kill();
    this.#died(isServing ? 'after recovery' : 'during start and recovery', `${ms} ms after its start`);
  }

  async #dieUnderLoad(moment: 'random' | 'step' | 'order'): Promise<void> {
    const began = performance.now();
    const server = this.#start();
    await server.serves();
    this.#startMs = performance.now() - began;
    const die = { random: atRandom, step: atStep, order: inOrder }[moment];
    const when = await this.#load(server, die);
    this.#died({ random: 'at a random moment', step: 'at a step of a snapshot', order: 'in order' }[moment], when ?? '');
  }

  /** The next of the kill points, one after the other. */
  async #dieAtCall(): Promise<void> {
    const point = KILL_POINTS[this.#call++ % KILL_POINTS.length] as KillPoint;
    const wrapper = killedAt(point, this.#folder);
    if (wrapper === undefined) return this.#dieUnderLoad('random');
    const server = this.#start(wrapper);
    const served = await server.serves();
    const when = served ? await this.#load(server, atCall) : 'during recovery';
    if (when !== NOT_CALLED) this.#tally.reached(point);
    this.#died(when === NOT_CALLED ? 'after a call that did not come' : `before a call, ${when}`, `before ${point.call} number ${point.nth}, ${when}`);
  }

  /** Examines what the server has, has the writers write, and waits for its death. Returns when that came. */
  async #load(server: StoreProcess, die: typeof atRandom): Promise<string> {
    try {
      const connections = await this.#examine(server);
      const writing = Promise.all(this.#writers.map((writer, i) => writer.write(connections[i]!, this.#random)));
      const death = die({ server, folder: this.#folder, random: this.#random });
      await Promise.all([death, writing]);
      return await death;
    } catch (error) {
      if (!(error instanceof Gone)) throw error;
      await server.isKilled();
      return 'while it was examined';
    }
  }

  async #examine(server: StoreProcess) {
    const connections = await Promise.all(this.#writers.map(() => server.connect()));
    await Promise.all(this.#writers.map((writer, i) => writer.examine(connections[i]!)));
    return connections;
  }

  #start(wrapper?: readonly string[]): StoreProcess {
    const { policies, target } = this.#options;
    const policy = this.#random.pick(policies);
    const socket = join(this.#root, `socket-${++this.#starts}`);
    this.#server = new StoreProcess({ target: TARGETS[target], folder: this.#folder, socket, policy, ...(wrapper === undefined ? {} : { wrapper }) });
    return this.#server;
  }

  #died(how: string, when: string): void {
    this.#tally.died(how);
    this.#last = when;
  }

  /** Cuts the end off the newest log, as if the server had said that something was written before it was. */
  #sabotage(): void {
    const { files, log } = TARGETS[this.#options.target];
    const folder = join(this.#folder, files);
    const logs = (existsSync(folder) ? readdirSync(folder) : []).flatMap((name) => {
      const number = log.exec(name)?.[1];
      return number === undefined ? [] : [{ path: join(folder, name), number: Number(number) }];
    });
    const newest = logs.toSorted((one, other) => other.number - one.number)[0];
    const size = newest === undefined ? 0 : statSync(newest.path).size;
    if (newest !== undefined && size > SABOTAGED_LOG_BYTES) truncateSync(newest.path, size - SABOTAGED_BYTES);
  }
}
