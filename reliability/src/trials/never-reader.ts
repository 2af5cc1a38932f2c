import type { Caller } from './field/caller.js';
import type { Ending, Field } from './field/field.js';
import type { TrialServer } from './field/server.js';
import { holds } from '../waiting.js';
import type { Trial } from './trial.js';

/** More than the buffers of both sockets take. */
const ASKED_BYTES = 32 * 1024 * 1024;
/** What one connection may queue: its high-water mark, and the chunk that brought it there. */
const BOUND_BYTES = 128 * 1024;
const CAP_BYTES = 1024 * 1024;

/** A server that goes on reading above its high-water mark, and so has to end those who do not read. */
const READING_ON = ['--no-listen-pause-on-backpressure', '--listen-max-queued-bytes', String(CAP_BYTES)];

/** Callers that ask for megabytes and read none; they are stuck when the server has stopped to take what they send. */
async function stuck(field: Field, server: TrialServer, count: number): Promise<Caller[]> {
  const callers = await field.callers(server, count);
  for (const caller of callers) caller.shouts(Buffer.alloc(ASKED_BYTES));
  await holds(async () => (await server.stats()).gauges.connectionsCongested >= count);
  return callers;
}

async function underBackpressure(field: Field): Promise<void> {
  const count = field.count(8, 3);
  const server = await field.serve();
  await field.disturb(server, async (): Promise<Ending> => {
    const callers = await stuck(field, server, count);
    const { bytesQueued, connectionsCongested } = (await server.stats()).gauges;
    field.expect('the server reads no more of them', connectionsCongested === count, connectionsCongested);
    field.expect('what it has queued for each is bounded', bytesQueued <= count * BOUND_BYTES, `${bytesQueued} bytes for ${count}`);
    await field.expectIdle(server, 'while nobody reads');
    return () => callers.forEach((caller) => caller.reset());
  });
  await field.expectMoved(server, 'bytesDiscarded');
  await field.expectRecovered(server);
}

async function aboveTheCap(field: Field): Promise<void> {
  const count = field.count(8, 3);
  const server = await field.serve({ flags: READING_ON });
  const callers = await field.callers(server, count);
  for (const caller of callers) caller.shouts(Buffer.alloc(ASKED_BYTES));
  await holds(async () => (await server.stats()).counters.slowConsumers >= count);
  await field.expectMoved(server, 'slowConsumers', count);
  for (const caller of callers) caller.reset();
  await field.expectRecovered(server);
}

export const neverReader: Trial = {
  name: 'never-reader',
  provokes: 'clients that ask for 32 MB and never read a byte of them',
  expects: 'the server stops reading them, with a bounded queue; one that reads on ends them with EL_SLOW_CONSUMER',
  tools: ['cc'],
  async run(field) {
    await underBackpressure(field);
    await aboveTheCap(field);
  },
};
