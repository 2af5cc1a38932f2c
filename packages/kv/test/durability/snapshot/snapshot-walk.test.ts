import assert from 'node:assert/strict';
import t from 'tap';
import { SnapshotReader } from '../../../src/durability/snapshot/snapshot-reader.js';
import { SnapshotWalk } from '../../../src/durability/snapshot/snapshot-walk.js';
import { SnapshotWriter } from '../../../src/durability/snapshot/snapshot-writer.js';
import type { Keyspace } from '../../../src/store/keyspace.js';
import { Draw } from '../../differential/draw.js';
import { familiesNamed } from '../../differential/families/index.js';
import { drawScene } from '../../differential/generator.js';
import { RecordedLog } from '../../effects/recorded-log.js';
import { Console } from '../../support/console.js';
import { contentsOf, differences } from '../contents.js';

const FAMILIES = familiesNamed(['strings', 'bitmaps', 'hashes', 'lists', 'sets', 'sorted-sets', 'streams', 'hyperloglog', 'geo', 'keys', 'expiry', 'transactions', 'scripting']);
const SEEDS = Array.from({ length: 12 }, (_, i) => i + 1);
const SIZES = [0, 1, 40, 600, 4000];

/** A server in the midst of work, of which there is a snapshot now and then. */
class Workload {
  readonly console = new Console();
  readonly keyspace = this.console.server.keyspace;
  readonly #draw: Draw;
  readonly #keys: number;

  constructor(seed: number) {
    this.#draw = new Draw(seed);
    this.console.server.durability = new RecordedLog();
    this.#keys = this.#draw.pick(SIZES);
    for (let i = 0; i < this.#keys; i++) this.#send('SET', `k${i}`, `value ${i}`);
    for (let i = 0; i < 120; i++) this.#command();
  }

  /** The records of a snapshot that commands come between. */
  snapshot(): Buffer[] {
    const records: Buffer[] = [];
    const writer = new SnapshotWriter(this.keyspace, (payload) => records.push(Buffer.from(payload)));
    const walk = new SnapshotWalk(this.keyspace, writer);
    this.keyspace.capture = walk;
    do this.#some(this.#draw.between(0, 60), () => this.#happen());
    while (walk.slice(0));
    writer.end();
    this.keyspace.capture = undefined;
    walk.end();
    return records;
  }

  /** Gives back all there is, and tables that are empty and still as large as they have grown: FLUSHALL passes over these. */
  clear(): void {
    for (const database of this.keyspace.databases) this.keyspace.flush(database);
    while (this.keyspace.reclamation.slice(1));
  }

  #happen(): void {
    const draw = this.#draw;
    const which = draw.between(0, 99);
    if (which < 60) this.#command();
    else if (which < 80) this.#touch();
    else if (which < 84) this.#some(draw.between(1, 700), () => this.#send('SET', `new${draw.between(0, 1e6)}`, 'x'));
    else if (which < 88) this.#some(draw.between(1, 700), () => this.#send('DEL', this.#oneOfMany()));
    else if (which < 91) this.#send('SWAPDB', `${draw.between(0, 3)}`, `${draw.between(0, 3)}`);
    else if (which < 92) this.#send('FLUSHDB', draw.pick(['SYNC', 'ASYNC']));
    else if (which < 93) this.#send('FLUSHALL', draw.pick(['SYNC', 'ASYNC']));
    else if (which < 97) this.#pass(draw.between(1, 3000));
    else this.#evict();
  }

  #command(): void {
    for (const { args, mode } of drawScene(this.#draw, FAMILIES)) if (mode === undefined) this.#send(...args);
  }

  #touch(): void {
    const key = this.#oneOfMany();
    const command = this.#draw.pick([['SET', key, 'other'], ['APPEND', key, 'more'], ['DEL', key], ['PEXPIRE', key, '500'], ['RENAME', key, `${key}'`], ['HSET', `h${key}`, 'f', 'v']]);
    this.#send(...command);
  }

  #pass(ms: number): void {
    this.keyspace.advance(this.keyspace.nowMs + ms);
    this.keyspace.expiry.begin();
    this.keyspace.expiry.slice(1);
  }

  #evict(): void {
    const { settings } = this.console.server;
    const { eviction, usedBytes } = this.keyspace;
    eviction.configure({ ...settings, maxmemory: Math.floor(usedBytes * 0.97), maxmemoryPolicy: 'allkeys-random' });
    eviction.slice(1);
    eviction.configure(settings);
  }

  #oneOfMany(): string {
    return `k${this.#draw.between(0, this.#keys)}`;
  }

  #some(count: number, action: () => void): void {
    for (let i = 0; i < count; i++) action();
  }

  #send(...args: readonly string[]): void {
    this.console.send(...args);
  }
}

/** Another server with what the records hold. */
function restored(records: readonly Buffer[]): Console {
  const console = new Console();
  const reader = new SnapshotReader(console.server.keyspace, () => assert.fail('there are no functions'));
  for (const record of records) reader.read(record, 0, record.length);
  assert.ok(reader.isWhole);
  return console;
}

function usedBytes({ memory, collections }: Keyspace): [bytes: number, collections: number] {
  return [memory.usedBytes, collections.count];
}

t.test('property: a snapshot is what was there when it began, whatever commands, expiry and eviction do meanwhile', async () => {
  const empty = usedBytes(new Console().server.keyspace);
  for (const seed of SEEDS) {
    const work = new Workload(seed);
    for (let i = 0; i < 2; i++) {
      const expected = contentsOf(work.console.server);
      const read = contentsOf(restored(work.snapshot()).server);
      assert.deepEqual(differences(read, expected), [], `seed ${seed}`);
    }
    work.clear();
    assert.deepEqual(usedBytes(work.keyspace), empty, `seed ${seed}: memory is left behind`);
  }
});
