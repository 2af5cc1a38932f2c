import t from 'tap';
import { Registry } from '../../../src/catalogue/registry.js';
import { commands } from '../../../src/commands/index.js';
import { type Damage, describeDamage } from '../../../src/durability/folder/damage.js';
import type { DurableStore } from '../../../src/durability/durable-store.js';
import { type FolderReport, checkFolder } from '../../../src/durability/folder/folder-check.js';
import { openStore } from '../../../src/durability/open-store.js';
import { planRepair, repair } from '../../../src/durability/folder/repair.js';
import { EmbeddedClient } from '../../../src/embedded/embedded-client.js';
import { FILE_HEADER_BYTES } from '../../../src/log/file-header.js';
import { applyAll } from '../../../src/server/parameters.js';
import { Server } from '../../../src/server/server.js';
import { kvOptions } from '../../../src/server/settings.js';
import { MemoryDisk } from '../../support/memory-disk.js';
import { contentsOf } from '../contents.js';

const TIMERS = { after: () => ({ cancel() {} }), every: () => ({ cancel() {} }) };
const LOG = { error() {}, warn() {}, info() {}, debug() {}, child: () => LOG, isLevelEnabled: () => false };
const registry = new Registry(commands);

function newServer(): Server {
  const server = new Server(kvOptions.parse({ databases: 2 }), TIMERS);
  applyAll(server);
  return server;
}

/** A store on a disk, each of whose commands is a record that is synced. */
class Session {
  readonly server = newServer();
  readonly store: DurableStore;
  readonly #client: EmbeddedClient;

  constructor(disk: MemoryDisk) {
    this.store = openStore({ server: this.server, disk, log: LOG, wake: () => {}, waitFor: () => {} }, registry);
    this.#client = new EmbeddedClient(this.server, registry, 0);
  }

  async run(...lines: readonly string[]): Promise<void> {
    for (const line of lines) {
      this.#client.send(line.split(' '));
      await this.store.secured();
    }
  }

  get state(): string {
    return JSON.stringify([...contentsOf(this.server)].map(([key, value]) => `${key}=${value}`).toSorted());
  }
}

interface History {
  readonly disk: MemoryDisk;
  /** What there was after each command, and before the first. */
  readonly states: readonly string[];
}

/** Two logs, and a snapshot in front of them if it is asked for. */
async function history(withSnapshot = false): Promise<History> {
  const disk = new MemoryDisk();
  const session = new Session(disk);
  const states = [session.state];
  const run = async (line: string): Promise<void> => {
    await session.run(line);
    states.push(session.state);
  };
  for (const line of ['SET a 1', 'RPUSH l x y']) await run(line);
  if (withSnapshot) session.store.snapshotNow();
  await run('INCR a');
  session.store.beginLog();
  for (const line of ['LPOP l', 'SET b 2']) await run(line);
  session.store.close();
  return { disk, states };
}

function copyOf(disk: MemoryDisk): MemoryDisk {
  const copy = new MemoryDisk();
  for (const name of disk.list()) copy.set(name, disk.get(name));
  return copy;
}

function check(disk: MemoryDisk): FolderReport {
  return checkFolder(disk, newServer(), registry, () => {});
}

/** Repairs for as long as there is something that can be; returns what cannot, if there is anything. */
function mend(disk: MemoryDisk): string | undefined {
  for (;;) {
    const [damage] = check(disk).damages;
    if (damage === undefined) return undefined;
    const plan = planRepair(disk, damage);
    if (typeof plan === 'string') return plan;
    repair(disk, plan);
  }
}

function total(disk: MemoryDisk): number {
  return disk.list().reduce((sum, name) => sum + disk.get(name).length, 0);
}

t.test('a check tells what is in a folder, and changes nothing', async (t) => {
  const { disk } = await history(true);
  const before = copyOf(disk);
  const { files, damages, keys, leftovers } = check(disk);
  t.match(files, [
    { kind: 'snapshot', name: 'snapshot-2', keys: 2, isWhole: true },
    { kind: 'log', name: 'log-2', records: 1, effects: 1, next: 3, end: { kind: 'whole' } },
    { kind: 'log', name: 'log-3', records: 3, effects: 2, next: undefined, end: { kind: 'whole', position: disk.get('log-3').length } },
  ]);
  t.same({ damages, keys, leftovers }, { damages: [], keys: 3, leftovers: [] });
  t.same(disk.list().map((name) => [name, disk.get(name)]), before.list().map((name) => [name, before.get(name)]));
});

/** Each repair is tried by a start. Every offset is tried with REPAIR_STRIDE=1; what a check finds at each, other tests see. */
const STRIDE = Number(process.env['REPAIR_STRIDE'] ?? 3);

t.test('after a flipped bit anywhere in the logs, a repair brings back a state that there was, and keeps every byte', async (t) => {
  const { disk, states } = await history();
  for (const name of ['log-1', 'log-2']) {
    for (let at = 0; at < disk.get(name).length; at += STRIDE) {
      const damaged = copyOf(disk);
      const bytes = disk.get(name);
      bytes[at] = (bytes[at] as number) ^ (1 << at % 8);
      damaged.set(name, bytes);
      t.equal(mend(damaged), undefined, `${name}, offset ${at}`);
      t.ok(total(damaged) >= total(disk), 'nothing is deleted');
      const { state, store } = new Session(damaged);
      const index = states.indexOf(state);
      // What is damaged in a header is all written anew; a record is lost with what follows.
      const least = at < FILE_HEADER_BYTES ? states.length - 1 : name === 'log-1' ? 0 : 3;
      if (index < least) t.fail(`${name}, offset ${at}: ${state}`);
      store.close();
    }
  }
});

t.test('a cut is mended, or needs no mending: of the last log at every offset', async (t) => {
  const { disk, states } = await history();
  for (const [name, step] of [['log-1', 5], ['log-2', 1]] as const) {
    for (let size = 0; size < disk.get(name).length; size += step) {
      const damaged = copyOf(disk);
      damaged.set(name, disk.get(name).subarray(0, size));
      t.equal(mend(damaged), undefined, `${name}, ${size} bytes`);
      const { state, store } = new Session(damaged);
      if (!states.includes(state)) t.fail(`${name}, ${size} bytes: ${state}`);
      store.close();
    }
  }
});

for (const [what, damage, withSnapshot, outcome] of [
  ['a log that is missing at the end', (disk: MemoryDisk) => disk.remove('log-2'), false, 3],
  ['a log that is missing behind a snapshot', (disk: MemoryDisk) => disk.remove('log-2'), true, 2],
  ['a log that is missing in front', (disk: MemoryDisk) => disk.remove('log-1'), false, 'what the other files change stood in it: take a backup of the folder'],
  ['a snapshot that is missing', (disk: MemoryDisk) => disk.remove('snapshot-2'), true, 'what the other files change stood in it: take a backup of the folder'],
  ['a snapshot that is cut off', (disk: MemoryDisk) => disk.set('snapshot-2', disk.get('snapshot-2').subarray(0, -1)), true, 'what a snapshot holds stands nowhere else: take a backup of the folder'],
  ['a snapshot whose header is damaged', (disk: MemoryDisk) => disk.set('snapshot-2', flipped(disk.get('snapshot-2'), 44)), true, 5],
  ['two logs with each other\'s name', (disk: MemoryDisk) => swap(disk, 'log-1', 'log-2'), false, 'give each file the name and the folder that it had, or remove what does not belong here'],
] as const) {
  t.test(`${what} is mended as far as that is possible`, async (t) => {
    const { disk, states } = await history(withSnapshot);
    damage(disk);
    const before = total(disk);
    const why = mend(disk);
    if (typeof outcome === 'string') {
      t.equal(why, outcome);
      t.equal(total(disk), before, 'and nothing is changed');
    } else {
      t.equal(why, undefined);
      const { state, store } = new Session(disk);
      t.equal(states.indexOf(state), outcome);
      store.close();
    }
  });
}

function flipped(bytes: Buffer, at: number): Buffer {
  bytes[at] = (bytes[at] as number) ^ 1;
  return bytes;
}

function swap(disk: MemoryDisk, one: string, other: string): void {
  const [first, second] = [disk.get(one), disk.get(other)];
  disk.set(one, second);
  disk.set(other, first);
}

t.test('a repair that fails at any call of the disk can be done again, and has deleted nothing', async (t) => {
  const { disk, states } = await history();
  disk.set('log-1', flipped(disk.get('log-1'), FILE_HEADER_BYTES + 60));
  const [damage] = check(disk).damages as [Damage];
  t.match(describeDamage(damage), /^log-1, offset \d+: the checksum of the (header|record) is wrong$/);
  for (const call of ['open', 'create', 'rename', 'syncFolder', 'write', 'truncate', 'sync'] as const) {
    for (let passes = 0; passes < 2; passes++) {
      const failing = copyOf(disk);
      const plan = planRepair(failing, damage);
      if (typeof plan === 'string') throw new Error(plan);
      failing.fail(call, 'EIO', passes);
      let hasFailed = false;
      try {
        repair(failing, plan);
      } catch {
        hasFailed = true;
      }
      // A fault that was not met is still to come.
      const after = copyOf(failing);
      t.ok(total(after) >= total(disk), `${call} ${passes}${hasFailed ? '' : ', which is one more than there are'}`);
      t.equal(mend(after), undefined);
      const { state, store } = new Session(after);
      t.ok(states.includes(state));
      store.close();
    }
  }
});
