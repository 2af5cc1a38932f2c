import { type FSWatcher, watch } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '@edgeloop/reactor/testing';
import { Gone } from './connection.js';
import type { StoreProcess } from './store-process.js';

/** A server under load that is to be killed. */
export interface Scene {
  readonly server: StoreProcess;
  readonly folder: string;
  readonly random: Random;
}

const MAX_LOAD_MS = 120;
/** What a snapshot, or a call that is waited for, is given until the server is killed all the same. */
const PATIENCE_MS = 1500;
/** How long after a file has come, gone or got another name; and the most of them that one snapshot makes. */
const MAX_DELAY_MS = 3;
const MAX_STEPS = 6;

/** When a server has died that was to die at a call. */
export const NOT_CALLED = 'by hand, for the call did not come';

/** At any time, in every third case with a snapshot that may be under way. Returns when that was, in words. */
export async function atRandom({ server, random }: Scene): Promise<string> {
  const [first, second] = [random.below(MAX_LOAD_MS), random.below(MAX_LOAD_MS)];
  await sleep(first);
  const withSnapshot = random.chance(1 / 3);
  if (withSnapshot) await beginSnapshot(server);
  await sleep(second);
  await server.kill();
  return `${second} ms after ${withSnapshot ? 'a snapshot was asked for' : 'nothing'}, ${first} ms after the load had begun`;
}

/** When a file comes, goes or gets another name: each is a step of a snapshot, or of the switch of the log. */
export async function atStep(scene: Scene): Promise<string> {
  const { server, folder, random } = scene;
  const [step, delay] = [random.between(1, MAX_STEPS), random.below(MAX_DELAY_MS + 1)];
  await sleep(random.below(MAX_LOAD_MS));
  const steps = new Steps(folder, step);
  await beginSnapshot(server);
  const name = await Promise.race([steps.reached, sleep(PATIENCE_MS, 'nothing', { ref: false })]);
  if (delay > 0) await sleep(delay);
  await server.kill();
  steps.close();
  return `${delay} ms after step ${step} of a snapshot, which was seen at ${name}`;
}

/** Waits for a server that will die by itself, and has it make a snapshot, or several. */
export async function atCall({ server, random }: Scene): Promise<string> {
  const patience = performance.now() + PATIENCE_MS;
  while (server.isAlive && performance.now() < patience) {
    await beginSnapshot(server);
    await Promise.race([server.ended, sleep(random.below(MAX_LOAD_MS), undefined, { ref: false })]);
  }
  const late = server.isAlive;
  if (late) await server.kill();
  await server.isKilled();
  return late ? NOT_CALLED : 'under load';
}

/** In order, by SIGTERM: nothing may be lost then either. */
export async function inOrder({ server, random }: Scene): Promise<string> {
  const ms = random.below(MAX_LOAD_MS);
  await sleep(ms);
  await server.stop();
  return `in order, ${ms} ms after the load had begun`;
}

/** Tells the name of the file that has come, gone or been renamed as the `step`th. */
class Steps {
  readonly reached: Promise<string>;
  readonly #watcher: FSWatcher;
  #seen = 0;

  constructor(folder: string, step: number) {
    this.#watcher = watch(folder);
    this.reached = new Promise((resolve) => {
      this.#watcher.on('change', (event, name) => {
        if (event === 'rename' && ++this.#seen === step) resolve(String(name));
      });
    });
  }

  close(): void {
    this.#watcher.close();
  }
}

/** Where one is under way the server says so, which is as good. */
async function beginSnapshot(server: StoreProcess): Promise<void> {
  try {
    const connection = await server.connect();
    await connection.call([['BGREWRITEAOF']]);
    connection.close();
  } catch (error) {
    if (!(error instanceof Gone)) throw error;
  }
}
