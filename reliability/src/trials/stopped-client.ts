import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { bound } from './field/child.js';
import type { Ending, Field } from './field/field.js';
import type { TrialServer } from './field/server.js';
import { holds } from '../waiting.js';
import type { Trial } from './trial.js';

const READER = fileURLToPath(new URL('field/late-reader.js', import.meta.url));
const ASKED_BYTES = 24 * 1024 * 1024;

/** A client for which the server has bytes, and which has been sent SIGSTOP. Resolves with what lets it go on, to its last word. */
async function stopBehind(field: Field, { host, port }: TrialServer, congested: () => Promise<boolean>): Promise<() => Promise<string>> {
  const child = bound(spawn(process.execPath, [READER, host, String(port), String(ASKED_BYTES)], { stdio: ['pipe', 'pipe', 'inherit'] }));
  field.atEnd(() => void child.kill('SIGKILL'));
  await holds(congested);
  child.kill('SIGSTOP');
  return async () => {
    child.kill('SIGCONT');
    child.stdin.end('read\n');
    return Buffer.concat((await child.stdout.toArray()) as Buffer[]).toString();
  };
}

export const stoppedClient: Trial = {
  name: 'stopped-client',
  provokes: 'SIGSTOP of a client for seconds, while the server has megabytes for it',
  expects: 'the server waits with a bounded queue and no CPU, others are served, and after SIGCONT every byte arrives',
  tools: ['cc'],
  async run(field) {
    const server = await field.serve();
    const congested = async () => (await server.stats()).gauges.connectionsCongested === 1;
    await field.disturb(server, async (): Promise<Ending> => {
      const goOn = await stopBehind(field, server, congested);
      const { bytesQueued } = (await server.stats()).gauges;
      field.expect('the server has bytes for it, and no more than it should', bytesQueued > 0 && bytesQueued <= 128 * 1024, `${bytesQueued} bytes are queued`);
      await sleep(field.count(2000, 0));
      await field.expectIdle(server, 'while the client is stopped');
      return async () => {
        const word = await goOn();
        field.expect('after SIGCONT the reply arrives whole', word === 'whole\n', word.trim());
      };
    });
    await field.expectRecovered(server);
  },
};
