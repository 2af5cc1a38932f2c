/** Gives one sequence to two servers and finds the first step on which they differ. */
import type { Address } from '../support/resp-client.js';
import type { Reply } from '../support/resp-decoder.js';
import { Comparer, type Pair, byChannel } from './comparison.js';
import { isKnown } from './known-differences.js';
import { keyspace } from './keyspace.js';
import { type Step, type Unit, commandOf } from './sequence.js';
import { type Circumstances, Session } from './session.js';

/** The server under test and the one that it is measured by. */
export interface Opponents {
  readonly ours: Address;
  readonly theirs: Address;
}

export interface Difference extends Pair {
  readonly step: Step;
  /** The command's name, or `(keyspace)` or `(pushes)` for what shows only after all steps. */
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
    if (!comparer.isEqual(step, pair) && !isKnown(step, pair)) return { difference: { step, command: commandOf(step), ...pair }, compared };
    compared.push(commandOf(step));
  }
  return { difference: afterwards(ours, theirs), compared };
}

async function play(address: Address, steps: readonly Step[], circumstances: Circumstances): Promise<Transcript> {
  const session = new Session(address, circumstances);
  try {
    const replies = await session.run(steps);
    const pushes = await session.pushes();
    const lines = await keyspace(await session.ownClient());
    return { replies, pushes, keyspace: { type: 'array', items: lines.map((value) => ({ type: 'simple', value })) } };
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
  if (isEqual(ours.keyspace, theirs.keyspace)) return undefined;
  const difference = endDifference('(keyspace)', without(ours.keyspace, theirs.keyspace), without(theirs.keyspace, ours.keyspace));
  return isKnown(difference.step, difference) ? undefined : difference;
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
