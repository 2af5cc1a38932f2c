import { holds } from '../waiting.js';
import type { Field } from './field/field.js';
import { residentBytesOf } from './field/process.js';
import type { TrialServer } from './field/server.js';
import type { Trial } from './trial.js';

/** As many as a process may have descriptors where there may be 20,000, less what the server needs for itself. */
const FULL_CROWD = 19_000;
const BRIEF_CROWD = 400;

/** Lets a crowd in and looks at the server while all are idle. The load checks that each is echoed, before and after that. */
async function gather(field: Field, server: TrialServer, crowd: number): Promise<void> {
  const gone = field.load(server, '--idle', crowd, field.count(6, 0.5));
  const there = await holds(async () => (await server.stats()).gauges.connectionsOpen === crowd, 60_000);
  const grown = residentBytesOf(server.pid) - server.before.residentBytes;
  field.expect('all are there at once', there, `${crowd} connections, ${(grown / 1024 / crowd).toFixed(1)} kB of memory each`);
  await field.expectIdle(server, 'while all are idle');
  await gone;
  field.expect('each is echoed when it comes, and again after it was idle', true);
}

export const crowd: Trial = {
  name: 'crowd',
  provokes: 'as many connections at once as a process may have descriptors: each echoed once, then idle, then closed',
  expects: 'all are served, idle ones need no CPU, and descriptors and memory are back when they have gone',
  tools: ['cc'],
  async run(field) {
    const server = await field.serve();
    // Twice, for what the first one has grown the second may use.
    for (let times = 0; times < field.count(2, 1); times++) await gather(field, server, field.count(FULL_CROWD, BRIEF_CROWD));
    await field.expectMoved(server, 'endedInOrder', field.count(2 * FULL_CROWD, BRIEF_CROWD));
    await field.expectRecovered(server);
  },
};
