// Lets a script be played against one server, and compares what its clients saw with what they must see.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

import { programPath } from '../compile.js';
import type { Ending, Observation, Role } from './role.js';

/** After so long without any movement, a client that still waits has stalled. */
export const PATIENCE_SECONDS = 10;

export interface Difference {
  /** Which client of the script, from 0. */
  readonly client: number;
  readonly step: string;
  readonly expected: string;
  readonly seen: string;
}

/** Error: the clients themselves failed, for want of descriptors, say. */
export async function observe(port: number, roles: readonly Role[], patienceSeconds = PATIENCE_SECONDS): Promise<Observation[]> {
  const options = ['--port', String(port), '--patience', String(patienceSeconds)];
  const child = spawn(programPath('play'), options, { stdio: ['pipe', 'pipe', 'pipe'] });
  const ended = once(child, 'close');
  child.stdin.end(`${roles.join('\n')}\n`);
  const [transcript, complaint] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const [status] = (await ended) as [number | null];
  if (status !== 0) throw new Error(`the clients could not play their script: ${complaint.trim()}`);
  return transcript.trimEnd().split('\n').map(readObservation);
}

function readObservation(line: string): Observation {
  const [step, ending, bytes] = line.split(' ');
  return { step: Number(step), ending: ending as Ending, bytes: Number(bytes) };
}

/** Those clients that saw something else than an echo server, in the order of the script. */
export function differencesOf(roles: readonly Role[], observations: readonly Observation[]): Difference[] {
  return roles.flatMap((role, client) => {
    const { expected } = role;
    const seen = observations[client]!;
    if (isSame(expected, seen)) return [];
    return [{ client, step: `${seen.step} (${role.stepName(seen.step)})`, expected: inWords(role, expected), seen: inWords(role, seen) }];
  });
}

function isSame(expected: Observation, seen: Observation): boolean {
  const sameBytes = expected.bytes === undefined || expected.bytes === seen.bytes;
  return expected.step === seen.step && expected.ending === seen.ending && sameBytes;
}

function inWords(role: Role, { step, ending, bytes }: Observation): string {
  const returned = bytes === undefined ? '' : ` after ${bytes} of ${role.sentBytes} bytes`;
  return `${ending}${returned} in step ${step}`;
}
