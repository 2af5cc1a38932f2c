/**
 * Resets one connection after the other, at a stage of its life, until it is told to end; then prints how many there were.
 * A program of its own, so that it can be given what the bystanders leave of their core: `rst-caller.js HOST PORT STAGE`.
 */
import { Caller } from './caller.js';

/** Callers at a time, and all of them: a storm, but one that ends. */
const LANES = 12;
const MAX_CALLERS = 30_000;
const MAX_MS = 60_000;

const LONG = 'x'.repeat(256 * 1024);

const [host = '', port = '', stage = ''] = process.argv.slice(2);
let callers = 0;
const over = new AbortController();

/** Where in its life a connection is reset: as soon as it is made, after it has sent, in the middle of a reply. */
async function live(caller: Caller): Promise<void> {
  if (stage === 'sent') caller.shouts(Buffer.from('hello'));
  if (stage !== 'reply' || caller.ended) return;
  caller.says(LONG);
  await caller.heard();
}

async function storm(): Promise<void> {
  while (!over.signal.aborted && callers < MAX_CALLERS) {
    const caller = await Caller.dial({ host, port: Number(port) });
    await live(caller);
    caller.reset();
    callers++;
  }
}

setTimeout(() => process.exit(1), MAX_MS).unref();
process.once('SIGTERM', () => over.abort());
process.stdout.write('under way\n');
await Promise.all(Array.from({ length: LANES }, storm));
process.stdout.write(`${callers}\n`);
