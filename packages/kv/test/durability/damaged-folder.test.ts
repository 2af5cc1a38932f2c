/** What a server makes of a folder that was damaged at any place: it starts with a state that there was, or names file and offset. */
import { setImmediate } from 'node:timers/promises';
import t from 'tap';
import { openStore } from '../../src/durability/open-store.js';
import { LocalServer } from '../support/local-server.js';
import { MemoryDisk } from '../support/memory-disk.js';

const KEYS = ['a', 'b', 'c', 'd'];
const FILE_HEADER_BYTES = 48;

interface Warning {
  readonly event: string;
  readonly file: string;
  readonly position: number;
}

/** Starts a server on a disk. Errors: those of `openStore`. */
function start(disk: MemoryDisk): { readonly server: LocalServer; readonly secured: () => Promise<void>; readonly warnings: readonly Warning[] } {
  const warnings: Warning[] = [];
  const log = { error() {}, warn: (fields: object) => void warnings.push(fields as Warning), info() {}, debug() {}, child: () => log, isLevelEnabled: () => false };
  const server = new LocalServer({ dir: disk.folder, appendfsync: 'always' });
  const store = openStore({ server: server.server, disk, log, wake() {}, waitFor() {} }, server.registry);
  const secured = async (): Promise<void> => {
    const safe = store.secured().then(() => true);
    // A sync waits for those who come with the next turns.
    do store.write();
    while (!(await Promise.race([safe, setImmediate(false)])));
  };
  return { server, secured, warnings };
}

/** All that the test has ever stored. */
function contents(server: LocalServer): string {
  return server.connect().send(`MGET ${KEYS.join(' ')}`);
}

/** A snapshot, and a log of records each of which was acknowledged before the next was made; with the states behind them. */
async function folder(): Promise<{ disk: MemoryDisk; states: string[]; ends: number[] }> {
  const disk = new MemoryDisk();
  const { server, secured } = start(disk);
  const client = server.connect();
  client.send('SET a 0', 'SAVE');
  await secured();
  const states = [contents(server)];
  const ends = [disk.get('log-2').length];
  for (const request of ['SET b 1', 'MSET a 2 c 3', 'DEL a', 'SET d 4']) {
    client.send(request);
    await secured();
    states.push(contents(server));
    ends.push(disk.get('log-2').length);
  }
  return { disk, states, ends };
}

t.test('a log that is cut at any offset is read as far as it is whole, with a warning', async (t) => {
  const { disk, states, ends } = await folder();
  const bytes = disk.get('log-2');
  for (let offset = 0; offset <= bytes.length; offset++) {
    const cut = disk.copy();
    cut.set('log-2', bytes.subarray(0, offset));
    if (offset < FILE_HEADER_BYTES) {
      t.throws(() => start(cut), { code: 'EL_STORE_CORRUPT', message: /^\/memory\/log-2, offset 0: its header has/ }, `at ${offset}`);
      continue;
    }
    const { server, warnings } = start(cut);
    const whole = ends.findLastIndex((end) => end <= offset);
    t.equal(contents(server), states[whole], `at ${offset}`);
    t.same(warnings.map(({ event, file, position }) => [event, file, position]), ends.includes(offset) ? [] : [['kv.log_cut', 'log-2', ends[whole]]], `at ${offset}`);
  }
});

t.test('a byte that is flipped anywhere in a log is named, or was in the last record, which no later one vouches for', async (t) => {
  const { disk, states, ends } = await folder();
  const bytes = disk.get('log-2');
  for (let offset = 0; offset < bytes.length; offset++) {
    const flipped = disk.copy();
    flipped.set('log-2', Buffer.from(bytes).fill((bytes[offset] as number) ^ 0xff, offset, offset + 1));
    if (offset < (ends.at(-2) as number)) {
      const record = Math.max(0, ends.findLast((end) => end <= offset) ?? 0);
      const message = new RegExp(`^/memory/log-2, offset ${record}: `);
      t.throws(() => start(flipped), { code: 'EL_STORE_CORRUPT', message }, `at ${offset}`);
    } else {
      const { server, warnings } = start(flipped);
      t.equal(contents(server), states.at(-2), `at ${offset}`);
      t.match(warnings, [{ event: 'kv.log_cut', position: ends.at(-2) }]);
    }
  }
});

t.test('a snapshot that is cut or has a flipped byte at any offset is named', async (t) => {
  const { disk } = await folder();
  const bytes = disk.get('snapshot-2');
  for (let offset = 0; offset < bytes.length; offset++) {
    for (const damaged of [bytes.subarray(0, offset), Buffer.from(bytes).fill((bytes[offset] as number) ^ 0xff, offset, offset + 1)]) {
      const copy = disk.copy();
      copy.set('snapshot-2', damaged);
      t.throws(() => start(copy), { code: 'EL_STORE_CORRUPT', message: /^\/memory\/snapshot-2, offset \d+: / }, `at ${offset}`);
    }
  }
});

t.test('each file that is missing is named, and so is what has another number or is from another folder', async (t) => {
  const [{ disk }, other] = [await folder(), await folder()];
  for (const [what, damage, message] of [
    ['no snapshot', (copy: MemoryDisk) => copy.remove('snapshot-2'), '/memory/log-1: neither it nor a snapshot in its place is there, but log-2 is'],
    ['no log', (copy: MemoryDisk) => copy.remove('log-2'), '/memory/log-2: it is missing, and snapshot-2 does not do without it'],
    ['another snapshot', (copy: MemoryDisk) => copy.set('snapshot-2', other.disk.get('snapshot-2')), '/memory/log-2: it is from another data folder than snapshot-2'],
    ['another log', (copy: MemoryDisk) => copy.set('log-2', other.disk.get('log-2')), '/memory/log-2: it is from another data folder than snapshot-2'],
    ['a log by the name of the next one', (copy: MemoryDisk) => copy.set('log-3', copy.get('log-2')), '/memory/log-3: it has been log-2, and another file was given its name'],
    ['a log by the name of a snapshot', (copy: MemoryDisk) => copy.set('snapshot-2', copy.get('log-2')), '/memory/snapshot-2: it has been log-2, and another file was given its name'],
  ] as const) {
    const copy = disk.copy();
    damage(copy);
    const before = copy.list().map((name) => [name, copy.get(name).toString('hex')]);
    t.throws(() => start(copy), { code: 'EL_STORE_CORRUPT', message: `${message}; "edgeloop-kv check /memory" shows all of it, and with --repair keeps what can be kept` }, what);
    t.same(copy.list().map((name) => [name, copy.get(name).toString('hex')]), before, `${what}: nothing is changed`);
  }
});
