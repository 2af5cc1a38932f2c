/** Gives one sequence to two servers and finds the first step on which they differ. */
import { type Address, RespClient } from '../support/resp-client.js';
import type { Reply } from '../support/resp-decoder.js';
import { Comparer, byChannel } from './comparison.js';
import { exchange } from './exchange.js';
import { isKnown } from './known-differences.js';
import { keyspace } from './keyspace.js';
import type { Pair } from './pair.js';
import { type Step, type Unit, commandOf } from './sequence.js';
import { type Circumstances, Session } from './session.js';

/** The server under test and the one that it is measured by. */
export interface Opponents {
  readonly ours: Address;
  readonly theirs: Address;
}

export interface Difference extends Pair {
  readonly step: Step;
  /** The command's name, or `(keyspace)`, `(pushes)` or `(dumps)` for what shows only after all steps. */
  readonly command: string;
}

export interface Outcome {
  readonly difference: Difference | undefined;
  /** The names of the commands that were compared, one for each step up to the difference. */
  readonly compared: readonly string[];
}

interface Transcript {
  readonly replies: readonly Reply[];
  readonly pushes: readonly Reply[];
  readonly keyspace: Reply;
}

export async function duel(opponents: Opponents, units: readonly Unit[], circumstances: Circumstances): Promise<Outcome> {
  const steps = units.flat();
  const [ours, theirs] = await Promise.all([play(opponents.ours, steps, circumstances), play(opponents.theirs, steps, circumstances)]);
  const comparer = new Comparer();
  const compared: string[] = [];
  for (const [i, step] of steps.entries()) {
    const pair = { ours: ours.replies[i] as Reply, theirs: theirs.replies[i] as Reply };
    if (!comparer.isEqual(step, pair)) return { difference: { step, command: commandOf(step), ...pair }, compared };
    compared.push(commandOf(step));
  }
  return { difference: afterwards(ours, theirs) ?? (await exchanged(opponents)), compared };
}

async function play(address: Address, steps: readonly Step[], circumstances: Circumstances): Promise<Transcript> {
  const session = new Session(address, circumstances);
  try {
    const replies = await session.run(steps);
    const pushes = await session.pushes();
    return { replies, pushes, keyspace: listed(await keyspace(await session.ownClient())) };
  } catch (error) {
    const missing: Reply = { type: 'missing', value: (error as Error).message };
    return { replies: steps.map(() => missing), pushes: [], keyspace: missing };
  } finally {
    session.close();
  }
}

function afterwards(ours: Transcript, theirs: Transcript): Difference | undefined {
  const isEqual = (left: Reply, right: Reply) => byChannel(left) === byChannel(right);
  const pushes = ours.pushes.findIndex((reply, i) => !isEqual(reply, theirs.pushes[i] as Reply));
  if (pushes >= 0) return endDifference('(pushes)', ours.pushes[pushes] as Reply, theirs.pushes[pushes] as Reply);
  return keyspaceDifference('(keyspace)', ours.keyspace, theirs.keyspace);
}

/** What both hold after each has read what the other has dumped. */
async function exchanged(opponents: Opponents): Promise<Difference | undefined> {
  const [ours, theirs] = await Promise.all([RespClient.connect(opponents.ours), RespClient.connect(opponents.theirs)]);
  try {
    const errors = await exchange(ours, theirs);
    const [left, right] = await Promise.all([keyspace(ours), keyspace(theirs)]);
    return keyspaceDifference('(dumps)', listed([...errors.ours, ...left]), listed([...errors.theirs, ...right]));
  } finally {
    ours.close();
    theirs.close();
  }
}

function keyspaceDifference(command: string, ours: Reply, theirs: Reply): Difference | undefined {
  if (byChannel(ours) === byChannel(theirs)) return undefined;
  const difference = endDifference(command, without(ours, theirs), without(theirs, ours));
  return isKnown(difference.step, difference) ? undefined : difference;
}

function listed(lines: readonly string[]): Reply {
  return { type: 'array', items: lines.map((value) => ({ type: 'simple', value })) };
}

function endDifference(command: string, ours: Reply, theirs: Reply): Difference {
  return { step: { connection: 0, args: [command] }, command, ours, theirs };
}

/** The items of one that the other has not. */
function without(one: Reply, other: Reply): Reply {
  if (!('items' in one && 'items' in other)) return one;
  const known = new Set(other.items.map((item) => JSON.stringify(item)));
  return { type: one.type, items: one.items.filter((item) => !known.has(JSON.stringify(item))) };
}
