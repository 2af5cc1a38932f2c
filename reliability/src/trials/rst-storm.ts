import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { bound } from './field/child.js';
import type { Field } from './field/field.js';
import type { TrialServer } from './field/server.js';
import type { Trial } from './trial.js';

const CALLER = fileURLToPath(new URL('field/rst-caller.js', import.meta.url));

/** When a connection is reset, by the stage that the caller knows. */
const STAGES = { made: 'right after they were made', sent: 'after they have sent', reply: 'in the middle of a reply' } as const;

/** Begins a storm. Resolves with what ends it, and resolves with the number of connections. It gets what others leave of the processor. */
async function begin({ placement }: Field, { host, port }: TrialServer, stage: string): Promise<() => Promise<number>> {
  const [command, ...args] = [...placement.attack, process.execPath, CALLER, host, String(port), stage];
  const child = bound(spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] }));
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  await once(child.stdout, 'data');
  return async () => {
    const ended = once(child, 'close');
    child.kill('SIGTERM');
    await ended;
    return Number(output.split('\n')[1]);
  };
}

async function storm(field: Field, server: TrialServer, stage: keyof typeof STAGES): Promise<void> {
  let callers = 0;
  await field.disturb(server, async () => {
    const end = await begin(field, server, stage);
    return async () => void (callers += await end());
  });
  field.expect(`connections are reset ${STAGES[stage]}`, callers > 0, callers);
}

export const rstStorm: Trial = {
  name: 'rst-storm',
  provokes: 'connections in a row that are reset: right after connect, after sending, in the middle of a reply',
  expects: 'each ends as a reset and leaves nothing behind; others hardly notice',
  tools: ['cc'],
  async run(field) {
    const server = await field.serve();
    for (const stage of ['made', 'sent', 'reply'] as const) await storm(field, server, stage);
    await field.expectMoved(server, 'resets', field.count(1000, 10));
    await field.expectRecovered(server);
  },
};
