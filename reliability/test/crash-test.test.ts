import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { Random } from '@edgeloop/reactor/testing';
import t, { type Test } from 'tap';
import { ArgumentError } from '../src/command.js';
import { HELP, readArguments } from '../src/crash-test/arguments.js';
import { type Deed, anyDeed, objection } from '../src/crash-test/model/deeds.js';
import { Shelf } from '../src/crash-test/model/shelf.js';
import { Loss, type Stock, takeStock } from '../src/crash-test/model/stocktaking.js';
import { Refusal } from '../src/crash-test/connection.js';

const CRASH_TEST = fileURLToPath(new URL('../src/crash-test/main.js', import.meta.url));
const NAME = 'w0';

// The time goes by in other processes.
t.jobs = 2;

interface Outcome {
  readonly code: number | null;
  readonly output: string;
  readonly complaint: string;
}

async function run(t: Test, ...args: string[]): Promise<Outcome> {
  const test = spawn(process.execPath, [CRASH_TEST, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  t.teardown(() => test.kill('SIGTERM'));
  const closed = once(test, 'close') as Promise<[number | null]>;
  const [output, complaint, [code]] = await Promise.all([text(test.stdout), text(test.stderr), closed]);
  return { code, output, complaint };
}

/** So many deeds of one writer. */
function deedsOf(seed: number, count: number): Deed[] {
  const random = new Random(seed);
  return Array.from({ length: count }, (_, i) => anyDeed({ number: i + 1, text: `${NAME}.${i + 1}`, database: 1, random }));
}

/** A server that has done these. */
function stockAfter(deeds: readonly Deed[]): Stock {
  const shelf = new Shelf();
  for (const deed of deeds) deed.change(shelf);
  return { size: shelf.keys.size, keys: shelf.keys, ledger: shelf.ledger.map(({ text }) => text) };
}

/** What the account says to a server that has acknowledged so many of the deeds, and was sent all. */
function judge(deeds: readonly Deed[], acknowledged: number, stock: Stock): number | string {
  const shelf = new Shelf();
  for (const deed of deeds.slice(0, acknowledged)) deed.change(shelf);
  try {
    return takeStock(shelf, deeds.slice(acknowledged), stock, NAME);
  } catch (error) {
    if (!(error instanceof Loss)) throw error;
    return error.message;
  }
}

/** A server of which one key is another one. */
function changed(stock: Stock, key: string, change: (value: string[]) => string[]): Stock {
  return { ...stock, keys: new Map([...stock.keys, [key, change(stock.keys.get(key) as string[])]]) };
}

t.test('an account takes all that was acknowledged, and a beginning of what was not', async (t) => {
  const deeds = deedsOf(1, 300);
  for (const [acknowledged, done] of [[300, 300], [290, 290], [290, 295], [0, 300]] as const) {
    // Deeds that change nothing cannot be told from those that were not done.
    const kept = judge(deeds, acknowledged, stockAfter(deeds.slice(0, done)));
    t.ok(typeof kept === 'number' && kept <= done - acknowledged, `${acknowledged} acknowledged and ${done} done: ${kept}`);
  }
});

t.test('each single deed that is missing is found, also in the middle', async (t) => {
  const deeds = deedsOf(2, 60).filter(({ name }) => name === 'push' || name === 'transaction' || name === 'ledger' || name === 'append' || name === 'script');
  t.ok(deeds.length > 15);
  for (const missing of deeds.keys()) t.type(judge(deeds, deeds.length, stockAfter(deeds.toSpliced(missing, 1))), 'string', `${missing}`);
});

t.test('halves, another order, what was never written, and what is told of the ledger are all found', async (t) => {
  const deeds = deedsOf(3, 200);
  const whole = stockAfter(deeds);
  const halved = deeds.findLast(({ name }) => name === 'transaction')!;
  t.match(judge([halved], 0, changed(stockAfter([halved]), 'list', () => [])), /writer w0 finds \d differences, \d to what was acknowledged\n/);
  t.match(judge([halved], 0, { ...stockAfter([halved]), ledger: [] }), /the ledger's own entries should be \["w0\.\d+"\], and are \[\]/);
  t.match(judge(deeds, 200, changed(whole, 'list', (items) => items.toReversed())), /\nlist should be \[.*, and is \[/);
  t.match(judge(deeds, 200, { ...whole, size: whole.size + 1 }), /there are \d+ keys in the database, \d+ of which the writer knows/);
  const shelf = new Shelf();
  shelf.ledger.push({ text: 'w0.1', length: 2 });
  t.throws(() => takeStock(shelf, [], { size: 0, keys: new Map(), ledger: ['w0.1', 'w1.1'] }, NAME), { message: /w0\.1 should be entry 2 of the ledger, which is w1\.1/ });
});

t.test('a reply that is wrong is found', async (t) => {
  const push = deedsOf(4, 100).find(({ name }) => name === 'push')!;
  t.equal(objection(push, [1], new Shelf()), undefined);
  t.equal(objection(push, [2], new Shelf()), 'push was answered with 2 instead of 1');
  t.equal(objection(push, [new Refusal('ERR no')], new Shelf()), 'push was refused: ERR no');
});

t.test('what a killed server had acknowledged is there when it is back', async (t) => {
  const { code, output, complaint } = await run(t, '--cycles', '6', '--seed', '1');
  t.equal(code, 0, `${output}${complaint}`);
  t.match(output, /\n {2}\d+ cycles in \d folders: [1-9]\d* deeds acknowledged, all there\n.*\npassed, seed 1\n$/s);
});

t.test('a server that loses the end of its log is found out, and its folder is kept', async (t) => {
  const { code, output } = await run(t, '--cycles', '30', '--seed', '2', '--lanes', '1', '--sabotage');
  t.equal(code, 1, output);
  t.match(output, /\n {2}FAILED after cycle \d+; .*\nwriter w\d finds \d+ differences, .*\nfailed; again with: npm run crash-test -- --seed 2 /s);
  const folder = /\nthe data is in (.*)\n/.exec(output)?.[1] ?? '';
  t.ok(existsSync(folder), folder);
  rmSync(dirname(folder), { recursive: true, force: true });
});

t.test('what is wrong with the arguments is said in a line', async (t) => {
  const wrong = [['--cycles', 'many'], ['--policy', 'sometimes'], ['--target', 'memcached'], ['--seed', '-1'], ['--kill'], ['twice']];
  for (const args of wrong) t.throws(() => readArguments(args), { constructor: ArgumentError, message: /^[^\n]+$/ }, args.join(' '));
  t.same(await run(t, '--help'), { code: 0, output: HELP, complaint: '' });
});
