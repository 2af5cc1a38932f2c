/**
 * The clients of a soak, in a process of their own, on node:net and node:dgram: what judges the reactor does not stand on it.
 *
 *   main.js SEED
 */
import { answerParent } from '../asks.js';
import type { Ports } from '../server/services.js';
import { type CycleOrder, LoadCycle } from './cycle.js';
import { Shortage } from './shortage.js';

const seed = Number(process.argv[2]);
const shortage = new Shortage();

const answers = {
  cycle: ({ order, ports }: { readonly order: CycleOrder; readonly ports: Ports }) => new LoadCycle(order, seed, ports, shortage).run(),
  shortageBegins: () => shortage.begin(),
  shortageEnds: () => shortage.end(),
};

export type LoadAnswers = typeof answers;

answerParent(answers);
