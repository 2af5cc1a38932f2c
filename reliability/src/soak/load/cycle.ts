import { setTimeout } from 'node:timers/promises';
import type { Random } from '@edgeloop/reactor/testing';
import { randomOf, weighed } from '../random.js';
import type { Ports, Service } from '../server/services.js';
import { Client } from './client.js';
import { conductText, drawConduct, isOrderly } from './conduct.js';
import { exchangeDatagrams } from './datagrams.js';
import { killClients, stopSelf } from './disturbances.js';
import { type Loitering, loiter } from './loiterer.js';
import { passBy } from './passer.js';
import { type ScriptedService, scriptFor } from './scripts.js';
import type { Shortage } from './shortage.js';

const MAX_PROBLEMS = 10;
const LONGEST_STOP_MS = 1000;

export interface CycleOrder {
  readonly number: number;
  readonly ms: number;
  /** Visits at a time. */
  readonly clients: number;
}

/** What a cycle was, and what went wrong in it. */
export interface CycleReport {
  readonly visits: number;
  /** Of them, those that left at any moment, broke a protocol or took up room. */
  readonly rude: number;
  readonly bytes: number;
  readonly problems: readonly string[];
}

const VISITS = {
  'echo-edge': 5, 'echo-level': 5, 'echo-oneshot': 5, requests: 7, gateway: 5, proxy: 5, kv: 9, datagrams: 3, passers: 2, strict: 1,
} as const;

/** A cycle of load: some visits at a time, each drawn from the seed by its number, and a few disturbances. In the end nobody is left. */
export class LoadCycle {
  readonly #order: CycleOrder;
  readonly #seed: number;
  readonly #ports: Ports;
  readonly #shortage: Shortage;
  readonly #problems: string[] = [];
  /** Groups of passers count as one here. */
  #begun = 0;
  #visits = 0;
  #rude = 0;
  #bytes = 0;

  constructor(order: CycleOrder, seed: number, ports: Ports, shortage: Shortage) {
    this.#order = order;
    this.#seed = seed;
    this.#ports = ports;
    this.#shortage = shortage;
  }

  async run(): Promise<CycleReport> {
    const untilMs = performance.now() + this.#order.ms;
    const lanes = Array.from({ length: this.#order.clients }, () => this.#visitUntil(untilMs));
    await Promise.all([...lanes, this.#disturb()]);
    return { visits: this.#visits, rude: this.#rude, bytes: this.#bytes, problems: this.#problems };
  }

  async #visitUntil(untilMs: number): Promise<void> {
    while (performance.now() < untilMs && this.#problems.length < MAX_PROBLEMS) await this.#visit(++this.#begun);
  }

  async #visit(number: number): Promise<void> {
    const random = randomOf(this.#seed, this.#order.number, number);
    const kind = weighed<keyof typeof VISITS>(random, VISITS);
    this.#visits++;
    if (kind === 'datagrams') this.#note(number, kind, await exchangeDatagrams(this.#ports.datagrams, random));
    else if (kind === 'passers') await this.#passBy(random);
    else if (kind === 'strict') await this.#loiter(number, random);
    else await this.#converse(number, kind, random);
  }

  async #converse(number: number, service: ScriptedService, random: Random): Promise<void> {
    const script = scriptFor(service, random, `${this.#order.number}:${number}`);
    const conduct = drawConduct(random, script);
    if (script.offends || !isOrderly(conduct)) this.#rude++;
    const client = new Client({ port: this.#ports[service], script, conduct, dials: service === 'proxy' || service === 'gateway' }, random, this.#shortage);
    const problem = await client.run();
    this.#bytes += client.received;
    this.#note(number, `${service} (${conductText(conduct)})`, problem);
  }

  async #loiter(number: number, random: Random): Promise<void> {
    this.#rude++;
    const loitering = random.pick<Loitering>(['silent', 'falls-silent', 'never-reads', 'endless']);
    this.#note(number, `strict (${loitering})`, await loiter(this.#ports.strict, loitering, random));
  }

  async #passBy(random: Random): Promise<void> {
    const service = random.pick<Exclude<Service, 'datagrams'>>(['echo-edge', 'echo-level', 'echo-oneshot', 'requests', 'gateway', 'proxy', 'kv']);
    const passers = await passBy(this.#ports[service], random);
    this.#rude += passers;
    this.#visits += passers - 1;
  }

  /** At moments that the seed says, too. */
  async #disturb(): Promise<void> {
    const random = randomOf(this.#seed, this.#order.number, 0);
    const { datagrams: _, ...tcp } = this.#ports;
    await setTimeout(random.between(0, this.#order.ms * 0.3));
    await killClients(Object.values(tcp), random.between(10, 100));
    await setTimeout(random.between(0, this.#order.ms * 0.3));
    await stopSelf(Math.min(LONGEST_STOP_MS, this.#order.ms / 5));
  }

  #note(number: number, who: string, problem: string | undefined): void {
    if (problem !== undefined && this.#problems.length < MAX_PROBLEMS) this.#problems.push(`visit ${number} to ${who}: ${problem}`);
  }
}
