import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const VICTIM = fileURLToPath(new URL('victim.js', import.meta.url));

/** Starts a process of clients and kills it in the middle of its work. */
export async function killClients(ports: readonly number[], afterMs: number): Promise<void> {
  const victim = fork(VICTIM, ports.map(String), { execArgv: [] });
  const exited = once(victim, 'exit');
  await Promise.race([once(victim, 'message'), exited]);
  await setTimeout(afterMs);
  victim.kill('SIGKILL');
  await exited;
}

/** Stops this process, as the terminal or a busy machine may. A shell lets it go on, whoever dies meanwhile. */
export async function stopSelf(ms: number): Promise<void> {
  const shell = spawn('/bin/sh', ['-c', 'kill -STOP "$0" && sleep "$1" && kill -CONT "$0"', String(process.pid), String(ms / 1000)], { stdio: 'ignore' });
  await once(shell, 'exit');
}
