import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Caller } from './field/caller.js';
import type { Field } from './field/field.js';
import type { Trial } from './trial.js';

const LINES = fileURLToPath(new URL('field/line-server.js', import.meta.url));

/** A byte every ten seconds where a message may take thirty: here, some ten or hundred times as fast. */
const PACES = { full: { everyMs: 1000, limitMs: 3000 }, brief: { everyMs: 100, limitMs: 500 } } as const;
/** Never idle for so long, those who send a byte now and then. */
const PATIENT = ['--listen-idle-timeout-ms', '10000'];

type Ends = 'handshakeTimeouts' | 'messageTimeouts' | 'idleTimeouts' | 'lifetimeTimeouts';

/** Sends a byte now and then, for as long as it is let. */
async function drip(caller: Caller, everyMs: number): Promise<void> {
  while (!caller.ended) {
    caller.shouts(Buffer.from('x'));
    caller.listens();
    await sleep(everyMs);
  }
}

/** Callers that one deadline must end. Resolves when it has. */
async function slow(field: Field, counter: Ends, setting: { flags: readonly string[]; program?: string }, live: (caller: Caller) => Promise<unknown>) {
  const server = await field.serve(setting);
  const callers = await field.callers(server, field.count(200, 5));
  const lives = callers.map(async (caller) => {
    caller.listens();
    await live(caller);
    return caller.over();
  });
  await field.expectIdle(server, 'while bytes drip');
  const over = await Promise.all(lives);
  field.expect(`all of them are ended (${counter})`, over.every(Boolean));
  await field.expectMoved(server, counter, callers.length);
  await field.expectRecovered(server);
}

export const slowSenders: Trial = {
  name: 'slow-senders',
  provokes: 'clients that say nothing, begin a message and never end it, or send a byte now and then, just to stay',
  expects: 'the deadline for just that ends each of them, with its counter, and the CPU rests',
  tools: [],
  async run(field) {
    const { everyMs, limitMs } = field.extent.measured ? PACES.full : PACES.brief;
    const limit = String(limitMs);
    await Promise.all([
      slow(field, 'handshakeTimeouts', { flags: ['--listen-handshake-timeout-ms', limit] }, (caller) => caller.over()),
      slow(field, 'idleTimeouts', { flags: ['--listen-idle-timeout-ms', limit] }, (caller) => drip(caller, 2 * limitMs)),
      // Too quick for an idle deadline: only a bound on the message, or on the whole life, ends those who drip like that.
      slow(field, 'messageTimeouts', { program: LINES, flags: [...PATIENT, '--listen-message-timeout-ms', limit] }, (caller) => drip(caller, everyMs)),
      slow(field, 'lifetimeTimeouts', { flags: [...PATIENT, '--listen-lifetime-ms', limit] }, (caller) => drip(caller, everyMs)),
    ]);
  },
};
