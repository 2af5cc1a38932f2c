/**
 * Scripts of system calls, as a person would write them down: a call on each line, by label instead of descriptor, and
 * behind a bar what is observed.
 *
 *     connection client server
 *     add server in $trigger
 *     send client hello         | 5
 *     recv server 2             | "he"
 *     wait                      | server:in | -  | -
 *
 * Three columns are those of the three triggers, in the order of TRIGGERS; one holds for all of them. A call without a
 * column has to succeed, and is not what the script is about. Lines that begin with # are comments.
 */
import { WAKEUP_VERBS } from './wakeup-verbs.js';
import { DATAGRAM_VERBS } from './datagram-verbs.js';
import { EPOLL_VERBS } from './epoll-verbs.js';
import { SOCKET_VERBS } from './socket-verbs.js';
import type { Stage, Verb } from './stage.js';
import { STREAM_VERBS } from './stream-verbs.js';

export const TRIGGERS = ['level', 'edge', 'oneshot'] as const;

/** What `$trigger` stands for. */
const TRIGGER_WORDS = ['', 'et', 'oneshot'];

/** Scripts by what they show. */
export type Scenarios = Readonly<Record<string, string>>;

export interface Step {
  readonly call: string;
  readonly expected: string | undefined;
}

export function usesTrigger(script: string): boolean {
  return script.includes('$trigger');
}

export function usesIPv6(script: string): boolean {
  return /\b(tcp6|udp6)\b/.test(script);
}

/** `column` is that of a trigger; a script without triggers has only the first. */
export function parseScript(script: string, column = 0): Step[] {
  const lines = script.split('\n').map((line) => line.trim());
  return lines.filter((line) => line !== '' && !line.startsWith('#')).map((line) => {
    const [call = '', ...columns] = line.split('|').map((cell) => cell.trim());
    return { call: call.replace('$trigger', TRIGGER_WORDS[column] as string).trim(), expected: columns.length > 1 ? columns[column] : columns[0] };
  });
}

const VERBS: Readonly<Record<string, Verb>> = { ...WAKEUP_VERBS, ...DATAGRAM_VERBS, ...EPOLL_VERBS, ...SOCKET_VERBS, ...STREAM_VERBS };

/** What was observed, a line for each call; a call that succeeded and was not asked about has no result in it. */
export function play(stage: Stage, steps: readonly Step[]): string[] {
  return steps.map(({ call, expected }) => {
    const result = perform(stage, call);
    return expected === undefined && !isError(result) ? call : `${call} | ${result}`;
  });
}

/** One line, when all that the lines before it have sent has arrived. */
function perform(stage: Stage, call: string): string {
  const [name = '', ...words] = call.split(/\s+/);
  const verb = VERBS[name];
  if (verb === undefined) throw new Error(`no script knows the word "${name}"`);
  stage.settle();
  return verb(stage, ...words);
}

export function expectation(steps: readonly Step[]): string[] {
  return steps.map(({ call, expected }) => (expected === undefined ? call : `${call} | ${expected}`));
}

function isError(result: string): boolean {
  return /^E[A-Z]+$/.test(result);
}
