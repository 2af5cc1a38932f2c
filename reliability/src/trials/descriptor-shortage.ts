import { execFileSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Caller } from './field/caller.js';
import type { Field } from './field/field.js';
import type { TrialServer } from './field/server.js';
import { holds } from '../waiting.js';
import type { Trial } from './trial.js';

const LIMIT = 128;

/** Not from its start, for loading the code takes more descriptors than serving. Returns what the limit was before. */
function limit({ pid }: TrialServer, descriptors: number): number {
  const prlimit = (...args: string[]) => execFileSync('prlimit', ['--pid', String(pid), ...args], { encoding: 'utf8' });
  const before = Number(prlimit('--nofile', '--output=SOFT', '--noheadings'));
  prlimit(`--nofile=${descriptors}:`);
  return before;
}

/** Callers that speak; resolves with those who are answered when all others have been hung up on. */
async function crowd(field: Field, server: TrialServer, count: number): Promise<Caller[]> {
  const callers = await field.callers(server, count);
  const answered = await Promise.all(callers.map((caller) => caller.asks('hello')));
  return callers.filter((_, i) => answered[i]);
}

/** More clients than descriptors: the reserve lets the rest know at once that they are not served. */
async function shed(field: Field): Promise<void> {
  const server = await field.serve();
  limit(server, LIMIT);
  const callers = 3 * LIMIT;
  const served = await crowd(field, server, callers);
  field.expect('as many are served as there are descriptors', served.length > LIMIT / 2 && served.length < LIMIT, `${served.length} of ${callers}`);
  const again = await Promise.all(served.map((caller) => caller.asks('and again')));
  field.expect('who is in is served on', again.every(Boolean));
  await field.expectIdle(server, 'while there is no descriptor left');
  for (const caller of served) caller.hangUp();
  // The admin endpoint, too, could not accept anybody until now.
  await holds(() => server.descriptors <= server.before.descriptors);
  await field.expectMoved(server, 'shed', callers - served.length);
  await field.expectMoved(server, 'acceptPauses');
  await field.expectRecovered(server);
}

/** Not even the reserve is any use: the limit has fallen below what is open. Whoever calls waits in the backlog until there is room. */
async function wait(field: Field): Promise<void> {
  const server = await field.serve();
  const usual = limit(server, 8);
  const callers = await field.callers(server, field.count(200, 20));
  for (const caller of callers) caller.says('hello');
  await sleep(field.count(1000, 300));
  await field.expectIdle(server, 'while callers wait that it cannot accept');
  limit(server, usual);
  const answered = await Promise.all(callers.map((caller) => caller.answered()));
  field.expect('all who have waited are served when there is room', answered.every(Boolean), `${answered.filter(Boolean).length} of ${callers.length}`);
  for (const caller of callers) caller.hangUp();
  await field.expectMoved(server, 'acceptPauses', 2);
  await field.expectRecovered(server);
}

export const descriptorShortage: Trial = {
  name: 'descriptor-shortage',
  provokes: 'more clients than RLIMIT_NOFILE allows descriptors, and a limit that falls below what is open',
  expects: 'who cannot be served is told at once, or waits; no CPU is spent; when there is room again all goes on',
  tools: ['prlimit'],
  async run(field) {
    await shed(field);
    await wait(field);
  },
};
