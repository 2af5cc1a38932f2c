import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { bound } from '../field/child.js';
import type { Ending, Field } from '../field/field.js';
import type { TrialServer } from '../field/server.js';
import type { AttackName } from './attacks/index.js';
import type { Report, Setting } from './target.js';

const ATTACKER = fileURLToPath(new URL('attacker.js', import.meta.url));

/**
 * Begins an attack in a process of its own, which gets what others leave of the processor. Resolves when it is under way, with what
 * ends it and resolves with its report.
 */
export async function beginAttack(field: Field, { host, port }: TrialServer, name: AttackName, setting: Setting): Promise<() => Promise<Report>> {
  const [command, ...args] = [...field.placement.attack, process.execPath, ATTACKER, JSON.stringify({ host, port, name, ...setting })];
  const child = bound(spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] }));
  field.atEnd(() => void child.kill('SIGKILL'));
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const closed = once(child, 'close');
  await Promise.race([once(child.stdout, 'data'), closed]);
  return async () => {
    child.kill('SIGTERM');
    await closed;
    const report = output.split('\n')[1];
    if (report === undefined || report === '') throw new Error(`the attack "${name}" broke off`);
    return JSON.parse(report) as Report;
  };
}

/** The same as a disturbance: each round begins one, and their reports are added up. */
export function attackIn(field: Field, server: TrialServer, name: AttackName, setting: Setting) {
  const sum: Record<string, number> = {};
  const begin = async (): Promise<Ending> => {
    const end = await beginAttack(field, server, name, setting);
    return async () => {
      for (const [key, value] of Object.entries(await end())) sum[key] = (sum[key] ?? 0) + value;
    };
  };
  return { begin, sum };
}
