/** What operators see of snapshots, on a server that keeps its data in a folder. */
import { readdirSync } from 'node:fs';
import { createReactor } from '@edgeloop/reactor';
import t, { type Test } from 'tap';
import { type KvApi, kv, throwAwayKv } from '../../src/index.js';
import type { DurabilityFacts } from '../../src/server/durability.js';
import { isSnapshotDue } from '../../src/server/log-growth.js';
import { kvOptions } from '../../src/server/settings.js';
import { until } from '../support/conditions.js';
import { RespClient } from '../support/resp-client.js';
import { type Leaf, plain } from '../support/resp-decoder.js';

/** A server on a folder, and a client that asks it. */
class Kept {
  readonly #client: RespClient;
  readonly #close: () => Promise<void>;

  private constructor(client: RespClient, close: () => Promise<void>) {
    this.#client = client;
    this.#close = close;
  }

  static async open(dir: string): Promise<Kept> {
    const server = await throwAwayKv({ dir });
    return new Kept(await RespClient.connect(server), () => server.close());
  }

  async run(line: string): Promise<unknown> {
    return plain(await this.#client.call(...line.split(' ')));
  }

  /** The replies to requests that are sent together. */
  async together(...lines: string[]): Promise<unknown[]> {
    return (await this.#client.pipeline(lines.map((line) => line.split(' ')))).map(plain);
  }

  async info(field: string): Promise<string | undefined> {
    const { value } = (await this.#client.call('INFO', 'persistence')) as Leaf;
    return new RegExp(`^${field}:(.*)\r$`, 'm').exec(value)?.[1];
  }

  async saved(): Promise<void> {
    await until(async () => (await this.info('rdb_bgsave_in_progress')) === '0');
  }

  async close(): Promise<void> {
    this.#client.close();
    await this.#close();
  }
}

function folder(t: Test): string {
  return `${t.testdir()}/data`;
}

t.test('snapshots are made on request and told of, and the next start finds what was there', async (t) => {
  const dir = folder(t);
  const kept = await Kept.open(dir);
  t.equal(await kept.run('SET a 1'), 'OK');
  t.equal(await kept.info('aof_enabled'), '1');
  t.equal(await kept.info('rdb_changes_since_last_save'), '1');
  t.equal(await kept.run('SAVE'), 'OK');
  t.equal(await kept.info('rdb_changes_since_last_save'), '0');
  t.strictSame(await kept.together('SET b 2', 'BGSAVE', 'BGSAVE SCHEDULE', 'BGREWRITEAOF', 'SAVE', 'SET c 3'), [
    'OK', 'Background saving started', '-ERR Background save already in progress', '-ERR Background append only file rewriting already in progress',
    '-ERR Background save already in progress', 'OK',
  ]);
  await kept.saved();
  t.equal(await kept.run('BGREWRITEAOF'), 'Background append only file rewriting started');
  await kept.saved();
  t.equal(await kept.info('rdb_saves'), '3');
  t.equal(await kept.info('rdb_last_bgsave_status'), 'ok');
  t.equal(String(await kept.run('LASTSAVE')), await kept.info('rdb_last_save_time'));
  await until(async () => !readdirSync(dir).includes('snapshot-3'));
  t.strictSame(readdirSync(dir).filter((name) => name !== 'lock').sort(), ['log-4', 'snapshot-4']);
  await kept.close();
  const again = await Kept.open(dir);
  t.strictSame(await again.run('MGET a b c'), ['1', '2', '3']);
  t.equal(await again.info('rdb_last_load_keys_loaded'), '3');
  t.equal(await again.info('rdb_changes_since_last_save'), '0');
  await again.close();
});

t.test('a snapshot that a transaction asks for has all of the transaction', async (t) => {
  const dir = folder(t);
  const kept = await Kept.open(dir);
  t.strictSame((await kept.together('MULTI', 'SET a 1', 'BGSAVE', 'BGREWRITEAOF', 'SET b 2', 'EXEC')).at(-1), [
    'OK', 'Background saving scheduled', '-ERR Background append only file rewriting already in progress', 'OK',
  ]);
  await kept.saved();
  await kept.close();
  const again = await Kept.open(dir);
  t.strictSame(await again.run('MGET a b'), ['1', '2']);
  await again.close();
});

t.test('a log that has grown as long as the snapshot is shortened without a request', async (t) => {
  const kept = await Kept.open(folder(t));
  t.equal(await kept.run('CONFIG SET auto-aof-rewrite-min-size 1000'), 'OK');
  t.equal(await kept.run(`SET a ${'x'.repeat(2000)}`), 'OK');
  await until(async () => (await kept.info('rdb_saves')) === '1');
  await kept.close();
});

t.test('a snapshot is due when Redis would rewrite its append-only file, and not again right after one has failed', async (t) => {
  const settings = kvOptions.parse({ autoAofRewriteMinSize: 1000, autoAofRewritePercentage: 50 });
  const isDue = (snapshotBytes: number, logBytes: number, lastSaveSucceeded = true, nowMs = 1_000_000, percentage = 50, needsSnapshot = false): boolean =>
    isSnapshotDue(
      { snapshotBytes, logBytes, needsSnapshot, lastSaveSucceeded, lastSaveBegunSeconds: 950 } as DurabilityFacts,
      { ...settings, autoAofRewritePercentage: percentage },
      nowMs,
    );
  t.notOk(isDue(0, 1000), 'it is short');
  t.ok(isDue(0, 1001));
  t.notOk(isDue(1000, 499), 'the snapshot is most of it');
  t.ok(isDue(1000, 500));
  t.notOk(isDue(0, 1e9, true, 1_000_000, 0), 'it is turned off');
  t.notOk(isDue(0, 1e9, false), 'the last one has failed');
  t.ok(isDue(0, 1e9, false, 1_010_000), 'a while ago');
  t.ok(isDue(0, 0, true, 1_000_000, 0, true), 'nothing else could keep what has changed');
  t.notOk(isDue(0, 0, false, 1_000_000, 0, true), 'not that either, right after one has failed');
});

/** Writes until a sync is under way. */
async function syncing(api: KvApi<string>): Promise<void> {
  do {
    api.set('a', '1');
    await new Promise(setImmediate);
  } while (!/^aof_pending_bio_fsync:1\r$/m.test(api.call('INFO', 'persistence') as string));
}

t.test('a store asked its reactor for a turn when that was being closed, and a sync ended then', async (t) => {
  const dir = folder(t);
  const reactor = createReactor();
  const { api } = reactor.use(kv, { dir, appendfsync: 'always' });
  await syncing(api);
  // Written meanwhile, and to be synced next.
  api.set('b', '2');
  await new Promise(setImmediate);
  const closed = reactor.close();
  // Long enough for the sync to have ended before the reactor is closed.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
  await closed;
  const kept = await Kept.open(dir);
  t.equal(await kept.run('GET b'), '2');
  await kept.close();
});
