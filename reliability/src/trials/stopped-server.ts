import { setTimeout as sleep } from 'node:timers/promises';
import { Caller } from './field/caller.js';
import type { Field } from './field/field.js';
import type { TrialServer } from './field/server.js';
import type { Trial } from './trial.js';

/** In a full trial the second stop is longer than the deadline, and shows whose silence the server takes it for. */
const IDLE_MS = { full: 3000, brief: 60_000 } as const;
const STOPS_MS = { full: [500, 4000], brief: [300] } as const;

async function newcomer(server: TrialServer): Promise<Caller | undefined> {
  const caller = await Caller.dial(server);
  return (await caller.asks('hello')) ? caller : undefined;
}

/** Stops a server that has many connections, which speak meanwhile. Resolves with all that are served afterwards. */
async function stop(field: Field, server: TrialServer, stopMs: number): Promise<Caller[]> {
  const callers = await field.callers(server, field.count(4000, 200));
  await Promise.all(callers.map((caller) => caller.asks('before')));
  const { connectionsOpen } = (await server.stats()).gauges;
  field.expect(`all are there when it is stopped for ${stopMs} ms`, connectionsOpen === callers.length, `${connectionsOpen} of ${callers.length}`);
  server.signal('SIGSTOP');
  // The last to come speak first, so that the server hears of them in another order than that of their deadlines.
  for (const caller of callers.toReversed()) caller.says('meanwhile');
  // What comes now waits in the backlog, in the kernel.
  const coming = Array.from({ length: field.count(800, 50) }, () => newcomer(server));
  await sleep(stopMs);
  server.signal('SIGCONT');
  const [answered, newcomers] = await Promise.all([Promise.all(callers.map((caller) => caller.answered())), Promise.all(coming)]);
  const served = newcomers.filter((caller) => caller !== undefined);
  field.expect('all who spoke during it are answered', answered.every(Boolean), `${answered.filter(Boolean).length} of ${callers.length}`);
  field.expect('all who came during it are served', served.length === coming.length, `${served.length} of ${coming.length}`);
  return [...callers, ...served];
}

/** Nobody speaks any more: the deadlines, which the stop has not confused, end them all. */
async function fallSilent(field: Field, server: TrialServer, callers: readonly Caller[]): Promise<void> {
  if (field.extent.measured) {
    const over = await Promise.all(callers.map((caller) => caller.over()));
    field.expect('all are ended as idle when they are silent', over.every(Boolean), over.filter(Boolean).length);
  } else {
    for (const caller of callers) caller.hangUp();
  }
  await server.atRest();
}

export const stoppedServer: Trial = {
  name: 'stopped-server',
  provokes: 'SIGSTOP of the server, for less and for more than its deadlines; thousands of connections speak meanwhile, hundreds come',
  expects: 'after SIGCONT all are answered, none is ended for a silence that was not its own, and timers go on',
  tools: [],
  async run(field) {
    const extent = field.extent.measured ? 'full' : 'brief';
    for (const loop of ['embedded', 'dedicated']) {
      const server = await field.serve({ flags: ['--loop', loop, '--listen-idle-timeout-ms', String(IDLE_MS[extent])] });
      for (const stopMs of STOPS_MS[extent]) await fallSilent(field, server, await stop(field, server, stopMs));
      if (field.extent.measured) await field.expectMoved(server, 'idleTimeouts', 9600);
      await field.expectRecovered(server);
    }
  },
};
