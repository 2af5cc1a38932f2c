/**
 * Programs that nobody has thought of: random system calls over two connections, played on the real kernel and on the simulated
 * one. They must be told the same, call by call. A program that fails is printed as a script, and makes a scenario as it is.
 *
 *   TAP_TIMEOUT=0 FC_SEED=7 FC_PROGRAMS=20000 node dist/test/testing/kernel-programs.test.js
 */
import fc from 'fast-check';
import t from 'tap';
import { type Place, nativePlace } from './script/place.js';
import { play } from './script/script.js';
import { simulatedPlace } from './script/simulated-place.js';
import { Stage } from './script/stage.js';

const SEED = Number(process.env['FC_SEED'] ?? 20_240_607);
const PROGRAMS = Number(process.env['FC_PROGRAMS'] ?? 250);
const CALLS = 40;
/** A race of the real kernel does not repeat itself, a difference does. */
const REPETITIONS = 3;

/** Two connections, an end of one of them twice, and an eventfd; all in the program's hands. */
const OPENING = ['connection a b', 'connection c d', 'dup b b2', 'event e', 'epoll s'];
const ENDS = ['a', 'b', 'c', 'd', 'b2'];
const ALL = [...ENDS, 'e'];

const end = fc.constantFrom(...ENDS);
const anyone = fc.constantFrom(...ALL);
const set = fc.constantFrom('', '', '', ' @s');
const length = fc.constantFrom(1, 2, 3, 7, 100);
const text = fc.constantFrom('x', 'yes', 'hello', 'a-longer-text');
const interest = fc
  .tuple(fc.subarray(['in', 'out', 'rdhup']), fc.constantFrom('', 'et', 'oneshot', 'et oneshot'))
  .map(([events, trigger]) => [...events, trigger].join(' ').trim());

const wait = fc.tuple(set).map(([set]) => `wait${set}`);
const registration = fc.tuple(fc.constantFrom('add', 'mod'), anyone, interest, set).map(([verb, label, events, set]) => `${verb} ${label} ${events}${set}`);
const transfer = fc.oneof(
  fc.tuple(end, text).map(([label, text]) => `send ${label} ${text}`),
  fc.tuple(end, length).map(([label, length]) => `recv ${label} ${length}`),
  fc.tuple(end, length, end, length).map((words) => `recv-many 3 ${words.join(' ')}`),
);
/** What a reactor shuts down is the writing. */
const ending = fc.oneof(
  { weight: 4, arbitrary: end.map((label) => `shutdown ${label} wr`) },
  { weight: 3, arbitrary: end.map((label) => `close ${label}`) },
  { weight: 1, arbitrary: end.map((label) => `linger ${label}`) },
);
const question = fc.oneof(
  end.map((label) => `get ${label} error`),
  end.map((label) => `peername ${label}`),
  fc.constantFrom('signal e', 'take e'),
  fc.tuple(anyone, set).map(([label, set]) => `del ${label}${set}`),
);
const program = fc.array(
  fc.oneof({ weight: 6, arbitrary: wait }, { weight: 4, arbitrary: registration }, { weight: 6, arbitrary: transfer }, { weight: 2, arbitrary: ending }, { weight: 2, arbitrary: question }),
  { maxLength: CALLS, size: 'max' },
);

function outcome(place: Place, calls: readonly string[]): string {
  const stage = new Stage(place);
  try {
    return play(stage, [...OPENING, ...calls].map((call) => ({ call, expected: '' }))).join('\n');
  } finally {
    stage.end();
  }
}

t.test('any program is told the same by the simulated kernel as by the real one', async (t) => {
  const native = nativePlace();
  const difference = (calls: readonly string[]) => {
    const simulated = outcome(simulatedPlace(), calls);
    let real = '';
    for (let i = 0; i < REPETITIONS && real !== simulated; i++) real = outcome(native, calls);
    return real === simulated ? undefined : { real, simulated };
  };
  const result = fc.check(fc.property(program, (calls) => difference(calls) === undefined), { seed: SEED, numRuns: PROGRAMS });
  const [calls] = result.counterexample ?? [];
  if (calls === undefined) return void t.pass(`${result.numRuns} programs`);
  const { real, simulated } = difference(calls) ?? { real: 'agreed after all', simulated: '' };
  t.equal(simulated, real, `seed ${result.seed}: the simulated kernel tells what the real one does`);
});
