/**
 * The server of a soak, a process of its own: one reactor with every service. Its parent tells it when a cycle begins and ends.
 *
 *   main.js LOOP SEED [LEAK…]
 */
import { createLog, createReactor } from '@edgeloop/reactor';
import { answerParent } from '../asks.js';
import { randomOf } from '../random.js';
import { LEAKS, type LeakKind } from './leaks.js';
import { type PeakValues, Peaks } from './peaks.js';
import { Poster } from './poster.js';
import { type Holdings, type Sample, sampleWhenSettled } from './sample.js';
import { openServices } from './services.js';
import { shortageOfDescriptors } from './shortage.js';
import { SignalTraffic } from './signal-traffic.js';
import { TimerTraffic } from './timer-traffic.js';
import { holds } from '../../waiting.js';

/** What the server had to do in a cycle, how it stands afterwards, and what went wrong. */
export interface CycleAccount extends Sample {
  readonly peaks: PeakValues;
  readonly accepted: number;
  readonly problems: readonly string[];
}

const [loop, seed, ...leaks] = process.argv.slice(2) as ['embedded' | 'dedicated', string, ...LeakKind[]];
// Lines are put together, as in production, and go nowhere: many clients are rude, and each would be told of.
const reactor = createReactor({ loop, log: createLog({ level: 'info', format: 'json', destination: { write: () => {} } }).log });
const poster = await Poster.start();
const services = await openServices(reactor, poster);
const random = randomOf(Number(seed), 0);

interface Cycle {
  readonly traffic: readonly (TimerTraffic | SignalTraffic | Poster)[];
  readonly peaks: Peaks;
  readonly acceptedBefore: number;
}

let cycle: Cycle | undefined;
/** None, unless they are leaked. */
let connectionsAtRest = 0;

function begin(): void {
  poster.begin(reactor);
  services.gateway.begin();
  const traffic = [new TimerTraffic(reactor, random), new SignalTraffic(reactor), poster];
  cycle = { traffic, peaks: new Peaks(reactor), acceptedBefore: reactor.counters.accepted };
}

/** The clients are gone, or about to be. Resolves when nothing is left of the cycle, or what is left stays. */
async function end({ expected }: { readonly expected: Holdings | undefined }): Promise<CycleAccount> {
  if (cycle === undefined) throw new Error('no cycle has begun');
  const { traffic, peaks, acceptedBefore } = cycle;
  services.gateway.end();
  // Clients that have gone may have left requests behind, which the traffic is needed for.
  await holds(() => reactor.connectionCount <= connectionsAtRest);
  const problems: string[] = [];
  for (const one of traffic) problems.push(...(await one.end()));
  services.emptyStore();
  for (const leak of leaks) await LEAKS[leak](reactor, services.ports);
  const sample = await sampleWhenSettled(reactor, expected);
  connectionsAtRest = sample.holdings.connections;
  return { ...sample, peaks: peaks.end(), accepted: reactor.counters.accepted - acceptedBefore, problems };
}

const answers = {
  ports: () => services.ports,
  begin,
  shortage: ({ ms }: { readonly ms: number }) => shortageOfDescriptors(ms),
  end,
};

export type ServerAnswers = typeof answers;

answerParent(answers);
